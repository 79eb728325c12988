"""Reading a page's tables as a person does, and holding each number to what `show` prints."""

import io
import math
import re
import shlex
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl
import pytest
from browsing import Estate
from playwright.sync_api import Locator, Page, expect

from plimsoll.cli import main
from reports.definitions import is_duration
from reports.wording import duration

_NUMBER = re.compile(r"-?[\d,]+(\.\d+)?%?")


@dataclass(frozen=True)
class Shown:
    """The lines of a panel's table that are on the screen, by column."""

    key: str
    rows: list[dict[str, str]]
    commands: list[str]


def panels(page: Page) -> list[Locator]:
    return page.locator("section.pl-panel").filter(has=page.get_by_role("tab")).all()


def read_panel(panel: Locator) -> Shown:
    key = (panel.get_attribute("aria-labelledby") or "").removeprefix("finding-")
    panel.get_by_role("tab", name="Sources").click()
    told = panel.get_by_role("tabpanel").locator("code")
    told.first.wait_for()
    commands = [text for text in told.all_inner_texts() if text.startswith("plimsoll show ")]
    panel.get_by_role("tab", name="Table").click()
    rows = panel.locator(".ag-row [col-id], .ag-overlay-no-rows-center")
    expect(rows.first).to_have_text(re.compile(r"\S"), use_inner_text=True)
    cells = panel.locator(".ag-row").evaluate_all(
        "rows => rows.map(row => [...row.querySelectorAll('[col-id]')]"
        ".map(cell => [cell.getAttribute('col-id'), cell.innerText]))"
    )
    return Shown(key, [dict(row) for row in cells if row], commands)


def printed(estate: Estate, command: str) -> tuple[str, pl.DataFrame]:
    """The table and its frame, as the command of the Sources tab prints them."""
    words = shlex.split(command)[1:]
    out = io.StringIO()
    with redirect_stdout(out), pytest.raises(SystemExit) as ended:
        main(["--quiet", *estate.options, *words, "--format", "json"])
    assert ended.value.code == 0, command
    frame = pl.read_json(io.StringIO(out.getvalue()), infer_schema_length=None)
    return words[1], frame


def disagreements(shown: Shown, answers: list[tuple[str, pl.DataFrame]]) -> list[str]:
    """The cells that no line of the commands' answers has, in words; [] where all agree."""
    found = []
    for place, row in enumerate(shown.rows):
        wrong = _wrong_cells(row, answers)
        found += [f"{shown.key}, line {place}: {name} reads {row[name]!r}" for name in wrong]
    return found


def _wrong_cells(row: dict[str, str], answers: list[tuple[str, pl.DataFrame]]) -> list[str]:
    """The columns whose numbers stand in no answer's line that is most like the row.

    Words tell which line is meant; pages may have them in full where `show` has a code.
    """
    words = {name for _, frame in answers for name in frame.columns if _of_words(frame[name])}
    numbers = {name for name, text in row.items() if _NUMBER.fullmatch(text)} - words
    left = set(numbers)
    for table, frame in answers:
        agreed = (
            {name for name in row if name in line and _agrees(table, name, row[name], line[name])}
            for line in frame.iter_rows(named=True)
        )
        left -= max(agreed, key=lambda names: (len(names), len(names - numbers)), default=set())
    return sorted(left)


def _of_words(values: pl.Series) -> bool:
    return values.dtype == pl.String


def _agrees(table: str, name: str, text: str, value: Any) -> bool:
    """Whether a cell's text is a value's, at the precision of the cell."""
    if value is None or (isinstance(value, float) and math.isnan(value)) or value == "":
        return text == "no data"
    if isinstance(value, bool | str | list):
        return _same_words(text, value)
    if isinstance(value, date | datetime):
        return str(value.day) in text
    if is_duration(table, name):
        return text == duration(value)
    return _same_number(text, float(value))


def _same_words(text: str, value: bool | str | list) -> bool:  # noqa: FBT001
    if isinstance(value, bool):
        return text.lower() in ({"yes", "true"} if value else {"no", "false"})
    if isinstance(value, list):
        return all(str(each) in text for each in value)
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d([T ].*)?", value):
        moment = datetime.fromisoformat(value)
        return text.startswith(f"{moment.day} {moment:%B %Y}")
    return " ".join(text.split()).lower() == " ".join(str(value).split()).lower()


def _same_number(text: str, value: float) -> bool:
    if not _NUMBER.fullmatch(text):
        return False
    plain = text.rstrip("%").replace(",", "")
    decimals = len(plain.partition(".")[2])
    shown = float(plain) / (100 if text.endswith("%") else 1)
    step = 10.0 ** -(decimals + (2 if text.endswith("%") else 0))
    return abs(shown - value) <= 0.5000001 * step
