"""Whose data the figures rest on, with the licences under which they are passed on."""

from typing import Final

import polars as pl

from model.grid_carbon import load_grid_carbon
from model.origin import Source
from model.published_rounds import load_published_rounds
from reports.capacity_report.credits import credit, denominator_credits
from reports.capacity_report.desk import Desk
from reports.document import (
    Block,
    Column,
    ListBlock,
    Paragraph,
    Runs,
    Subheading,
    TableBlock,
    Words,
    words,
)

KEY: Final = "machine-sources"
_COLUMNS: Final = (
    Column("id", "Record", "name", definition="The machine's id in the registry.", header=True),
    Column("machine", "Machine", "name", definition="The machine's name."),
    Column("covers", "Covers", "name", definition="The fields of the record that it stands for."),
    Column("title", "Title", "name", definition="The publication."),
    Column("publisher", "Publisher", "name", definition="Who published it."),
    Column("url", "Address", "name", definition="Where it is."),
    Column("date", "Date", "name", definition="Its own date, as precise as it is known."),
    Column("grade", "Grade", "name", definition="From A (the operator) to E (unverified)."),
)


def write(desk: Desk) -> list[Block]:
    """The credits; the sources of each machine are a table for files of data."""
    grid = load_grid_carbon().file
    if "capacity" in desk.selection.sections or "commitments" in desk.selection.sections:
        desk.left_aside(_of_machines(desk))
    return [
        Paragraph(
            words(
                "Figures of the clusters come from the organisation's own logs. Everything else "
                "comes from these. The sources of each machine are a table among the files of data."
            ),
            "lead",
        ),
        ListBlock(tuple(words(line) for line in (*desk.registry.attribution, *grid.attribution))),
        Subheading("sources-countries", "Countries"),
        ListBlock(denominator_credits(desk.registry)),
        Subheading("sources-electricity", "Electricity"),
        _list([each for series in grid.series.values() for each in series.sources]),
        Subheading("sources-rounds", "Published rounds of allocation"),
        _list([each.source for each in load_published_rounds()]),
    ]


def _list(sources: list[Source]) -> ListBlock:
    each_once = {(source.title, source.date): source for source in sources}
    items: list[Runs] = [(*credit(source), Words(".")) for source in each_once.values()]
    return ListBlock(tuple(items))


def _of_machines(desk: Desk) -> TableBlock:
    rows = [
        (
            machine.id, machine.name, ", ".join(source.covers), source.title, source.publisher,
            source.url, source.date, source.grade,
        )
        for machine in desk.registry.machines
        for source in machine.sources
    ]  # fmt: skip
    return TableBlock(
        key=KEY,
        caption="The sources of every machine of the registry",
        frame=pl.DataFrame(
            rows, schema={column.name: pl.String() for column in _COLUMNS}, orient="row"
        ),
        columns=_COLUMNS,
    )
