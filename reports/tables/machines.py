"""Tables of the registry: machines here and abroad."""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta

import polars as pl

from analytics.capacity import capacity
from analytics.capacity_history import FIRST_YEAR, capacity_history
from analytics.capacity_notes import capacity_notes
from analytics.capacity_totals import capacity_totals
from analytics.delivered import delivered
from analytics.densities import densities
from analytics.finding import Finding
from analytics.inference import inference
from analytics.machine_commitments import commitments
from analytics.outlook import outlook
from analytics.survey_machines import with_survey
from analytics.targets import targets
from ingest.survey import read_surveys
from model.countries import HOME
from model.errors import InputError
from model.grid_carbon import load_grid_carbon
from model.targets import load_targets
from reports.tables.asked import Asked, kept


def capacity_table(asked: Asked) -> Finding:
    """A line a machine on a day, or a line a country, sector or tier."""
    by, on = asked.question.by, _today(asked)
    lines = _lines(asked, on)
    notes = tuple(capacity_notes(lines, on))
    return Finding(capacity_totals(lines, by=by) if by else lines, notes)


def densities_table(asked: Asked) -> Finding:
    """A line a country and unit: per head, per researcher, per GDP."""
    asked.without_by()
    on = _today(asked)
    of_result = {name: asked.where[name] for name in ("unit",) if name in asked.where}
    found = densities(
        _lines(asked, on, leaving=of_result), asked.registry.denominators.countries, on=on
    )
    return kept(found, of_result)


def targets_table(asked: Asked) -> Finding:
    """A line a target and year: the straight path, the fact, what is announced."""
    asked.without_by()
    found = targets(load_targets(), asked.registry, today=_today(asked))
    return kept(found, asked.where)


def capacity_history_table(asked: Asked) -> Finding:
    """A line a year: what was in service at its end, what came and what went."""
    question, today = asked.question, _today(asked)
    first = question.since.year if question.since else FIRST_YEAR
    last = (question.until - timedelta(days=1)).year if question.until else today.year
    if first > today.year or first > last:
        raise InputError(
            f"no year from {first} to {last} has begun", hint="--from and --to name days."
        )
    tables = {
        year: _lines(asked, min(date(year, 12, 31), today))
        for year in range(first, min(last, today.year) + 1)
    }
    return capacity_history(tables, by=question.by)


def commitments_table(asked: Asked) -> Finding:
    """A line a machine: how long it served, and for how long it is paid for."""
    asked.without_by()
    return kept(commitments(asked.registry), asked.where)


def outlook_table(asked: Asked) -> Finding:
    """A line a goal and year: what is left of today's machines, and what must be bought."""
    asked.without_by()
    where = asked.where
    countries = where.pop("country", [HOME])
    if len(countries) > 1:
        raise InputError("outlook is of one country", hint="ask for one --where country=GB.")
    today = _today(asked)
    found = outlook(
        asked.registry,
        country=countries[0],
        today=today,
        assumed=asked.settings.outlook,
        intensity=load_grid_carbon().yearly(countries[0], today.year, "ember"),
    )
    return kept(found, where)


def delivered_table(asked: Asked) -> Finding:
    """A line a cluster that the registry knows as a machine: what it delivered."""
    facts, periods = asked.known()
    asked.without_by()
    machines = {}
    for name in facts.names:
        settings = asked.settings.cluster(name)
        machine = asked.registry.machine(settings.machine or "") if settings else None
        if machine is not None:
            machines[name] = machine
    if not machines:
        raise InputError(
            "no cluster of the store names its machine in the registry",
            hint="`machine: ID` under the cluster in plimsoll.yaml; `plimsoll machines list`.",
        )
    where = asked.where | {"cluster": sorted(machines)}
    states = inference(facts.estate(), calendar=periods, where=where)
    found = delivered(states.frame, machines, asked.registry, calendar=periods)
    return Finding(found.frame, (*states.notes, *found.notes))


def _today(asked: Asked) -> date:
    return asked.question.on or datetime.now(UTC).date()


def _lines(asked: Asked, on: date, *, leaving: Collection[str] = ()) -> pl.DataFrame:
    """The lines of `capacity` on a day that the filters leave, but those by `leaving`."""
    registry = with_survey(asked.registry, read_surveys(asked.settings.surveys))
    frame = capacity(registry, on=on, min_grade=asked.question.min_grade)
    where = {name: values for name, values in asked.where.items() if name not in leaving}
    return kept(Finding(frame), where).frame
