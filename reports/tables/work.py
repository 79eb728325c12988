"""Tables of jobs: what ran, what waited, what never ran."""

from analytics.dimensions import dimension_notes
from analytics.finding import Finding
from analytics.usage import usage, usage_notes
from analytics.wait_curves import wait_curves
from analytics.wait_notes import hindsight_note
from analytics.waits import waits
from model.wait_reasons import load_wait_reasons
from reports.tables.asked import Asked


def usage_table(asked: Asked) -> Finding:
    """Jobs and the hours that they held."""
    facts, periods = asked.known(through_last_event=True)
    jobs = asked.chosen_jobs()
    frame = usage(jobs, calendar=periods, by=asked.question.by, share_of=facts.catalogue.share)
    return _with_dimension_notes(asked, Finding(frame, usage_notes(jobs, calendar=periods)))


def waits_table(asked: Asked) -> Finding:
    """How long jobs waited, and how likely they are to start."""
    _, periods = asked.known(through_last_event=True)
    found = waits(
        asked.chosen_jobs(), calendar=periods, reasons=load_wait_reasons(), by=asked.question.by
    )
    return _of_cohorts(asked, found)


def wait_curves_table(asked: Asked) -> Finding:
    """The chances of having started, or been cancelled, over time since eligible."""
    _, periods = asked.known(through_last_event=True)
    return _of_cohorts(
        asked, wait_curves(asked.chosen_jobs(), calendar=periods, by=asked.question.by)
    )


def _of_cohorts(asked: Asked, found: Finding) -> Finding:
    caution = hindsight_note([*asked.question.by, *asked.where])
    return _with_dimension_notes(asked, Finding(found.frame, (*found.notes, *caution)))


def _with_dimension_notes(asked: Asked, found: Finding) -> Finding:
    needed = [*asked.question.by, *asked.where]
    notes = dimension_notes(needed, awards=asked.stored().awards)
    return Finding(found.frame, (*found.notes, *notes))
