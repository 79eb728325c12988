"""Tables of what stands behind a report: publications, credits that are due, settings."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import polars as pl

from model.grid_carbon import load_grid_carbon
from model.origin import Source
from model.published_rounds import load_published_rounds
from model.registry import Registry
from model.settings import Settings
from reports.document import Column, TableBlock

KEY: Final = "publications"
CREDITS: Final = "credits"
SETTINGS: Final = "settings"
_PUBLICATIONS: Final = (
    Column("subject", "Subject", "name", definition="What it is about.", header=True),
    Column("covers", "Covers", "name", definition="The figures that it stands for."),
    Column("title", "Title", "name", definition="The publication.", header=True),
    Column("publisher", "Publisher", "name", definition="Who published it."),
    Column("url", "Address", "name", definition="Where it is."),
    Column("date", "Date", "name", definition="Its own date, as precise as it is known."),
    Column("grade", "Grade", "name", definition="From A (the operator) to E (unverified)."),
)
_CREDITS: Final = (
    Column("credit", "Credit", "name", definition="The line that is due.", header=True),
)
_SETTINGS: Final = (
    Column("setting", "Setting", "name", definition="Its place in plimsoll.yaml.", header=True),
    Column("value", "Value", "name", definition="What it was, set or by default."),
)
_TOLD: Final = ("timezone", "inference", "carbon", "outlook")
"""The settings that weigh on figures. Paths, addresses, keys and names of people are no part."""
_TOLD_OF_REPORTS: Final = "disclosure"
_TOLD_OF_CLUSTERS: Final = (
    "timezone", "tier", "machine", "pue", "grid_region", "charge_by", "billing_per_unit",
    "threads_per_core", "node_roles", "synthetic",
)  # fmt: skip


def tables(registry: Registry, settings: Settings) -> tuple[TableBlock, ...]:
    """The three tables, for files of data."""
    grid = load_grid_carbon().file
    told = [(line,) for line in (*registry.attribution, *grid.attribution)]
    behind = "The publications behind figures that are no machine's"
    due = "Credits, with the licences under which figures are passed on"
    weigh = "The settings that weigh on figures"
    return (
        _table(KEY, behind, _PUBLICATIONS, list(_publications(registry))),
        _table(CREDITS, due, _CREDITS, told),
        _table(SETTINGS, weigh, _SETTINGS, list(_settings(settings))),
    )


def _table(
    key: str, caption: str, columns: tuple[Column, ...], rows: list[tuple[Any, ...]]
) -> TableBlock:
    schema = {column.name: pl.String() for column in columns}
    return TableBlock(key, caption, pl.DataFrame(rows, schema=schema, orient="row"), columns)


def _publications(registry: Registry) -> Iterator[tuple[Any, ...]]:
    for key, source in registry.denominators.sources.items():
        yield _line(key, source)
    for name, series in load_grid_carbon().file.series.items():
        yield from (_line(f"electricity, {name}", source) for source in series.sources)
    for each in load_published_rounds():
        yield _line(f"{each.scheme} {each.year}", each.source)


def _line(subject: str, source: Source) -> tuple[Any, ...]:
    covers = ", ".join(source.covers)
    return (subject, covers, source.title, source.publisher, source.url, source.date, source.grade)


def _settings(settings: Settings) -> Iterator[tuple[str, str]]:
    told = settings.model_dump(mode="json")
    for name in _TOLD:
        yield from _flat(name, told[name])
    yield from _flat("reports.disclosure", told["reports"][_TOLD_OF_REPORTS])
    for cluster in told["clusters"]:
        for name in _TOLD_OF_CLUSTERS:
            yield from _flat(f"clusters.{cluster['name']}.{name}", cluster.get(name))


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """A line for each single value below a setting; what is not set has none."""
    match value:
        case None:
            return
        case Mapping():
            for key, inner in value.items():
                yield from _flat(f"{name}.{key}", inner)
        case list() | tuple():
            for place, inner in enumerate(value, 1):
                yield from _flat(f"{name}.{place}", inner)
        case _:
            yield name, str(value)
