"""The filters of a page, as its address holds them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeVar, cast, get_args
from urllib.parse import parse_qs, urlencode

from model.origin import GRADES
from model.question import Period

T = TypeVar("T")

GRANULARITIES: Final[tuple[Period, ...]] = ("week", "month", "quarter", "year")
DEFAULT_PERIOD: Final[Period] = "month"
DEFAULT_UNIT: Final = "gpus"
DEFAULT_PER: Final = "people"
PER: Final[dict[str, str]] = {
    "people": "Million people",
    "researchers": "1,000 researchers",
    "gdp": "Billion US$ of GDP",
}
UNITS: Final[dict[str, str]] = {
    "gpus": "GPU cards",
    "a100_equivalents_16bit": "A100-equivalents (16-bit, dense)",
    "rgu": "reference GPU units (RGU)",
    "memory_tb": "terabytes of GPU memory",
    "fp64_pflops": "PFLOP/s of 64-bit arithmetic",
}
KEYS: Final = (
    "from", "to", "period", "cluster", "partition", "tier", "account", "gpu_model",
    "round", "application", "on", "unit", "per", "country", "grade", "machine", "reason", "find",
)  # fmt: skip


@dataclass(frozen=True)
class Filters:
    """What a reader asked for; None and () stand for everything.

    `since` is inclusive, `until` exclusive. `round` is a call and a round, "call|round".
    `reason` is why rows were set aside, `find` words to look for.
    `faults` are sentences on what the address held that could not be read.
    """

    since: date | None = None
    until: date | None = None
    period: Period = DEFAULT_PERIOD
    clusters: tuple[str, ...] = ()
    partition: str | None = None
    tier: str | None = None
    account: str | None = None
    gpu_model: str | None = None
    round: str | None = None
    application: str | None = None
    on: date | None = None
    unit: str = DEFAULT_UNIT
    per: str = DEFAULT_PER
    country: str | None = None
    grade: str | None = None
    machine: str | None = None
    reason: str | None = None
    find: str | None = None
    faults: tuple[str, ...] = ()


NO_FILTERS: Final = Filters()
"""What an address without a query asks for."""


def read_filters(query: str | None) -> Filters:
    """The filters in the query of an address; what cannot be read is left out and named."""
    asked = parse_qs((query or "").lstrip("?"))
    faults: list[str] = []

    def first(key: str) -> str | None:
        return next((value for value in asked.get(key, []) if value), None)

    def read(key: str, reader: Callable[[str], T], default: T, kind: str) -> T:
        text = first(key)
        if text is None:
            return default
        try:
            return reader(text)
        except ValueError:
            faults.append(f"“{text}” in “{key}” is not {kind}; it was left out.")
            return default

    since = read("from", _date_or_none, None, "a date such as 2026-05-01")
    until = read("to", _date_or_none, None, "a date such as 2026-05-01")
    if since and until and since >= until:
        faults.append("The period ends before it begins; its end was left out.")
        until = None
    return Filters(
        since=since,
        until=until,
        period=read("period", _period, DEFAULT_PERIOD, f"one of {', '.join(GRANULARITIES)}"),
        clusters=tuple(dict.fromkeys(value for value in asked.get("cluster", []) if value)),
        partition=first("partition"),
        tier=first("tier"),
        account=first("account"),
        gpu_model=first("gpu_model"),
        round=first("round"),
        application=first("application"),
        on=read("on", _date_or_none, None, "a date such as 2026-05-01"),
        unit=read("unit", _one_of(tuple(UNITS)), DEFAULT_UNIT, f"one of {', '.join(UNITS)}"),
        per=read("per", _one_of(tuple(PER)), DEFAULT_PER, f"one of {', '.join(PER)}"),
        country=first("country"),
        grade=read("grade", _one_of(GRADES), None, f"one of {', '.join(GRADES)}"),
        machine=first("machine"),
        reason=first("reason"),
        find=first("find"),
        faults=tuple(faults),
    )


def write_query(filters: Filters) -> str:
    """The query of an address for these filters, "" for none; `read_filters` undoes it."""
    pairs: list[tuple[str, Any]] = [
        ("from", filters.since),
        ("to", filters.until),
        ("period", filters.period if filters.period != DEFAULT_PERIOD else None),
        *(("cluster", name) for name in filters.clusters),
        ("partition", filters.partition),
        ("tier", filters.tier),
        ("account", filters.account),
        ("gpu_model", filters.gpu_model),
        ("round", filters.round),
        ("application", filters.application),
        ("on", filters.on),
        ("unit", filters.unit if filters.unit != DEFAULT_UNIT else None),
        ("per", filters.per if filters.per != DEFAULT_PER else None),
        ("country", filters.country),
        ("grade", filters.grade),
        ("machine", filters.machine),
        ("reason", filters.reason),
        ("find", filters.find),
    ]
    query = urlencode([(key, str(value)) for key, value in pairs if value])
    return f"?{query}" if query else ""


def chosen_clusters(
    filters: Filters, clusters: Sequence[tuple[str, str | None]]
) -> tuple[str, ...] | None:
    """The clusters that the filters leave, of (name, tier) pairs; None where they leave all."""
    if not filters.clusters and not filters.tier:
        return None
    return tuple(
        name
        for name, tier in clusters
        if (not filters.clusters or name in filters.clusters)
        and (not filters.tier or tier == filters.tier)
    )


def _date_or_none(text: str) -> date | None:
    return date.fromisoformat(text)


def _period(text: str) -> Period:
    if text not in get_args(Period) or text == "total":
        raise ValueError(text)
    return cast("Period", text)


def _one_of(names: tuple[str, ...]) -> Callable[[str], str]:
    def reader(text: str) -> str:
        if text not in names:
            raise ValueError(text)
        return text

    return reader
