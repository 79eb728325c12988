"""Answers as they may be published: what is withheld is empty, and known to be withheld."""

import re
from dataclasses import dataclass, replace
from typing import Any, Final

import polars as pl

from model.question import Answer, Question
from reports.disclosure.bands import with_bands
from reports.disclosure.columns import BEHIND, OPEN_TABLES, UNPRINTED, Behind
from reports.disclosure.regions import Regions
from reports.document import Mark

TOGETHER: Final = "other clusters"
_FIGURE: Final = r"\d[\d,.]*\d"


@dataclass(frozen=True)
class Withheld:
    """What is withheld of an answer: the lines as they may be published, the places by column.

    `cells` are all cells that people stand behind.
    """

    lines: pl.DataFrame
    places: dict[str, frozenset[int]]
    cells: int

    @property
    def count(self) -> int:
        """How many cells are withheld."""
        return sum(len(places) for places in self.places.values())


class Guard:
    """Withholds, for one selection of clusters and days, what must not be published.

    `closed` are the tables of which nothing was let through.
    """

    def __init__(self, regions: Regions) -> None:
        self.regions = regions
        self.answers: dict[Question, Withheld] = {}
        self.closed: set[str] = set()

    def protect(self, answer: Answer) -> Answer:
        """The answer without what must not be published; what nobody stands behind stays.

        Of a table that is not known to be safe no line is left.
        """
        question = answer.question
        if question.table in OPEN_TABLES | UNPRINTED:
            return answer
        if question.table == "files":
            return replace(answer, frame=self._files(answer.frame))
        if question.table not in BEHIND:
            self.closed |= {question.table} if answer.frame.height else set()
            return replace(answer, frame=answer.frame.clear(), notes=())
        behind = BEHIND[question.table]
        frame = answer.frame.drop(_dropped(behind, question), strict=False)
        places = self._places(frame, behind, question)
        kept = _without(frame, places)
        self.answers[question] = Withheld(kept, places, frame.height * len(places))
        if question.table == "utilisation" and "cluster" in frame.columns:
            kept = with_bands(frame, kept, self._bands(frame, places, question))
        return replace(answer, frame=kept, notes=self._notes(answer))

    def marks(self, question: Question, frame: pl.DataFrame) -> tuple[Mark, ...]:
        """The withheld cells of a table that was made from an answer, by the keys of its lines."""
        found = self.answers.get(question)
        if found is None or not found.count:
            return ()
        keys = [name for name in BEHIND[question.table].keys if name in found.lines.columns]
        shared = [name for name in keys if name in frame.columns and name != "machine"]
        lines, told = _keyed(found.lines, shared), _keyed(frame, shared)
        return tuple(
            Mark(place, column, "c")
            for column, places in found.places.items()
            if column in frame.columns
            for closed in [{lines[each] for each in places}]
            for place, value in enumerate(frame[column])
            if value is None and told[place] in closed
        )

    def withholds(self, question: Question) -> bool:
        """Whether a cell of an answer is withheld."""
        found = self.answers.get(question)
        return found is not None and found.count > 0

    def cells(self, question: Question, frame: pl.DataFrame) -> int:
        """How many cells of a table made from an answer people stand behind."""
        found = self.answers.get(question)
        if found is None:
            return 0
        return frame.height * len(found.places.keys() & set(frame.columns))

    def withholds_all(self, question: Question) -> bool:
        """Whether every cell that people stand behind is withheld."""
        found = self.answers.get(question)
        return found is not None and found.count == found.cells > 0

    def _places(
        self, frame: pl.DataFrame, behind: Behind, question: Question
    ) -> dict[str, frozenset[int]]:
        """The places of the withheld lines, by column."""
        plans = {name: plan for name in frame.columns if (plan := behind.plan_of(name))}
        lines = list(frame.iter_rows(named=True))
        found = {
            plan: frozenset(
                place
                for place, line in enumerate(lines)
                if not self.regions.publishes(plan, line, period=question.period)
            )
            for plan in sorted(set(plans.values()))
        }
        return {name: found[plan] for name, plan in plans.items()}

    def _bands(
        self, frame: pl.DataFrame, places: dict[str, frozenset[int]], question: Question
    ) -> dict[str, frozenset[str]]:
        """The size classes that have a withheld cluster, and may be shown at all times."""
        closed = {frame["cluster"][place] for each in places.values() for place in each}
        lines = frame.select(pl.col("^period_start$")).unique().to_dicts() or [{}]
        found = {}
        for name, members in self.regions.people.bands.items():
            chosen = self.regions.clusters.intersection(members)
            shown = all(
                self.regions.publishes_clusters(chosen, line, period=question.period)
                for line in lines
            )
            if len(chosen) > 1 and chosen & closed and shown:
                found[f"{name} clusters ({len(chosen)})"] = chosen
        return found

    def _files(self, files: pl.DataFrame) -> pl.DataFrame:
        """Job logs of clusters whose jobs are withheld under one name: their rows count jobs."""
        closed = [
            name
            for name in sorted(self.regions.people.clusters)
            if not self.regions.publishes("started", {"cluster": name})
        ]
        of_jobs = (pl.col("kind") == "jobs") & pl.col("cluster").is_in(closed)
        return files.with_columns(
            cluster=pl.when(of_jobs).then(pl.lit(TOGETHER)).otherwise("cluster")
        )

    def _notes(self, answer: Answer) -> tuple[str, ...]:
        """The notes but those that tell a figure of what is withheld."""
        shows = self.regions.publishes("held") and self.regions.publishes("started")
        closed = [
            re.escape(name)
            for name in sorted(self.regions.clusters)
            if not self.regions.publishes("held", {"cluster": name})
        ]
        named = re.compile(rf"(?:{'|'.join(closed) or '(?!)'}) {_FIGURE}")
        return tuple(
            note
            for note in answer.notes
            if not named.search(note) and (shows or not re.search(_FIGURE, note))
        )


def _dropped(behind: Behind, question: Question) -> list[str]:
    moments = behind.moments if question.period != "total" else frozenset()
    return sorted(behind.dropped | moments)


def _without(frame: pl.DataFrame, places: dict[str, frozenset[int]]) -> pl.DataFrame:
    row = pl.int_range(pl.len())
    return frame.with_columns(
        pl.when(~row.is_in(sorted(rows))).then(pl.col(name)).alias(name)
        for name, rows in places.items()
        if rows
    )


def _keyed(frame: pl.DataFrame, keys: list[str]) -> list[tuple[Any, ...]]:
    return list(frame.select(keys).iter_rows()) if keys else [()] * frame.height
