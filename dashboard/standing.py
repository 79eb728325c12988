"""What stands at the foot of every page: how old the data are, and what a print must tell."""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from dash import dcc, html

from dashboard.filters import DEFAULT_PER, DEFAULT_PERIOD, DEFAULT_UNIT, Filters
from dashboard.reader import Reader
from model.question import Question
from reports.findings.health import ago
from reports.wording import day

_NAMES: Final = {
    "since": "from",
    "until": "before",
    "period": "by",
    "clusters": "clusters",
    "partition": "partition",
    "tier": "tier",
    "account": "account",
    "gpu_model": "GPU model",
    "round": "round",
    "application": "application",
    "on": "in service on",
    "unit": "unit",
    "per": "per",
    "country": "country",
    "grade": "grade",
    "machine": "machine",
    "reason": "set aside as",
    "find": "looked for",
}
_DEFAULTS: Final = {DEFAULT_PERIOD, DEFAULT_UNIT, DEFAULT_PER}


def standing(reader: Reader, filters: Filters, *, base: str) -> html.Div:
    """How far the data reach and where to see what is missing; on paper also the filters."""
    now = datetime.now(ZoneInfo(reader.timezone))
    return html.Div(
        [
            html.P(
                [
                    freshness(reader, now=now),
                    " What is missing or doubtful: ",
                    dcc.Link("Data health", href=f"{base}health"),
                    ".",
                ],
                className="pl-fresh",
            ),
            html.P(
                f"Filters: {chosen(filters) or 'none'}. Printed on {day(now)}. {_version(reader)}",
                className="pl-on-paper",
            ),
        ],
        className="pl-standing",
    )


def freshness(reader: Reader, *, now: datetime) -> str:
    """How far the jobs are known and when a file was last read, in words."""
    if reader.store is None:
        return "There is no store: only the capacity registry is shown."
    files = reader.ask(Question("files")).frame
    read = files["ingested_at"].max()
    when = f" The last file was read on {day(read)}." if isinstance(read, datetime) else ""
    answer = reader.ask(Question("observed"))
    last = answer.frame["observed_to"].max()
    if not isinstance(last, datetime):
        return f"No jobs were read yet.{when}"
    made_up = " Synthetic data." if answer.synthetic else ""
    return f"Data as of {day(last)}, {ago(last, now)}.{when}{made_up}"


def chosen(filters: Filters) -> str:
    """The filters in words: "from 1 May 2026; clusters a, b"; "" for none."""
    return "; ".join(
        f"{name} {_said(value)}"
        for key, name in _NAMES.items()
        if (value := getattr(filters, key)) and value not in _DEFAULTS
    )


def _said(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return value if isinstance(value, str) else day(value)


def _version(reader: Reader) -> str:
    version = reader.version()
    return f"Store version {version}." if version else ""
