"""The tables that may be asked for: how each comes from facts, awards or the registry."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from analytics.applications import applications, award_use
from analytics.calendar import Calendar
from analytics.capacity import capacity, capacity_notes
from analytics.dimensions import filter_where, with_dimensions
from analytics.finding import Finding
from analytics.inference import inference
from analytics.shortfall import shortfall
from analytics.usage import usage, usage_notes
from analytics.utilisation import nodes, utilisation
from model.errors import InputError
from model.question import Question, split_where
from model.registry import Registry
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

    def known(self) -> tuple[Facts, Calendar]:
        """The facts and their calendar; InputError where there is no store, or nothing in it."""
        facts = self.stored()
        table = facts.calendar(through_last_event=self.question.table == "usage")
        if table is None:
            raise InputError(
                "the store holds no jobs of these clusters",
                hint="`plimsoll ingest jobs FILE --cluster NAME` brings some.",
            )
        return facts, table

    def stored(self) -> Facts:
        """The facts; InputError where there is no store."""
        if self.facts is None:
            raise InputError("this table needs a store", hint="name one with --store.")
        return self.facts


def _usage(asked: Asked) -> Finding:
    facts, calendar = asked.known()
    jobs = with_dimensions(
        facts.tracked_jobs,
        needed=[*asked.question.by, *asked.where],
        clusters=facts.clusters_frame,
        awards=facts.awards,
        nodes=facts.nodes,
        catalogue=facts.catalogue,
        aliases=facts.aliases,
    )
    frame = usage(
        filter_where(jobs, asked.where),
        calendar=calendar,
        by=asked.question.by,
        share_of=facts.catalogue.share,
    )
    return Finding(frame, tuple(usage_notes(jobs, calendar=calendar)))


TableMaker = Callable[[Asked], Finding]
