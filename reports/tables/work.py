"""Tables of jobs: what ran, what waited, what never ran."""

from analytics.dimensions import dimension_notes
from analytics.finding import Finding
from analytics.usage import usage, usage_notes
from reports.tables.asked import Asked


def usage_table(asked: Asked) -> Finding:
    """Jobs and the hours that they held."""
    facts, periods = asked.known(through_last_event=True)
    jobs = asked.chosen_jobs()
    frame = usage(jobs, calendar=periods, by=asked.question.by, share_of=facts.catalogue.share)
    notes = usage_notes(jobs, calendar=periods)
    needed = [*asked.question.by, *asked.where]
    return Finding(frame, (*notes, *dimension_notes(needed, awards=facts.awards)))
