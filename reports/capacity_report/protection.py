"""Disclosure control at the desk: which sentences may be said, what charts leave out, the tally."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from model.question import Answer
from reports.charts import Chart
from reports.disclosure import Guard
from reports.disclosure.words import gap, instead, nothing_to_show
from reports.document import Block, Callout, Column, TableBlock, words

KEY: Final = "withheld"
_OWN: Final = ""
_RESTS_ON: Final[Mapping[str, tuple[str, ...]]] = {
    "utilisation-clusters": ("utilisation-total",),
    "utilisation-course": (_OWN,),
    "waits-course": ("waits-total",),
    "wait-curves": ("waits-total",),
    "stranded": ("stranded-total",),
    "carbon-course": ("carbon-total",),
    "energy": ("carbon-total",),
    "energy-quality": ("carbon-total",),
}
"""The tables on which the sentences of an exhibit rest, where these are not all that it has."""

_OF_THE_SHOWN: Final = frozenset({"inference", "carbon-per-hour"})
"""Exhibits whose sentences are made from the lines that are shown, and hold of them alone."""

_SUMMED: Final = frozenset({"queue"})
"""Charts whose marks are sums over lines of the table: with one of them withheld, none is true."""

_NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "utilisation": ("held",),
    "waits": ("held", "started"),
    "carbon": ("held",),
}
"""The sums over the whole choice without which a section has nothing to show."""

_COLUMNS: Final = (
    Column("table", "Table", "name", definition="The table, by its key.", header=True),
    Column("lines", "Lines", "count", definition="Its lines.", decimals=0),
    Column("lines_withheld", "Lines withheld in whole or in part", "count", decimals=0),
    Column("cells", "Cells on use", "count", definition="Cells that rest on people.", decimals=0),
    Column("cells_withheld", "Cells withheld", "count", decimals=0),
)


def may_say(guard: Guard | None, key: str, answer: Answer, more: Mapping[str, Answer]) -> bool:
    """Whether the sentences of an exhibit rest on nothing that is withheld."""
    if guard is None or key in _OF_THE_SHOWN:
        return not (guard and guard.withholds_all(answer.question))
    known = {_OWN: answer, **more}
    wanted = _RESTS_ON.get(key, tuple(known))
    return not any(guard.withholds(known[name].question) for name in wanted if name in known)


def may_draw(guard: Guard | None, key: str, answer: Answer) -> bool:
    """Whether the chart of an exhibit has something to show that it may show."""
    if guard is None:
        return True
    if key in _SUMMED:
        return not guard.withholds(answer.question)
    return not guard.withholds_all(answer.question)


def said_instead(table: TableBlock) -> str:
    """The sentence in place of one that rests on withheld figures."""
    return instead(len(_lines(table)), table.frame.height, table.caption)


def said_of_shown(said: str, key: str, table: TableBlock) -> str:
    """The sentence, which says so if it leaves out lines that are withheld."""
    leaves_out = key in _OF_THE_SHOWN and _lines(table)
    return f"{said.removesuffix('.')}; what is withheld is left out" if leaves_out else said


def with_gap(chart: Chart, tables: Sequence[TableBlock]) -> Chart:
    """The chart, whose description says how many lines it does not draw."""
    closed = next((table for table in tables if _lines(table)), None)
    if closed is None:
        return chart
    return replace(
        chart, summary=f"{chart.summary} {gap(len(_lines(closed)), closed.frame.height)}"
    )


def closed_section(guard: Guard | None, key: str) -> list[Block]:
    """What stands in place of a section of which nothing may be shown; empty if something may."""
    if guard is None or all(guard.regions.publishes(plan) for plan in _NEEDS.get(key, ())):
        return []
    why = nothing_to_show(guard.regions.people.control)
    return [Callout("protected", "Too few people to show this", words(why))]


def left_out(guard: Guard | None, key: str) -> list[Block]:
    """What a section says of lists that single people or nodes would stand in."""
    if guard is None or key != "utilisation" or "moves" not in guard.closed:
        return []
    return [
        Callout(
            "protected",
            "Single nodes are not listed",
            words(
                "A line a node would show what the few people did who used it. Which nodes to "
                "move is told in an edition for use within the organisation."
            ),
            "plimsoll report capacity --no-disclosure-control --output internal.pdf",
        )
    ]


def withheld_table(guard: Guard, tables: Sequence[TableBlock]) -> TableBlock:
    """How much of each table is withheld, never which values."""
    rows = [
        (
            table.key,
            table.frame.height,
            len(_lines(table)),
            guard.cells(table.question, table.frame),
            sum(mark.symbol == "c" for mark in table.marks),
        )
        for table in tables
        if table.question is not None and guard.cells(table.question, table.frame)
    ]
    schema = {c.name: pl.String() if c.header else pl.Int64() for c in _COLUMNS}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return TableBlock(KEY, "What disclosure control withheld, by table", frame, _COLUMNS)


def _lines(table: TableBlock) -> set[int]:
    return {mark.row for mark in table.marks if mark.symbol == "c"}
