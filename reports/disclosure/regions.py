"""Which cells of a plan a line of an answer sums over, and whether that sum may be published."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final

from analytics.calendar import day_span
from analytics.disclosure import Plan
from model.question import Period
from reports.disclosure.people import Key, People
from reports.disclosure.periods import period_span

Line = Mapping[str, Any]

_ALL: Final[Line] = {}
_HELD: Final = ("allocated_gpu_hours", "gpu_hours")
_USE: Final[Mapping[str, tuple[str, ...]]] = {
    "held": _HELD,
    "by_node": _HELD,
    "started": ("jobs",),
    "by_band": ("jobs",),
    "ended": ("jobs_ended",),
    "ended_gpus": ("gpu_hours",),
    "pending": ("jobs", "pending_jobs"),
    "left": ("cancelled_pending_jobs",),
}
"""The columns by which a line tells that somebody stands behind it, by plan."""


class Regions:
    """The lines of answers for one selection of clusters and whole periods, as sums over cells."""

    def __init__(
        self, people: People, *, clusters: tuple[str, ...], since: date | None, until: date | None
    ) -> None:
        self.people = people
        self.clusters = frozenset(clusters or people.clusters)
        self.since, self.until = since, until

    def publishes(self, plan: str, line: Line = _ALL, *, period: Period = "total") -> bool:
        """Whether what a line tells of the sums of a plan may be published."""
        match plan:
            case "rounds" | "resources":
                return self._publishes_awards(plan, line)
            case "pending":
                return self._publishes_pending(line)
            case "by_node":
                return self._publishes_node(line)
            case "ended" | "ended_gpus":
                return self._publishes_across(plan, line["job_state"], line)
            case "started" if "gpus_band" in line:
                return self._publishes_across("by_band", line["gpus_band"], line)
            case _:
                return self._publishes_sum(plan, line, period)

    def publishes_clusters(
        self, names: frozenset[str], line: Line = _ALL, *, period: Period = "total"
    ) -> bool:
        """Whether the GPU-hours of some clusters, in the period of a line, may be published."""
        return self._publishes("held", _within(names, self._periods(line, period)), line)

    def _publishes_awards(self, plan: str, line: Line) -> bool:
        names = ("call", "round") if plan == "rounds" else ("resource",)
        return self._publishes(plan, _keyed(_of(line, *names)), line)

    def _publishes_sum(self, plan: str, line: Line, period: Period) -> bool:
        if line.get("at_risk", self.people.rules.minimum_people) < self.people.rules.minimum_people:
            return False
        names, periods = self._clusters(line), self._periods(line, period)
        return self._publishes(plan, _within(names, periods), line)

    def _publishes_across(self, name: str, value: Any, line: Line) -> bool:
        """Of all clusters only: these plans know no single ones."""
        if self.clusters != frozenset(self.people.clusters):
            return False
        if name == "by_band" and not self.publishes("started"):
            return False
        periods = self._periods(_ALL, "total")
        return self._publishes(name, lambda key: key[0] in periods and key[1] == value, line)

    def _publishes_node(self, line: Line) -> bool:
        """A role and model of a cluster whose own sum is open in every period."""
        cluster, periods = line["cluster"], self._periods(_ALL, "total")
        coarse = self.people.held
        closed = {coarse.cells.keys[cell] for cell in coarse.withheld}
        if any((cluster, period) in closed for period in periods):
            return False
        kind = (line["node_role"], line["gpu_model"])
        return self._publishes(
            "by_node",
            lambda key: key[0] == cluster and key[1] in periods and key[2:] == kind,
            line,
        )

    def _publishes_pending(self, line: Line) -> bool:
        if "reason" in line:
            return self._publishes("pending", _keyed(_of(line, "cluster", "reason")), line)
        names = self._clusters(line)
        return self._publishes("pending", lambda key: key[0] in names, line)

    def _publishes(self, name: str, chosen: Callable[[Key], bool], line: Line) -> bool:
        """Whether the chosen cells may be published; not if a line has use that they lack."""
        plan = self._pending if name == "pending" else self._plan(name)
        region = [place for key, place in plan.cells.places.items() if chosen(key)]
        if not region and any((line.get(each) or 0) > 0 for each in _USE.get(name, ())):
            return False
        return plan.publishes(region)

    @cached_property
    def _pending(self) -> Plan:
        """The queue at the end of the chosen days, or of the data."""
        known = self.people.calendar
        if known is None or self.until is None:
            return self.people.pending(known.end_s if known else 0)
        begin, _ = day_span(self.until, self.until + timedelta(days=1), known.timezone)
        return self.people.pending(min(known.end_s, int(begin.timestamp())))

    def _plan(self, name: str) -> Plan:
        found: Plan = getattr(self.people, name)
        return found

    def _clusters(self, line: Line) -> frozenset[str]:
        if "cluster" in line:
            return frozenset({line["cluster"]})
        if "size_class" in line:
            return self.clusters.intersection(self.people.bands.get(line["size_class"], ()))
        return self.clusters

    def _periods(self, line: Line, period: Period) -> frozenset[date]:
        first, after = self.since or date.min, self.until or date.max
        if "period_start" in line and period != "total":
            begin, end = period_span(line["period_start"], period)
            first, after = max(first, begin), min(after, end)
        return frozenset(each for each in self.people.periods if first <= each < after)


def _keyed(wanted: Key) -> Callable[[Key], bool]:
    return lambda key: key == wanted


def _within(names: frozenset[str], periods: frozenset[date]) -> Callable[[Key], bool]:
    return lambda key: key[0] in names and key[1] in periods


def _of(line: Line, *names: str) -> Key:
    return tuple(line[name] for name in names)
