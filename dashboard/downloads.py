"""Tables as files: CSV and XLSX of the same answer that a panel shows."""

import io
from datetime import date
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

import flask
import polars as pl

from dashboard.reader import Reader
from model.errors import PlimsollError
from model.question import PERIODS, Answer, Question
from reports.command import command_of
from reports.wording import day

_FORMULA_STARTS: Final = "=+-@\t\r\n"
_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def download_query(question: Question) -> str:
    """The query of the address at which the answer to a question can be had as a file."""
    pairs: list[tuple[str, str]] = [("by", name) for name in question.by]
    pairs += [("where", f"{column}={value}") for column, value in question.where]
    named = {"from": question.since, "to": question.until, "on": question.on}
    pairs += [(key, value.isoformat()) for key, value in named.items() if value]
    if question.period != "total":
        pairs.append(("period", question.period))
    if question.min_grade:
        pairs.append(("min_grade", question.min_grade))
    query = urlencode(pairs)
    return f"?{query}" if query else ""


def read_question(table: str, query: Any) -> Question:
    """The question in a download's address; a ValueError where it cannot be read."""
    period = query.get("period", "total")
    if period not in PERIODS:
        raise ValueError(period)
    where = [text.partition("=") for text in query.getlist("where")]
    return Question(
        table=table,
        by=tuple(query.getlist("by")),
        period=period,
        since=_day(query.get("from")),
        until=_day(query.get("to")),
        on=_day(query.get("on")),
        min_grade=query.get("min_grade") or None,
        where=tuple((column, value) for column, _, value in where),
    )


def add_downloads(server: flask.Flask, reader: Reader, *, prefix: str) -> None:
    """Serve `download/TABLE.csv` and `download/TABLE.xlsx`."""

    @server.get(f"{prefix}download/<table>.<kind>")
    def download(table: str, kind: str) -> flask.Response:
        if kind not in _TYPES:
            flask.abort(HTTPStatus.NOT_FOUND)
        try:
            answer = reader.ask(read_question(table, flask.request.args))
        except (PlimsollError, ValueError) as fault:
            return flask.Response(
                f"{fault}\n", HTTPStatus.BAD_REQUEST, content_type="text/plain; charset=utf-8"
            )
        body = as_csv(answer) if kind == "csv" else as_xlsx(answer)
        name = f"plimsoll-{table}{'-synthetic' if answer.synthetic else ''}.{kind}"
        return flask.Response(
            body,
            content_type=_TYPES[kind],
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def as_csv(answer: Answer) -> bytes:
    """The frame at full precision; no text starts a formula, and made-up data say so."""
    frame = _safe(answer.frame)
    if answer.synthetic:
        frame = frame.with_columns(pl.lit("synthetic").alias("data_kind"))
    return frame.write_csv().encode()


def as_xlsx(answer: Answer) -> bytes:
    """A workbook: a sheet that says what the table is, and the table from A1."""
    import xlsxwriter

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        about = book.add_worksheet("About")
        about.set_column(0, 0, 24)
        about.set_column(1, 1, 100)
        for row, (name, text) in enumerate(_about(answer)):
            about.write_string(row, 0, name)
            about.write_string(row, 1, text)
        _safe(answer.frame).write_excel(
            book, worksheet="Synthetic data" if answer.synthetic else "Table", autofit=True
        )
    return stream.getvalue()


def _about(answer: Answer) -> list[tuple[str, str]]:
    rows = [("Table", answer.question.table)]
    if answer.synthetic:
        rows.append(("SYNTHETIC DATA", "These figures are made up, for demonstration only."))
    if answer.data_as_of:
        rows.append(("Data as of", day(answer.data_as_of)))
    if answer.store_version:
        rows.append(("Store version", answer.store_version))
    rows.append(("Made by", command_of(answer.question)))
    return rows + [("Note", note) for note in answer.notes]


def _safe(frame: pl.DataFrame) -> pl.DataFrame:
    nested = [n for n, t in frame.schema.items() if t.is_nested()]
    flat = frame.with_columns(
        pl.col(name).cast(pl.List(pl.String)).list.join("; ") for name in nested
    )
    text = pl.col(pl.String)
    risky = text.str.slice(0, 1).is_in(list(_FORMULA_STARTS))
    if not any(dtype == pl.String for dtype in flat.dtypes):
        return flat
    return flat.with_columns(pl.when(risky).then(pl.lit("'") + text).otherwise(text).name.keep())


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
