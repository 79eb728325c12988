"""Tables of pages: an AG Grid with pages, in document order, and no code from data."""

from datetime import date, datetime
from typing import Any, Final

import dash_ag_grid as dag
import polars as pl
from dash import html

from model.question import Answer
from reports.definitions import definition, heading, is_duration, kind

_PAGE: Final = 20
_WIDE: Final = (
    "machine", "scope", "caveat", "role_evidence", "project", "title", "what", "remedy",
)  # fmt: skip
_RAW: Final = "text"
"""A row of a file, shown over as many lines as it needs."""


def grid(
    answer: Answer, frame: pl.DataFrame, *, key: str, columns: tuple[str, ...] = ()
) -> html.Div:
    """A frame as a grid, its headings from the answer; `columns` chooses and orders, all if ()."""
    table = answer.question.table
    frame = frame.select([name for name in columns if name in frame.columns] or pl.all())
    return html.Div(
        dag.AgGrid(
            id={"grid": key},
            rowData=[_row(row) for row in frame.to_dicts()],
            columnDefs=[_column(table, name, dtype) for name, dtype in frame.schema.items()],
            defaultColDef={"sortable": True, "resizable": True, "minWidth": 110, "filter": False},
            columnSize="autoSize",
            dashGridOptions={
                "ensureDomOrder": True,
                "pagination": frame.height > _PAGE,
                "paginationPageSize": _PAGE,
                "paginationPageSizeSelector": False,
                "domLayout": "autoHeight",
                "suppressColumnVirtualisation": True,
                "animateRows": False,
                "enableCellTextSelection": True,
                "tooltipShowDelay": 300,
                "tooltipTrigger": "hover",
                "suppressMovableColumns": True,
            },
            style={"height": None, "width": "100%"},
        ),
        className="pl-grid",
    )


def _column(table: str, name: str, dtype: pl.DataType) -> dict[str, Any]:
    column: dict[str, Any] = {
        "field": name,
        "headerName": heading(table, name),
        "headerTooltip": definition(table, name),
        "cellDataType": "text",
        "valueFormatter": {"function": "words(params.value)"},
    }
    if dtype.is_numeric():
        column |= {
            "cellDataType": "number",
            "type": "rightAligned",
            "valueFormatter": {"function": f"{_formatter(table, name)}(params.value)"},
        }
    elif dtype.is_temporal():
        formatter = "moment" if isinstance(dtype, pl.Datetime) else "day"
        column["valueFormatter"] = {"function": f"{formatter}(params.value)"}
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
    return "share" if kind(table, name) == "share" else "number"


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _cell(value) for name, value in row.items()}


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return value
