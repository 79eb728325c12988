"""Charts in a data package: a Vega-Lite specification each, which reads its rows from a CSV."""

import json
import re
from collections.abc import Iterator
from textwrap import wrap
from typing import Any, Final

import polars as pl

from reports.document import ChartBlock, Column, TableBlock
from reports.drawing import specification
from reports.palette import LIGHT, SYNTHETIC

FOLDER: Final = "charts"
_TITLE_LETTERS: Final = 52
_SAID: Final = {
    "part": "Which layer of the drawing has the mark, from 1.",
    "facet": "The small chart that has the mark.",
    "category": "What the mark stands for.",
    "place": "The place of the category on its axis, from 0.",
    "at": "Where the mark stands along the axis: a moment, or a number.",
    "series": "The series, as the key of the chart names it.",
    "name": "The name that stands beside the end of a line.",
    "value": "How far the mark reaches.",
    "from": "Where the mark begins.",
    "to": "Where the mark ends.",
    "middle": "Where the label of the mark stands.",
    "low": "The lower edge of the band of reference.",
    "high": "The upper edge of the band of reference.",
    "centre": "The line of reference.",
    "label": "The words beside the mark.",
    "colour": "The colour of the mark.",
    "ink": "The colour of the words on the mark.",
    "order": "The order of the parts of a bar, from 0.",
}
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
_MEASURES: Final = {"value", "from", "to", "middle", "low", "high", "centre"}

Rows = list[dict[str, Any]]
Specification = dict[str, Any]


def drawn_table(block: ChartBlock) -> TableBlock:
    """The rows that a chart's drawing marks, a line a mark."""
    parts = specification(block.chart)["datasets"]
    rows = [
        {**_added(block, part, row, several=len(parts) > 1), **row}
        for part, found in enumerate(parts.values())
        for row in found
    ]
    held = {name for row in rows for name in row}
    frame = pl.DataFrame([_series(name, rows) for name in _SAID if name in held])
    more = sorted(held - set(_SAID))
    frame = frame.with_columns(_series(name, rows) for name in more)
    return TableBlock(
        key=f"chart-{block.key}",
        caption=f"What is drawn: {block.chart.title}",
        frame=frame,
        columns=tuple(_column(series) for series in frame),
        synthetic=block.chart.synthetic,
    )


def chart_bytes(block: ChartBlock, table: TableBlock, table_path: str) -> bytes:
    """The Vega-Lite specification of a chart, which reads `table` from beside itself.

    It names the table of the report that has the figures in full, and says so where its data are
    made up.
    """
    drawn = specification(block.chart)
    parts = {name: part for part, name in enumerate(drawn.pop("datasets"), 1)}
    source = {
        "url": f"{block.key}.csv",
        "format": {"type": "csv", "parse": _parsed(table.frame)},
    }
    told = {
        "$schema": drawn.pop("$schema"),
        "title": _title(block),
        "description": block.alternative,
        "usermeta": {"figuresInFull": f"../{table_path}", "synthetic": block.chart.synthetic},
        **_reading(drawn, parts, source),
    }
    return f"{json.dumps(told, indent=1, ensure_ascii=False)}\n".encode()


def _added(block: ChartBlock, part: int, row: dict[str, Any], *, several: bool) -> dict[str, Any]:
    """What a drawing knows by position, in words."""
    chart = block.chart
    added: dict[str, Any] = {}
    if several:
        added["part"] = part + 1
    if chart.facets:
        added["facet"] = chart.facets[part]
    place = row.get("place")
    if place is not None and place < len(chart.categories):
        added["category"] = chart.categories[place]
    return added


def _series(name: str, rows: Rows) -> pl.Series:
    cells = [row.get(name) for row in rows]
    known = [cell for cell in cells if cell is not None]
    if (
        known
        and all(isinstance(cell, int | float) for cell in known)
        and (name in _MEASURES or any(isinstance(cell, float) for cell in known))
    ):
        return pl.Series(name, [None if c is None else float(c) for c in cells], pl.Float64)
    if known and all(isinstance(cell, int) for cell in known):
        return pl.Series(name, cells, pl.Int64)
    texts = pl.Series(name, [None if c is None else str(c) for c in cells], pl.String)
    if known and all(_MOMENT.fullmatch(str(cell)) for cell in known):
        return texts.str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_zone="UTC")
    return texts


def _column(series: pl.Series) -> Column:
    kind = "date" if series.dtype.is_temporal() else "name"
    if series.dtype.is_numeric():
        kind = "count" if series.dtype.is_integer() else "measure"
    return Column(
        name=series.name,
        heading=series.name.capitalize(),
        kind=kind,  # type: ignore[arg-type]  # one of the literals above
        definition=_SAID.get(series.name),
    )


def _parsed(frame: pl.DataFrame) -> dict[str, str]:
    """What is read as more than text; an empty text stays one, so that no mark says "null"."""
    typed = {series.name: series.dtype for series in frame if series.dtype != pl.String}
    return {name: "date" if kind.is_temporal() else "number" for name, kind in typed.items()}


def _title(block: ChartBlock) -> Specification:
    title: Specification = {"text": wrap(block.chart.title, _TITLE_LETTERS), "anchor": "start"}
    if block.chart.synthetic:
        title |= {"subtitle": SYNTHETIC, "subtitleColor": LIGHT.ink, "subtitleFontSize": 18}
    return title


def _reading(node: Any, parts: dict[str, int], source: Specification) -> Any:
    """The specification with each named set of rows read from the source instead."""
    if isinstance(node, list):
        return [_reading(each, parts, source) for each in node]
    if not isinstance(node, dict):
        return node
    read = {key: _reading(each, parts, source) for key, each in node.items() if key != "data"}
    return {**dict(_source(node, parts, source)), **read}


def _source(
    node: Specification, parts: dict[str, int], source: Specification
) -> Iterator[tuple[str, Any]]:
    name = node["data"].get("name") if isinstance(node.get("data"), dict) else None
    if name not in parts:
        return
    yield "data", source
    if len(parts) > 1:
        yield "transform", [{"filter": f"datum.part == {parts[name]}"}]
