"""The tables that may be asked for: how each comes from facts, awards or the registry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from analytics.applications import applications, award_use
from analytics.calendar import Calendar
from analytics.capacity import capacity, capacity_notes
from analytics.dimensions import dimension_notes, filter_where, with_dimensions
from analytics.finding import Finding
from analytics.inference import inference
from analytics.roles import node_roles
from analytics.shortfall import shortfall, shortfall_notes
from analytics.usage import usage, usage_notes
from analytics.utilisation import nodes, utilisation
from model.errors import InputError
from model.pull_back import load_pull_back
from model.question import Question, split_where
from model.registry import Registry
from model.suggestions import did_you_mean
from reports.facts import Facts


@dataclass(frozen=True)
class Asked:
    """A question with what is at hand to answer it; `facts` is None without a store."""

    question: Question
    registry: Registry
    facts: Facts | None

    @property
    def where(self) -> dict[str, list[str]]:
        """The filters by column."""
        return split_where(self.question.where)

    def stored(self) -> Facts:
        """The facts; InputError where there is no store."""
        if self.facts is None:
            raise InputError(
                f"{self.question.table} needs a store", hint="`plimsoll init` makes one."
            )
        return self.facts

    def known(self, *, through_last_event: bool = False) -> tuple[Facts, Calendar]:
        """The facts and their calendar; InputError where the store holds no job at all."""
        facts = self.stored()
        periods = facts.calendar(through_last_event=through_last_event)
        if periods is None:
            raise InputError(
                "the store holds no jobs of these clusters",
                hint="`plimsoll ingest jobs FILE --cluster NAME` brings some.",
            )
        return facts, periods


def _usage(asked: Asked) -> Finding:
    facts, periods = asked.known(through_last_event=True)
    needed = [*asked.question.by, *asked.where]
    jobs = with_dimensions(
        facts.tracked_jobs,
        needed=needed,
        clusters=facts.clusters_frame,
        awards=facts.awards,
        roles=node_roles(facts.estate()) if "node_role" in needed else None,
        catalogue=facts.catalogue,
        aliases=facts.aliases,
    )
    chosen = filter_where(jobs, asked.where)
    frame = usage(chosen, calendar=periods, by=asked.question.by, share_of=facts.catalogue.share)
    notes = usage_notes(chosen, calendar=periods)
    return Finding(frame, (*notes, *dimension_notes(needed, awards=facts.awards)))


def _utilisation(asked: Asked) -> Finding:
    facts, periods = asked.known()
    return utilisation(facts.estate(), calendar=periods, by=asked.question.by, where=asked.where)


def _nodes(asked: Asked) -> Finding:
    facts, periods = asked.known()
    _without_by(asked.question)
    return nodes(facts.estate(), calendar=periods, where=asked.where)


def _inference(asked: Asked) -> Finding:
    facts, periods = asked.known()
    return inference(facts.estate(), calendar=periods, by=asked.question.by, where=asked.where)


def _shortfall(asked: Asked) -> Finding:
    _without_by(asked.question)
    awards, used = _awards(asked)
    rounds = shortfall(awards, used)
    return _kept(Finding(rounds, shortfall_notes(awards, rounds)), asked.where)


def _applications(asked: Asked) -> Finding:
    _without_by(asked.question)
    awards, used = _awards(asked)
    as_of, _ = asked.stored().as_of
    frame = applications(
        awards,
        used,
        as_of=as_of.astimezone(ZoneInfo(asked.question.timezone)).date() if as_of else None,
        pull_back=load_pull_back().rules,
    )
    return _kept(Finding(frame), asked.where)


def _awards(asked: Asked) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """The awards, and what was used of them; without a job nothing is known of use."""
    facts = asked.stored()
    if facts.awards.is_empty():
        raise InputError(
            "the store holds no awards",
            hint="`plimsoll awards template` shows the columns, `plimsoll ingest awards FILE` "
            "reads them.",
        )
    as_of, _ = facts.as_of
    if as_of is None:
        return facts.awards, None
    zone = asked.question.timezone
    return facts.awards, award_use(facts.awards, facts.tracked_jobs, as_of=as_of, timezone=zone)


def _capacity(asked: Asked) -> Finding:
    _without_by(asked.question)
    on = asked.question.on or datetime.now(UTC).date()
    frame = capacity(asked.registry, on=on, min_grade=asked.question.min_grade)
    kept = _kept(Finding(frame), asked.where).frame
    return Finding(kept, tuple(capacity_notes(kept, on)))


def _without_by(question: Question) -> None:
    if question.by:
        raise InputError(
            f"{question.table} has lines of its own and takes no --by",
            hint="filter its columns with --where.",
        )


def _kept(finding: Finding, where: Mapping[str, list[str]]) -> Finding:
    """The rows whose columns hold one of the values asked for; an empty value is unknown."""
    frame = finding.frame
    for name, values in where.items():
        if name not in frame.columns:
            raise InputError(f"no column {name!r}", hint=did_you_mean(name, frame.columns))
        column = pl.col(name).cast(pl.String)
        frame = frame.filter(column.fill_null("").is_in(values))
    return Finding(frame, finding.notes)


TableMaker = Callable[[Asked], Finding]

TABLES: Final[Mapping[str, TableMaker]] = {
    "applications": _applications,
    "capacity": _capacity,
    "inference": _inference,
    "nodes": _nodes,
    "shortfall": _shortfall,
    "usage": _usage,
    "utilisation": _utilisation,
}

NEEDS_NO_STORE: Final = frozenset({"capacity"})
