"""How an answer leaves the program: a readable table, or CSV, JSON, Parquet in full precision."""

import sys
from datetime import date
from pathlib import Path
from typing import Final, Literal, get_args

import click
import polars as pl
from rich.console import Console, JustifyMethod
from rich.table import Table

from model.errors import InputError
from model.question import Answer
from plimsoll.cli.context import Session

OutputFormat = Literal["table", "csv", "json", "parquet"]
FORMATS: tuple[OutputFormat, ...] = get_args(OutputFormat)

UNLIMITED_WIDTH: Final = 100_000
"""Characters that a line may take where no terminal limits it."""


def write_answer(
    answer: Answer, *, style: OutputFormat, output: Path | None, session: Session
) -> None:
    """Write `answer` to `output`, or to standard output, and its notes to stderr."""
    if style == "table":
        _write_text(render_table(answer.frame), output)
    elif style == "parquet":
        _write_parquet(answer.frame, output)
    else:
        _write_text(_serialise(answer.frame, style), output)
    for line in provenance(answer):
        session.note(line)


def provenance(answer: Answer) -> list[str]:
    """The lines under a table: synthetic or not, data-as-of, store version, notes."""
    lines = ["SYNTHETIC DATA: invented for demonstration."] if answer.synthetic else []
    if answer.data_as_of is not None:
        basis = "assumed from the records" if answer.as_of_assumed else "as stated at ingest"
        version = f"; store {answer.store_version}" if answer.store_version else ""
        lines.append(f"Data as of {answer.data_as_of:%Y-%m-%d %H:%M} UTC ({basis}){version}.")
    return lines + [f"Note: {note}" for note in answer.notes]


def render_table(frame: pl.DataFrame, *, width: int | None = None) -> str:
    """A frame as text for people: rounded, thousands apart; one row becomes a list.

    On a terminal (or within `width` characters) long cells are cut and columns that do not fit
    are named below the table; where nothing limits the width, all is printed.
    """
    if frame.is_empty():
        return "no rows\n"
    if frame.height == 1 and frame.width > _LIST_FROM_COLUMNS:
        return _text(_as_list(frame), UNLIMITED_WIDTH)
    limit = width or (Console().width if sys.stdout.isatty() else None)
    if limit is None:
        return _text(_as_grid(frame), UNLIMITED_WIDTH)
    shown = _fitting(frame, limit)
    left_out = [name for name in frame.columns if name not in shown.columns]
    more = f"... and {', '.join(left_out)}: --format csv has all.\n" if left_out else ""
    return _text(_as_grid(shown, cut=_LONGEST_CELL), limit) + more


_LIST_FROM_COLUMNS: Final = 8
_LONGEST_CELL: Final = 32
_GAP: Final = 2


def _text(table: Table, width: int) -> str:
    console = Console(width=width, file=sys.stdout, highlight=False)
    with console.capture() as capture:
        console.print(table)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"


def _fitting(frame: pl.DataFrame, limit: int) -> pl.DataFrame:
    """The columns that a terminal has room for, at least one; long text and unknowns go first."""
    ranks = {column.name: _rank(column) for column in frame}
    names = sorted(ranks, key=ranks.__getitem__)
    room, fitting = limit, []
    for name in names:
        cells = [cell[:_LONGEST_CELL] for cell in format_column(frame[name])]
        room -= max(*map(len, cells), *map(len, name.split("_"))) + _GAP
        if room < 0:
            break
        fitting.append(name)
    return frame.select(fitting or names[:1])


def _rank(column: pl.Series) -> int:
    """Sorts what says nothing behind text, the longer the later, and text behind figures."""
    if column.null_count() == len(column):
        return len(_TEXT_STEPS) + 1
    if column.dtype.is_numeric():
        return 0
    longest = max(map(len, format_column(column)))
    return sum(longest > step for step in _TEXT_STEPS)


_TEXT_STEPS: Final = (14, 24, 40)


def _as_list(frame: pl.DataFrame) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right")
    for name in frame.columns:
        table.add_row(name, *format_column(frame[name]))
    return table


def _as_grid(frame: pl.DataFrame, *, cut: int | None = None) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, _GAP, 0, 0))
    for name, kind in frame.schema.items():
        header = name if cut is None else name.replace("_", "_\n")
        justify: JustifyMethod = "right" if kind.is_numeric() else "left"
        table.add_column(header, justify=justify, no_wrap=True, overflow="ellipsis", max_width=cut)
    for row in zip(*(format_column(frame[name]) for name in frame.columns), strict=True):
        table.add_row(*row)
    return table


def format_column(column: pl.Series) -> list[str]:
    """A column for people: 1,234; 12.5; 0.123; 2026-05-01; a year 2026; an unknown is empty.

    All fractions of a column have as many decimals as its largest value deserves.
    """
    if column.name == "year" or column.name.endswith("_year"):
        return ["" if value is None else str(value) for value in column]
    decimals = _decimals(column) if column.dtype.is_float() else 0
    return [_cell(value, decimals) for value in column]


def _decimals(column: pl.Series) -> int:
    largest = column.abs().max()
    for bound, decimals in _DECIMALS_BELOW:
        if isinstance(largest, float) and largest < bound:
            return decimals
    return 0


_DECIMALS_BELOW: Final = ((10, 3), (1000, 1))


def _cell(value: object, decimals: int) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.{decimals}f}"
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _serialise(frame: pl.DataFrame, style: OutputFormat) -> str:
    return frame.write_csv() if style == "csv" else frame.write_json() + "\n"


def _write_text(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text, nl=False)
        return
    with _writing(output):
        output.write_text(text, encoding="utf-8")


def _write_parquet(frame: pl.DataFrame, output: Path | None) -> None:
    if output is None:
        raise InputError(
            "Parquet is not for a terminal", hint="name a file with --output FILE.parquet."
        )
    with _writing(output):
        frame.write_parquet(output)


class _writing:  # noqa: N801
    """Turns a failed write into one line that names the file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise InputError(
                f"cannot write: {error.strerror}", where=str(self.path), hint="choose another file."
            ) from error
