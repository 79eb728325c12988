"""Gaps in what was observed, days without a record, late records, and how old the data are."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from ingest.advice import sacct_line
from model.source_settings import length
from reports.doctor.evidence import ClusterEvidence, Window
from reports.doctor.symptom import Symptom
from reports.wording import plural

_DAY: Final = timedelta(days=1)
_OLD: Final = timedelta(days=7)
_MISSED_RUNS: Final = 3
_SHOWN: Final = 5


def gaps(cluster: ClusterEvidence) -> Iterator[Symptom]:
    """Spans between two observed windows: what ran there is unknown, not zero."""
    between = [(one.end, two.begin) for one, two in pairwise(cluster.observed)]
    if between:
        spans = [f"{_moment(begin, cluster)} to {_moment(end, cluster)}" for begin, end in between]
        yield Symptom(
            "gaps",
            "warning",
            cluster.name,
            f"no log covers {_listed(spans)}",
            _ask_for(between[0][0], between[-1][1], cluster),
        )


def empty_days(cluster: ClusterEvidence) -> Iterator[Symptom]:
    """Whole observed days on which no job was submitted, started or ended."""
    if not cluster.observed:
        return
    busy = _days_with_records(cluster)
    idle = sorted(
        day
        for window in cluster.observed
        for day in _whole_days(window, cluster)
        if day not in busy
    )
    if idle:
        spans = [_days(first, last) for first, last in _runs_of_days(idle)]
        yield Symptom(
            "empty days",
            "warning",
            cluster.name,
            f"no job was submitted, started or ended on {plural(len(idle), 'day')}: "
            + _listed(spans),
            f"if the cluster was not down: {sacct_line(since=idle[0], until=idle[-1] + _DAY)}",
        )


def late_records(cluster: ClusterEvidence) -> Iterator[Symptom]:
    """Records that a later log brought of a window that an earlier one was said to cover."""
    late = 0
    covered: list[Window] = []
    for file in cluster.files:
        if file.kind != "jobs" or file.window_assumed or not file.window_from or not file.window_to:
            continue
        if any(w.begin <= file.window_from and file.window_to <= w.end for w in covered):
            late += file.inserted
        covered.append(Window(file.window_from, file.window_to))
    if late:
        yield Symptom(
            "late records",
            "note",
            cluster.name,
            f"{plural(late, 'job')} came with a later log of a window that was read before",
            "let windows overlap, by the longest time that slurmctld keeps records back",
        )


def freshness(cluster: ClusterEvidence) -> Iterator[Symptom]:
    """How old the data are: a warning where a source should have brought newer ones."""
    if not cluster.observed or cluster.synthetic:
        return
    end = cluster.observed[-1].end
    age = cluster.now - end
    every = _interval(cluster)
    if age > (every * _MISSED_RUNS if every else _OLD):
        yield Symptom(
            "freshness",
            "warning" if every else "note",
            cluster.name,
            f"jobs are known up to {_moment(end, cluster)}, {plural(age.days, 'day')} ago",
            "plimsoll ingest status" if every else _ask_for(end, cluster.now, cluster),
        )


def _interval(cluster: ClusterEvidence) -> timedelta | None:
    sources = cluster.settings.sources if cluster.settings else ()
    stated = [source.every for source in sources if source.feeds == "jobs" and source.every]
    return min(map(length, stated), default=None)


def _zone(cluster: ClusterEvidence) -> ZoneInfo:
    return ZoneInfo(cluster.timezone)


def _moment(moment: datetime, cluster: ClusterEvidence) -> str:
    return f"{moment.astimezone(_zone(cluster)):%Y-%m-%d %H:%M}"


def _ask_for(begin: datetime, end: datetime, cluster: ClusterEvidence) -> str:
    zone = _zone(cluster)
    last = (end - timedelta(microseconds=1)).astimezone(zone).date()
    return sacct_line(since=begin.astimezone(zone).date(), until=last + _DAY)


def _days_with_records(cluster: ClusterEvidence) -> set[date]:
    zone = cluster.timezone
    moments = pl.concat(
        [
            cluster.jobs.select(day=pl.col(name).dt.convert_time_zone(zone).dt.date()).unique()
            for name in ("submit", "start", "end")
        ]
    )
    return set(moments.unique().collect(engine="streaming")["day"].drop_nulls())


def _whole_days(window: Window, cluster: ClusterEvidence) -> Iterator[date]:
    zone = _zone(cluster)
    day = window.begin.astimezone(zone).date()
    while (midnight := datetime.combine(day, time(), tzinfo=zone)) < window.end:
        following = datetime.combine(day + _DAY, time(), tzinfo=zone)
        if midnight >= window.begin and following <= window.end:
            yield day
        day += _DAY


def _days(first: date, last: date) -> str:
    return f"{first}" if first == last else f"{first} to {last}"


def _listed(spans: Sequence[str]) -> str:
    more = len(spans) - _SHOWN
    return ", ".join(spans[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _runs_of_days(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    first = last = None
    for day in days:
        if last and day == last + _DAY:
            last = day
            continue
        if first and last:
            yield first, last
        first = last = day
    if first and last:
        yield first, last
