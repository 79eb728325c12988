"""A question with what is at hand to answer it, and what every table asks of it."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from analytics.calendar import Calendar
from analytics.dimensions import filter_where, with_dimensions
from analytics.finding import Finding
from analytics.parted import Rows
from analytics.roles import node_roles
from model.errors import InputError
from model.question import Question, split_where
from model.registry import Registry
from model.settings import Settings
from model.suggestions import did_you_mean
from reports.facts import Facts


@dataclass(frozen=True)
class Asked:
    """A question with what is at hand to answer it; `facts` is None without a store."""

    question: Question
    registry: Registry
    facts: Facts | None
    settings: Settings

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

    def chosen_jobs(self, *, keeping: Mapping[str, pl.Expr] | None = None) -> Rows:
        """The jobs that the filters leave, with the dimensions asked for beside their columns.

        `keeping` adds columns of the whole job, before a dimension makes several rows of it.
        """
        facts = self.stored()
        needed = [*self.question.by, *self.where]
        jobs = with_dimensions(
            facts.tracked_jobs.with_columns(**(keeping or {})),
            needed=needed,
            clusters=facts.clusters_frame,
            awards=facts.awards,
            roles=node_roles(facts.estate()) if "node_role" in needed else None,
            catalogue=facts.catalogue,
            aliases=facts.aliases,
        )
        return filter_where(jobs, self.where)

    def without_by(self) -> None:
        """InputError where the question splits a table that has lines of its own."""
        if self.question.by:
            raise InputError(
                f"{self.question.table} has lines of its own and takes no --by",
                hint="filter its columns with --where.",
            )


def kept(finding: Finding, where: Mapping[str, list[str]]) -> Finding:
    """The rows whose columns hold one of the values asked for; an empty value is unknown."""
    frame = finding.frame
    for name, values in where.items():
        if name not in frame.columns:
            raise InputError(f"no column {name!r}", hint=did_you_mean(name, frame.columns))
        column = pl.col(name).cast(pl.String)
        frame = frame.filter(column.fill_null("").is_in(values))
    return Finding(frame, finding.notes)
