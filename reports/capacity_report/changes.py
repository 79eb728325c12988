"""What changed since the previous edition, and which figures were revised."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from model.errors import InputError
from reports.capacity_report.desk import Desk
from reports.capacity_report.previous import OPEN, Edition, read_edition
from reports.capacity_report.revisions import REVISED, Revision, revisions
from reports.capacity_report.selection import Selection
from reports.document import (
    Block,
    Column,
    Finding,
    Footnote,
    Mark,
    Paragraph,
    TableBlock,
    plain,
    words,
)
from reports.wording import plural

FINDINGS: Final = "sentences"
_NONE: Final = (
    "No previous edition was given to compare with. The data package of an earlier one, named "
    "with --previous, shows here what changed and which figures were revised."
)
_LEAD: Final = (
    "Revised are figures on a time that was over when the previous edition was made; what its "
    "last period and its totals say has moved on with time. Revised figures are marked [r] in "
    "the tables."
)
_METHOD: Final = "Lines of the same name in both editions, figure by figure."
_SOURCE: Final = "the data packages of both editions"
_REVISIONS: Final = (
    Column("table", "Table", "name", definition="The table, by its key.", header=True),
    Column("line", "Line", "name", definition="What names the line.", header=True),
    Column("column", "Column", "name", definition="The name in files of data.", header=True),
    Column("heading", "Heading", "name", definition="The name on pages."),
    Column("before", "Before", "measure", definition="In the previous edition.", decimals=2),
    Column("now", "Now", "measure", definition="In this edition.", decimals=2),
    Column("kind", "Kind", "name", definition="Revised, or moved on with time."),
)
_HEADLINES: Final = (
    Column("finding", "Finding", "name", definition="The finding, by its key.", header=True),
    Column("before", "Previous edition", "name", definition="The sentence then."),
    Column("now", "This edition", "name", definition="The sentence now."),
)
_SAID: Final = (
    Column("finding", "Finding", "name", definition="The finding, by its key.", header=True),
    Column("sentence", "Sentence", "name", definition="As it may be quoted."),
    Column("table", "Table", "name", definition="The table that it rests on, by its key."),
    Column("method", "Method", "name", definition="How its first figure is reckoned."),
    Column("source", "Source", "name", definition="After whom, or from which data."),
)


def previous_edition(chosen: Selection) -> Edition | None:
    """The earlier edition to compare with; None where none is named, or nothing is compared.

    Raises:
        InputError: where its package cannot be read, or holds what this edition withholds.
    """
    if chosen.previous is None or "changes" not in chosen.sections:
        return None
    earlier = read_edition(chosen.previous)
    if chosen.protected and not earlier.withholds:
        raise InputError(
            "the previous edition withholds nothing, and this one does",
            where=str(chosen.previous),
            hint=f"compare with one that withholds as well, or add {OPEN}.",
        )
    return earlier


def write(
    desk: Desk, tables: Sequence[TableBlock], earlier: Edition | None
) -> tuple[list[Block], Mapping[str, TableBlock]]:
    """The section, and the tables in which revised cells are marked, by key."""
    if earlier is None:
        return [Paragraph(words(_NONE))], {}
    found = [
        revision
        for table in tables
        if table.key in earlier.tables
        for revision in revisions(
            table, earlier.tables[table.key], settled=earlier.settled(table.question)
        )
    ]
    return _blocks(desk, earlier, found), _marked(tables, found)


def said_table(findings: Sequence[Finding]) -> TableBlock:
    """The findings as a table, by which the next edition tells what changed."""
    each_once = {each.key: each for each in findings}
    rows = [
        (each.key, plain(each.runs), each.footnote.table, each.footnote.method,
         each.footnote.source)
        for each in each_once.values()
    ]  # fmt: skip
    schema = {column.name: pl.String() for column in _SAID}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return TableBlock(FINDINGS, "The findings, each with what it rests on", frame, _SAID)


def _blocks(desk: Desk, earlier: Edition, found: Sequence[Revision]) -> list[Block]:
    table = _revisions_table(found, earlier)
    revised = [each for each in found if each.kind == REVISED]
    runs = desk.ledger.say("revisions", lambda: _sentence(found, revised, earlier), [table])
    finding = Finding("revisions", runs, Footnote(table.key, _METHOD, _SOURCE))
    blocks: list[Block] = [finding, Paragraph(words(_LEAD), "lead")]
    differing = _differing(desk, earlier)
    if differing:
        blocks.append(Paragraph(words(differing)))
    before = _headlines(desk, earlier)
    if before.frame.height:
        blocks.append(before)
    if found:
        return [*blocks, table]
    desk.left_aside(table)
    return blocks


def _sentence(found: Sequence[Revision], revised: Sequence[Revision], earlier: Edition) -> str:
    since = f"since the edition of {earlier.name}"
    moved = len(found) - len(revised)
    on = f"{plural(moved, 'figure')} on what goes on moved on"
    if not revised:
        return f"No figure that both editions have was revised {since}; {on}."
    tables = len({each.table for each in revised})
    verb = "was" if len(revised) == 1 else "were"
    count = plural(len(revised), "figure")
    return f"{count} in {plural(tables, 'table')} {verb} revised {since}; {on}."


def _differing(desk: Desk, earlier: Edition) -> str | None:
    """That the editions are not about the same clusters, so that their sums differ for it."""
    observed = desk.if_any(desk.overall("observed"))
    every = set(observed.frame["cluster"]) if observed else set()
    now, then = set(desk.selection.clusters) or every, set(earlier.clusters)
    parts = {
        "not in the previous edition": now - then,
        "in the previous edition alone": then - now,
    }
    told = [f"{', '.join(sorted(names))} ({where})" for where, names in parts.items() if names]
    if not told:
        return None
    return f"Sums over clusters differ for another reason, too: {' and '.join(told)}."


def _revisions_table(found: Sequence[Revision], earlier: Edition) -> TableBlock:
    rows = [
        (each.table, each.line, each.column.name, each.column.heading, each.before, each.now,
         each.kind)
        for each in sorted(found, key=lambda each: each.kind != REVISED)
    ]  # fmt: skip
    schema = {
        column.name: pl.Float64() if column.kind == "measure" else pl.String()
        for column in _REVISIONS
    }
    return TableBlock(
        key="revisions",
        caption=f"Figures that differ from the edition of {earlier.name}",
        frame=pl.DataFrame(rows, schema=schema, orient="row"),
        columns=_REVISIONS,
        printed=40,
    )


def _headlines(desk: Desk, earlier: Edition) -> TableBlock:
    """The key findings whose sentence is another one now."""
    then = earlier.tables.get(FINDINGS)
    known: dict[str, str] = {}
    if then is not None and {"finding", "sentence"} <= set(then.columns):
        known = dict(then.select("finding", "sentence").iter_rows())
    now = {each.key: plain(each.runs) for each in desk.headlines}
    rows = [(key, known[key], said) for key, said in now.items() if known.get(key, said) != said]
    schema = {column.name: pl.String() for column in _HEADLINES}
    return TableBlock(
        key="headlines-before",
        caption=f"Key findings, in the edition of {earlier.name} and in this one",
        frame=pl.DataFrame(rows, schema=schema, orient="row"),
        columns=_HEADLINES,
    )


def _marked(tables: Sequence[TableBlock], found: Sequence[Revision]) -> Mapping[str, TableBlock]:
    marks: dict[str, list[Mark]] = {}
    for each in found:
        if each.kind == REVISED:
            marks.setdefault(each.table, []).append(Mark(each.row, each.column.name, "r"))
    return {
        table.key: replace(table, marks=(*table.marks, *marks[table.key]))
        for table in tables
        if table.key in marks
    }
