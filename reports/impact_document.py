"""An impact statement as a document: question, findings, figures, assumptions, method, sources."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import polars as pl

from reports.charts import Chart, Series
from reports.document import (
    Block,
    Branding,
    ChartBlock,
    Code,
    Column,
    Commands,
    Definition,
    Definitions,
    Document,
    Figure,
    Finding,
    Footnote,
    ListBlock,
    Paragraph,
    Run,
    Runs,
    Section,
    Strong,
    TableBlock,
    Words,
    words,
)
from reports.impact import Proposal, Statement
from reports.impact_words import GLOSSARY, METHODS
from reports.wording import day, three_digits

TITLE: Final = "Environmental impact of the proposed computation"
KEY: Final = "impact"
ASKED: Final = "asked"
_ENDS: Final = ("low", "central", "high")
_TOLD: Final = ("energy", "carbon", "carbon of a GPU-hour")
_CARBON: Final = ("operational carbon", "embodied carbon", "carbon")
_RECKONED: Final = "reckoned"
_COLUMNS: Final = (
    Column("quantity", "Quantity", "name", definition="What is reckoned.", header=True),
    Column("unit", "Unit", "name", definition="The unit of its figures; none of a count."),
    Column("low", "Low", "measure", definition="Every assumption at its low end."),
    Column("central", "Central", "measure", definition="Every assumption at its central value."),
    Column("high", "High", "measure", definition="Every assumption at its high end."),
    Column("source", "Source", "name", definition="Where it comes from.", printed=False),
)
_ASKED: Final = (
    Column("what", "What", "name", definition="What is told of the proposal.", header=True),
    Column("told", "Told", "name", definition="What was told."),
)
_SOURCES: Final = (
    Column("quantity", "Quantity", "name", definition="What rests on it.", header=True),
    Column("source", "Source", "name", definition="The publication, its grade in brackets."),
)


@dataclass(frozen=True)
class Imprint:
    """Whose statement it is, of which day, made by which program."""

    edition: date
    program_version: str
    organisation: str | None = None
    contact: str | None = None
    branding: Branding = field(default_factory=Branding)


def impact_document(proposal: Proposal, statement: Statement, imprint: Imprint) -> Document:
    """The document; every figure of its sentences names the cell that it comes from."""
    table, asked = _table(statement), _asked(statement)
    about = _about(statement, imprint)
    command = command_of_proposal(proposal, imprint.edition)
    return Document(
        title=TITLE,
        subtitle=f"{statement.asked['GPU-hours']} GPU-hours on {statement.asked['GPU']}",
        edition=imprint.edition,
        period=f"for {statement.asked['year']}",
        command=command,
        program_version=imprint.program_version,
        organisation=imprint.organisation,
        contact=imprint.contact,
        branding=imprint.branding,
        about=about,
        sections=(
            Section("findings", "Key findings", tuple(_findings(statement))),
            Section("question", "What was asked", (_question(), asked)),
            Section(
                "energy-and-carbon",
                "Energy and carbon",
                (_chart(statement), table, *_beside(statement)),
            ),
            Section("assumptions", "Assumptions", _assumptions(statement)),
            Section("methods", "Method", (_methods(),)),
            Section("sources", "Sources and credits", _sources(statement)),
            Section("glossary", "Glossary", (_glossary(),)),
            Section(
                "citing", "How to cite it, and make it again", _citing(about, imprint, command)
            ),
        ),
    )


def command_of_proposal(proposal: Proposal, edition: date) -> str:
    """The command line that makes the statement again, ready to paste into a shell."""
    options = {
        "--gpu": proposal.gpu,
        "--gpu-hours": _plainly(proposal.gpu_hours),
        "--site": proposal.site,
        "--region": proposal.region,
        "--year": proposal.year,
        "--pue": proposal.pue,
        "--utilisation": proposal.utilisation,
        "--factors": proposal.series,
        "--edition": edition,
        "--output": "impact.pdf",
    }
    given = [(name, str(value)) for name, value in options.items() if value is not None]
    return shlex.join(["plimsoll", "report", "impact", *(word for pair in given for word in pair)])


def _plainly(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _table(statement: Statement) -> TableBlock:
    return TableBlock(
        key=KEY,
        caption="Energy, carbon, and what they may be set beside: low, central and high",
        frame=statement.figures,
        columns=_COLUMNS,
        notes=("Low and high are bounds of what is assumed, no interval of confidence.",),
    )


def _asked(statement: Statement) -> TableBlock:
    frame = pl.DataFrame(
        list(statement.asked.items()), schema={"what": pl.String, "told": pl.String}, orient="row"
    )
    return TableBlock(ASKED, "What was told of the proposal", frame, _ASKED)


def _question() -> Paragraph:
    return Paragraph(
        words("What would the proposed computation draw and emit, and how sure is that?"), "lead"
    )


def _findings(statement: Statement) -> Iterator[Finding]:
    energy, carbon, of_an_hour = (_row(statement, quantity) for quantity in _TOLD)
    whole = tuple(_computation(statement))
    yield _finding("energy", (*whole, Words(" would draw ")), energy, " of electricity")
    yield _finding("carbon", (*whole, Words(" would emit ")), carbon, ", embodied included")
    yield _finding("per-hour", words("Each of these GPU-hours would emit "), of_an_hour, "")


def _computation(statement: Statement) -> Iterator[Run]:
    """The GPU-hours and the card, as the table of what was asked has them."""
    for place, (what, told) in enumerate(statement.asked.items()):
        if what == "GPU-hours":
            yield Figure(told, told, ASKED, place, "told")
    yield Words(f" GPU-hours on {statement.asked['GPU']}")


def _finding(key: str, before: Runs, row: tuple[int, dict[str, Any]], after: str) -> Finding:
    place, cells = row
    unit = cells["unit"].removesuffix("/GPU-hour").replace("CO2e", "of CO2 equivalent")
    runs = (*before, *_range(place, cells, unit), Words(f"{after}."))
    note = Footnote(KEY, METHODS[cells["quantity"]], "the sources of its parts, named below")
    return Finding(key, runs, note)


def _range(place: int, cells: dict[str, Any], unit: str) -> Iterator[Run]:
    """A central figure, with its bounds in brackets."""
    low, central, high = (
        Figure(three_digits(cells[end]), cells[end], KEY, place, end) for end in _ENDS
    )
    yield central
    yield Words(f" {unit} (between ")
    yield from (low, Words(" and "), high, Words(")"))


def _row(statement: Statement, quantity: str) -> tuple[int, dict[str, Any]]:
    rows = statement.figures.rows(named=True)
    return next((at, row) for at, row in enumerate(rows) if row["quantity"] == quantity)


def _chart(statement: Statement) -> ChartBlock:
    rows = [_row(statement, quantity)[1] for quantity in _CARBON]
    labels = tuple(
        f"{three_digits(row['central'])} ({three_digits(row['low'])} to "
        f"{three_digits(row['high'])})"
        for row in rows
    )
    names = tuple(f"{row['quantity'][:1].upper()}{row['quantity'][1:]}" for row in rows)
    said = "; ".join(f"{name} {label}" for name, label in zip(names, labels, strict=True))
    chart = Chart(
        kind="ranges",
        title="Carbon, kg of CO2 equivalent: central figure, and from low to high in brackets",
        summary=f"In kg of CO2 equivalent: {said}.",
        categories=names,
        series=(
            Series("Low", tuple(row["low"] for row in rows)),
            Series("Up to high", tuple(row["high"] for row in rows), "pale", labels),
        ),
    )
    return ChartBlock("impact-carbon", chart, KEY)


def _beside(statement: Statement) -> Iterator[Block]:
    """What energy and carbon may be set beside."""
    items: list[Runs] = [
        tuple(_range(place, row, row["quantity"]))
        for place, row in enumerate(statement.figures.iter_rows(named=True))
        if not row["unit"]
    ]
    if items:
        yield Paragraph(words("That is about as much as:"))
        yield ListBlock(tuple(items))


def _assumptions(statement: Statement) -> tuple[Block, ...]:
    lead = "Copy these with the figures. A grade in brackets tells how good a source is."
    lines = tuple(tuple(_coded(line)) for line in statement.assumptions)
    return (Paragraph(words(lead), "lead"), ListBlock(lines))


def _coded(text: str) -> Iterator[Run]:
    """Words, with what stands between backquotes as code."""
    for place, part in enumerate(text.split("`")):
        if part:
            yield Code(part) if place % 2 else Words(part)


def _methods() -> ListBlock:
    return ListBlock(
        tuple(
            (Strong(f"{name[:1].upper()}{name[1:]}. "), Words(f"{how}."))
            for name, how in METHODS.items()
        )
    )


def _sources(statement: Statement) -> tuple[Block, ...]:
    known = statement.figures.filter(pl.col("source") != _RECKONED).select("quantity", "source")
    table = TableBlock("impact-sources", "What the figures rest on", known, _SOURCES)
    return (table, ListBlock(tuple(words(f"{line}.") for line in statement.attribution)))


def _glossary() -> Definitions:
    return Definitions(tuple(Definition(term, words(said)) for term, said in GLOSSARY.items()))


def _about(statement: Statement, imprint: Imprint) -> tuple[tuple[str, str], ...]:
    told = {
        "Edition": day(imprint.edition),
        **{f"{name[:1].upper()}{name[1:]}": said for name, said in statement.asked.items()},
        "Program": f"Plimsoll {imprint.program_version}",
        "Contact": imprint.contact,
    }
    return tuple((what, said) for what, said in told.items() if said)


def _citing(about: Sequence[tuple[str, str]], imprint: Imprint, command: str) -> tuple[Block, ...]:
    by = imprint.organisation or "Plimsoll"
    asked = ", ".join(f"{what} {said}" for what, said in about if what in {"GPU", "GPU-hours"})
    cited = (
        f"{by} ({imprint.edition.year}). {TITLE}: {asked}. {day(imprint.edition)}. "
        f"Made with Plimsoll {imprint.program_version}."
    )
    return (Paragraph(words(cited)), Commands(command))
