"""A small estate as plain rows, in which nothing changes within a tick of `step` seconds.

Times are whole epoch seconds on ticks; a quarter of an hour is a whole number of ticks, so that
every period of every time zone begins on one. Walking tick by tick is walking second by second.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
Bin = tuple[date | None, int, int]
Group = tuple[Any, ...]
Table = dict[Group, dict[str, Any]]

QUARTER_S = 900
HOUR_S = 3600


@dataclass
class World:
    """Plain rows of all that a store holds, and the settings of its clusters.

    `clusters` by name: tier, windows (stated, as [begin, end) pairs), unstated (one log came
    without a window), node_roles (pattern, role), pue, grid_region.
    """

    step: int
    clusters: dict[str, Row]
    jobs: list[Row] = field(default_factory=list)
    nodes: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    hours: list[Row] = field(default_factory=list)
    awards: list[Row] = field(default_factory=list)

    @cached_property
    def observed(self) -> dict[str, list[tuple[int, int]]]:
        """The observed windows of each cluster, merged."""
        return {
            name: [(begin, end) for begin, end, _ in windows]
            for name, windows in self.marked_windows.items()
        }

    @cached_property
    def marked_windows(self) -> dict[str, list[tuple[int, int, bool]]]:
        """The merged windows of each cluster, and whether the end of each is assumed."""
        return {name: self._windows(name) for name in self.clusters}

    def _windows(self, name: str) -> list[tuple[int, int, bool]]:
        windows = [(*window, False) for window in self.clusters[name]["windows"]]
        mine = [job for job in self.jobs if job["cluster"] == name]
        if mine and (not windows or self.clusters[name]["unstated"]):
            first = min(job["submit"] for job in mine)
            moments = ("submit", "start", "held_until", "end")
            last = max(job[key] for job in mine for key in moments if job[key] is not None)
            windows.append((first, max(last, first + 1), True))
        merged: list[tuple[int, int, bool]] = []
        for begin, end, assumed in sorted(windows):
            if merged and begin <= merged[-1][1]:
                first, until, was_assumed = merged[-1]
                merged[-1] = (first, *max((until, was_assumed), (end, assumed)))
            else:
                merged.append((begin, end, assumed))
        return merged

    def is_observed(self, cluster: str, second: int) -> bool:
        return any(begin <= second < end for begin, end in self.observed[cluster])

    def observed_span(self) -> tuple[int, int] | None:
        """From the first to the last moment that any log was asked for."""
        windows = [window for each in self.observed.values() for window in each]
        if not windows:
            return None
        return min(begin for begin, _ in windows), max(end for _, end in windows)

    def ticks(self, begin: int, end: int) -> Iterator[tuple[int, int]]:
        """(second, seconds) of every tick, or part of one, between two moments."""
        while begin < end:
            until = min(end, begin - begin % self.step + self.step)
            until = min([edge for edge in self.odd_edges if edge > begin] + [until])
            yield begin, until - begin
            begin = until

    @cached_property
    def odd_edges(self) -> list[int]:
        """Ends of windows within a tick: a log of one moment is taken to cover one second."""
        edges = (edge for each in self.observed.values() for window in each for edge in window)
        return [edge for edge in edges if edge % self.step]


def period_of(second: int, period: str, zone: str) -> date | None:
    """The day on which the period of a second begins."""
    day = datetime.fromtimestamp(second, ZoneInfo(zone)).date()
    match period:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=day.month - (day.month - 1) % 3, day=1)
        case "year":
            return day.replace(month=1, day=1)
        case "total":
            return None
        case _:
            return day


def periods(begin: int, end: int, period: str, zone: str) -> list[Bin]:
    """(label, begin, end) of each period between two moments, found by walking."""
    found: list[Bin] = []
    second = begin
    while second < end:
        until = min(end, second - second % QUARTER_S + QUARTER_S)
        label = period_of(second, period, zone)
        if found and found[-1][0] == label:
            found[-1] = (label, found[-1][1], until)
        else:
            found.append((label, second, until))
        second = until
    return found


def bin_of(bins: Iterable[Bin], second: int | None) -> date | str | None:
    """The label of the period in which a moment lies; "outside" where in none."""
    for label, begin, end in bins:
        if second is not None and begin <= second < end:
            return label
    return "outside"


def added(table: Table, group: Group, **amounts: Any) -> None:
    """Add amounts to the cells of a group; a sum over an unknown part is unknown."""
    row = table.setdefault(group, {})
    for name, amount in amounts.items():
        known = row.get(name, 0)
        row[name] = None if amount is None or known is None else known + amount
