"""Tables of what jobs asked for, and what became of it."""

from dataclasses import replace
from typing import Final

from analytics.demand import demand
from analytics.dimensions import DIMENSIONS, dimension_notes
from analytics.finding import Finding
from analytics.job_activity import job_activity
from analytics.job_list import job_list, ran_on
from analytics.job_queue import queue
from analytics.outcomes import outcomes
from model.wait_reasons import load_wait_reasons
from reports.tables.asked import Asked, kept

_NODE: Final = "node"


def demand_table(asked: Asked) -> Finding:
    """What jobs asked for, held, and did not get."""
    facts, periods = asked.known(through_last_event=True)
    told = facts.samples is not None
    found = demand(
        asked.chosen_jobs(),
        calendar=periods,
        observed=facts.observed,
        by=asked.question.by,
        everything=facts.tracked_jobs,
        activity=job_activity(facts.estate(), calendar=periods) if told else None,
    )
    return _with_dimension_notes(found, asked)


def outcomes_table(asked: Asked) -> Finding:
    """How jobs ended, and what they had held."""
    _, periods = asked.known(through_last_event=True)
    found = outcomes(asked.chosen_jobs(), calendar=periods, by=asked.question.by)
    return _with_dimension_notes(found, asked)


def queue_table(asked: Asked) -> Finding:
    """A line a cluster and reason of what waits; filters may name jobs or lines."""
    facts, periods = asked.known(through_last_event=True)
    asked.without_by()
    of_lines, of_jobs = _split(asked)
    found = queue(
        of_jobs.chosen_jobs(),
        observed=facts.observed,
        reasons=load_wait_reasons(),
        until_s=periods.end_s if asked.question.until else None,
        everything=facts.tracked_jobs,
    )
    return _with_dimension_notes(kept(found, of_lines), asked)


def jobs_table(asked: Asked) -> Finding:
    """The jobs that waited longest; filters may name jobs, the nodes they ran on, or lines."""
    facts, periods = asked.known(through_last_event=True)
    asked.without_by()
    of_lines, of_jobs = _split(asked)
    nodes = of_jobs.where.get(_NODE, [])
    pairs = tuple(pair for pair in of_jobs.question.where if pair[0] != _NODE)
    by_records = replace(of_jobs, question=replace(of_jobs.question, where=pairs))
    jobs = by_records.chosen_jobs()
    found = job_list(
        ran_on(jobs, nodes) if nodes else jobs,
        calendar=periods,
        observed=facts.observed,
        reasons=load_wait_reasons(),
        until_s=periods.end_s if asked.question.until else None,
        where=of_lines,
    )
    return _with_dimension_notes(found, asked)


def _split(asked: Asked) -> tuple[dict[str, list[str]], Asked]:
    """The filters that name columns of the lines, and the question with those that name jobs."""
    of_lines = {name: values for name, values in asked.where.items() if name not in DIMENSIONS}
    of_jobs = tuple(pair for pair in asked.question.where if pair[0] not in of_lines)
    return of_lines, replace(asked, question=replace(asked.question, where=of_jobs))


def _with_dimension_notes(found: Finding, asked: Asked) -> Finding:
    needed = [*asked.question.by, *asked.where]
    notes = dimension_notes(needed, awards=asked.stored().awards)
    return Finding(found.frame, (*found.notes, *notes))
