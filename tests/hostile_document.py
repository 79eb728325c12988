"""A document that says and holds what breaks careless writers of office files."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import polars as pl
from specimen_document import CLUSTERS, FINDING, specimen

from reports.document import (
    ChartBlock,
    Code,
    Column,
    Commands,
    Document,
    Link,
    Mark,
    Paragraph,
    Section,
    Strong,
    TableBlock,
    Words,
    words,
)

TEXTS = (
    "=1+1",
    "+44 20",
    "-1-1",
    "@SUM(A1)",
    "{=1+1}",
    '=HYPERLINK("https://evil.example";"free")',
    "<b>&amp;</b>",
    "https://evil.example/page",
    "[free](https://evil.example)",
    "[a](b) and [c](d)",
    "$$note$$",
    "计算",
    "—",
    "_x0041_",
    "  two  spaces ",
    "one\ntwo\r\nthree\tfour",
    "bell\x07null\x00end\x1b",
    "x" * 40_000,
    "😀" * 20_000,
    "",
)
NUMBERS = (
    math.nan,
    math.inf,
    -math.inf,
    0.1 + 0.2,
    1 / 3,
    1e308,
    5e-324,
    -0.0,
    123_456_789.123_456_78,
    None,
)
WHOLE = (2**53, 2**53 + 1, -(2**62), 0, None, 7, 1, -1, 2, 3)
DAYS = (date(1899, 12, 31), date(1900, 3, 1), date(2026, 5, 31), None, date(9999, 12, 31))
MOMENTS = tuple(datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in range(5))

WORDS = TableBlock(
    key="history",
    caption="=Words & <figures> [free](https://evil.example) \x07 $$x$$",
    frame=pl.DataFrame({"name": TEXTS, "again": TEXTS[::-1], "kind": [["a", "b"], []] * 10}),
    columns=(
        Column("name", "Name", "name", header=True),
        Column("again", "name", "name"),
        Column("kind", "=Kinds\x07", "name", printed=False),
    ),
    notes=("=Note with [a](https://evil.example) and $$x$$\x00", "Shared."),
    sources=((Link("=bad", "javascript:alert(1)"), Link("part", "#nowhere"), Words("<x>")),),
    command="plimsoll show x --where 'a=<b>'",
)
FIGURES = TableBlock(
    key="notes",
    caption="Figures",
    frame=pl.DataFrame(
        {
            "n": WHOLE,
            "value": NUMBERS,
            "share": NUMBERS,
            "year": range(2017, 2027),
            "day": DAYS * 2,
            "moment": MOMENTS * 2,
            "took_s": [float(n) for n in range(10)],
            "yes": [True, False] * 5,
        },
        schema_overrides={"n": pl.Int64},
    ).with_columns(pl.col("moment").dt.convert_time_zone("Europe/London")),
    columns=(
        Column("n", "Whole", "count", "jobs", decimals=0, header=True),
        Column("value", "Value", "measure", decimals=2),
        Column("share", "Share", "share", decimals=1),
        Column("year", "Year", "date", decimals=0),
        Column("day", "Day", "date"),
        Column("moment", "Moment", "date"),
        Column("took_s", "Took", "measure", "s", decimals=0),
        Column("yes", "Sure", "name"),
    ),
    notes=("Shared.",),
    marks=(
        Mark(4, "value", "r"),
        Mark(4, "share", "e"),
        Mark(2, "day", "r"),
        Mark(4, "n", "c"),
        Mark(9, "value", "r"),
    ),
    synthetic=True,
)
EMPTY = TableBlock(
    key="empty",
    caption="Nothing",
    frame=pl.DataFrame({"a": [], "b": []}, schema={"a": pl.String, "b": pl.Float64}),
    columns=(Column("a", "A", "name", header=True), Column("b", "B", "count", decimals=0)),
)


def hostile() -> Document:
    """The document."""
    said = Paragraph((Words("\x00=1 <b>"), Strong("\x07"), Code("`x`\x1b"), Link("x", "file:///x")))
    chart = next(specimen().blocks(ChartBlock))
    again = replace(FINDING, footnote=replace(FINDING.footnote, table="nowhere", method="<m>\x00"))
    return replace(
        specimen(),
        title="=Title <x> \x07",
        subtitle="[a](https://evil.example)",
        organisation="@Org\x00",
        about=(("Clusters", "[free](https://evil.example), =1+1"), ("Long", "word " * 60)),
        sections=(
            Section("s", "=Heading\x07", (said, FINDING, WORDS, FIGURES, EMPTY, CLUSTERS)),
            Section("t", "Again", (again, chart, Commands("a\n  b\x00"), Paragraph(words("")))),
        ),
        data=(long_table(40), wide_table(300)),
    )


def long_table(lines: int) -> TableBlock:
    """A table of data with so many lines."""
    start = date(2020, 1, 1)
    days = [start + timedelta(days=n % 3000) for n in range(lines)]
    frame = pl.DataFrame({"day": days, "n": range(lines), "x": [n / 7 for n in range(lines)]})
    columns = (
        Column("day", "Day", "date", header=True),
        Column("n", "Jobs", "count", decimals=0),
        Column("x", "Share of it", "measure", decimals=3),
    )
    return TableBlock("long", "Lines", frame, columns)


def wide_table(columns: int) -> TableBlock:
    """A table of data with so many columns."""
    frame = pl.DataFrame({f"c{n}": [n, n + 1] for n in range(columns)})
    described = tuple(Column(f"c{n}", f"Column {n}", "count", decimals=0) for n in range(columns))
    return TableBlock("wide", "Columns", frame, described)
