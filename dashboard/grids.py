"""Tables of pages: an AG Grid with pages, in document order, and no code from data.

The rows of a small table travel with the page. Those of a large one stay in the reader's memory;
its grid asks for them a block at a time, sorted and filtered by the server.
"""

from typing import Any, Final

import dash_ag_grid as dag
import dash_mantine_components as dmc
import polars as pl
from dash import html

from dashboard.grid_rows import BLOCK, as_rows, collect
from model.question import Answer
from reports.definitions import definition, heading, is_duration, is_year, kind
from reports.wording import number

PAGE: Final = 20
_WIDE: Final = (
    "machine", "scope", "caveat", "role_evidence", "project", "title", "what", "remedy",
)  # fmt: skip
_RAW: Final = "text"
"""A row of a file, shown over as many lines as it needs: rows of one height cannot hold it."""


def grid(
    answer: Answer, frame: pl.DataFrame, *, key: str, columns: tuple[str, ...] = ()
) -> html.Div:
    """A frame as a grid, its headings from the answer; `columns` chooses and orders, all if ()."""
    table = answer.question.table
    frame = frame.select([name for name in columns if name in frame.columns] or pl.all())
    definitions = [_column(table, name, dtype) for name, dtype in frame.schema.items()]
    if frame.height <= PAGE or _RAW in frame.columns:
        return html.Div(_of_rows(frame, definitions, key=key), className="pl-grid")
    collect(key, frame)
    part = {"grid": key, "of": answer.store_version or ""}
    return html.Div(
        [
            _finder(frame, part),
            html.Div(_of_blocks(definitions, part), className="pl-grid"),
            html.P(_on_paper(frame.height), className="pl-on-paper"),
        ]
    )


def told(found: int, held: int) -> str:
    """How many rows a grid holds, and how many of them have the words looked for."""
    if found == held:
        return f"{number(held)} rows"
    return f"{number(found)} of {number(held)} rows"


def _of_rows(frame: pl.DataFrame, definitions: list[dict[str, Any]], *, key: str) -> dag.AgGrid:
    return dag.AgGrid(
        id={"grid": key},
        rowData=as_rows(frame),
        columnDefs=definitions,
        columnSize="autoSize",
        dashGridOptions={**_OPTIONS, "pagination": frame.height > PAGE},
        **_SHARED,
    )


def _of_blocks(definitions: list[dict[str, Any]], part: dict[str, str]) -> dag.AgGrid:
    return dag.AgGrid(
        id={**part, "part": "rows"},
        rowModelType="infinite",
        columnDefs=definitions,
        dashGridOptions={
            **_OPTIONS,
            "pagination": True,
            "paginationPageSizeSelector": [PAGE, BLOCK // 2, BLOCK],
            "cacheBlockSize": BLOCK,
            "maxConcurrentDatasourceRequests": 1,
            "infiniteInitialRowCount": PAGE,
        },
        **_SHARED,
    )


def _finder(frame: pl.DataFrame, part: dict[str, str]) -> html.Div:
    return html.Div(
        [
            dmc.TextInput(
                id={**part, "part": "words"},
                label="Find in this table",
                value="",
                debounce=300,
                inputProps={"type": "search"},
                className="pl-control",
            ),
            html.Span(told(frame.height, frame.height), id={**part, "part": "told"}, role="status"),
        ],
        className="pl-find",
    )


def _on_paper(rows: int) -> str:
    return (
        f"On paper: the rows that were on the screen, of {number(rows)} in all. The downloads of "
        "this table hold every row."
    )


_SHARED: Final[dict[str, Any]] = {
    "defaultColDef": {"sortable": True, "resizable": True, "minWidth": 110, "filter": False},
    "style": {"height": None, "width": "100%"},
}
_OPTIONS: Final[dict[str, Any]] = {
    "ensureDomOrder": True,
    "paginationPageSize": PAGE,
    "paginationPageSizeSelector": False,
    "domLayout": "autoHeight",
    "suppressColumnVirtualisation": True,
    "animateRows": False,
    "enableCellTextSelection": True,
    "tooltipShowDelay": 300,
    "tooltipTrigger": "hover",
    "suppressMovableColumns": True,
}


def _column(table: str, name: str, dtype: pl.DataType) -> dict[str, Any]:
    column: dict[str, Any] = {
        "field": name,
        "headerName": heading(table, name),
        "headerTooltip": definition(table, name),
        "cellDataType": "text",
        "valueFormatter": {"function": "words(params.value, params.data)"},
    }
    if dtype.is_numeric():
        column |= {
            "cellDataType": "number",
            "type": "rightAligned",
            "valueFormatter": {"function": f"{_formatter(table, name)}(params.value, params.data)"},
        }
    elif dtype.is_temporal():
        formatter = "moment" if isinstance(dtype, pl.Datetime) else "day"
        column["valueFormatter"] = {"function": f"{formatter}(params.value, params.data)"}
    if name in _WIDE:
        column |= {"tooltipField": name, "maxWidth": 420}
    if name == _RAW:
        column |= {
            "wrapText": True,
            "autoHeight": True,
            "width": 520,
            "suppressAutoSize": True,
            "cellStyle": {"lineHeight": 1.5, "paddingBlock": "9px", "overflowWrap": "anywhere"},
        }
    return column


def _formatter(table: str, name: str) -> str:
    if is_duration(table, name):
        return "duration"
    if is_year(table, name):
        return "words"
    return "share" if kind(table, name) == "share" else "number"
