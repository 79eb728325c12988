"""The facts of a store as one question sees them: its clusters, its span, what was observed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Final

import polars as pl

from analytics.calendar import Calendar, calendar, day_span
from analytics.estate import OBSERVED_SCHEMA, Estate
from analytics.parted import Part, Parted, Rows
from analytics.tracking import gpu_partitions, with_gpu_tracking
from model.errors import InputError
from model.gpus import GpuCatalogue
from model.mig_profiles import mig_profiles
from model.question import Question, split_where
from model.schemas import AWARDS, GPU_SAMPLES, JOBS, NODE_EVENTS, NODES
from model.settings import Settings
from model.suggestions import did_you_mean
from store import Cluster, FactPart, FactParts, Store

Moments = tuple[datetime, datetime]

_RECORDED: Final = ("submit", "start", "held_until", "end")


@dataclass(frozen=True)
class Facts:
    """What the store holds for `question`, read when first asked for."""

    store: Store
    settings: Settings
    catalogue: GpuCatalogue
    question: Question

    @cached_property
    def clusters(self) -> list[Cluster]:
        """The clusters that the question's filters leave. InputError for one not in the store."""
        known = self.store.catalogue.clusters()
        asked = split_where(self.question.where)
        for name in asked.get("cluster", []):
            if name not in {cluster.name for cluster in known}:
                raise InputError(
                    f"no cluster {name!r} in the store",
                    hint=did_you_mean(name, [cluster.name for cluster in known]),
                )
        return [
            cluster
            for cluster in known
            if ("cluster" not in asked or cluster.name in asked["cluster"])
            and ("tier" not in asked or self.tier(cluster) in asked["tier"])
        ]

    def tier(self, cluster: Cluster) -> str | None:
        """The tier of a cluster: the settings' word, else the catalogue's."""
        settings = self.settings.cluster(cluster.name)
        return (settings.tier if settings else None) or cluster.tier

    @cached_property
    def names(self) -> list[str]:
        """The names of the question's clusters."""
        return [cluster.name for cluster in self.clusters]

    @cached_property
    def clusters_frame(self) -> pl.DataFrame:
        """`cluster`, `tier` of the question's clusters."""
        rows = [(cluster.name, self.tier(cluster)) for cluster in self.clusters]
        return pl.DataFrame(
            rows, schema={"cluster": pl.String(), "tier": pl.String()}, orient="row"
        )

    @property
    def synthetic(self) -> bool:
        """Whether any of the clusters is an invented one."""
        return any(cluster.synthetic for cluster in self.clusters)

    @cached_property
    def _stored_jobs(self) -> FactParts:
        return self.store.parts(JOBS, self.names)

    @property
    def jobs(self) -> pl.LazyFrame:
        """The JOBS facts of the clusters."""
        return self.parted_jobs.whole

    @cached_property
    def parted_jobs(self) -> Parted:
        """The JOBS facts of the clusters, in parts that never change."""
        return self._parted(self._stored_jobs)

    @cached_property
    def tracked_jobs(self) -> Rows:
        """The jobs with `gpu_untracked`: where a cluster does not track GPUs, they are unknown."""
        return with_gpu_tracking(self.parted_jobs, gpu_partitions=gpu_partitions(self.nodes.lazy()))

    @cached_property
    def nodes(self) -> pl.DataFrame:
        """The NODES snapshots of the clusters."""
        return self._of_clusters(self.store.scan(NODES))

    @cached_property
    def events(self) -> pl.DataFrame:
        """The NODE_EVENTS of the clusters."""
        return self._of_clusters(self.store.scan(NODE_EVENTS))

    @cached_property
    def samples(self) -> Parted | None:
        """The GPU_SAMPLES of the clusters; None where there is no telemetry of any."""
        found = self.store.parts(GPU_SAMPLES, self.names)
        return self._parted(found) if any(part.rows for part in found.parts) else None

    def _parted(self, stored: FactParts) -> Parted:
        parts = tuple(_part(part) for part in stored.parts)
        return Parted(stored.whole, parts, self.store.sums)

    @cached_property
    def awards(self) -> pl.DataFrame:
        """All AWARDS; they belong to programmes, not to clusters."""
        return self.store.scan(AWARDS).collect()

    def _of_clusters(self, frame: pl.LazyFrame) -> pl.DataFrame:
        return frame.filter(pl.col("cluster").is_in(self.names)).collect()

    @cached_property
    def recorded(self) -> dict[str, Moments]:
        """The first and the last moment that each cluster's job records speak of."""
        files = self._stored_jobs.files
        if files.is_empty():
            return {}
        if files["min.submit"].has_nulls():
            return _recorded(self.jobs)
        last = pl.max_horizontal(f"max.{name}" for name in _RECORDED).max()
        frame = files.group_by("cluster").agg(pl.col("min.submit").min(), last.alias("last"))
        return {cluster: (first, latest) for cluster, first, latest in frame.iter_rows()}

    @cached_property
    def observed(self) -> pl.DataFrame:
        """The observed windows of each cluster, merged and disjoint (OBSERVED_SCHEMA)."""
        rows = [
            (name, int(begin.timestamp()), -int(-end.timestamp() // 1), assumed)
            for name in self.names
            for begin, end, assumed in self._windows(name)
        ]
        return pl.DataFrame(rows, schema=OBSERVED_SCHEMA, orient="row")

    def _windows(self, name: str) -> list[tuple[datetime, datetime, bool]]:
        """Stated windows; where a log came without one, also the span of the records."""
        stated = [(begin, end, False) for begin, end in self.store.catalogue.windows(name)]
        if name in self.recorded and (not stated or name in self._without_window):
            first, last = self.recorded[name]
            stated.append((first, max(last, first + timedelta(seconds=1)), True))
        return _merged(stated)

    @cached_property
    def _without_window(self) -> frozenset[str]:
        """The clusters of which a job log came without a window."""
        files = self.store.catalogue.files(kind="jobs")
        return frozenset(file.cluster for file in files if file.window_assumed and file.cluster)

    @property
    def as_of(self) -> tuple[datetime | None, bool]:
        """The end of the latest observed window, and whether it is assumed."""
        if self.observed.is_empty():
            return None, False
        last = self.observed.sort("end_s").row(-1, named=True)
        return datetime.fromtimestamp(last["end_s"], UTC), last["assumed"]

    @cached_property
    def span(self) -> Moments | None:
        """The moments that the question covers: its days, else all that was observed."""
        asked = self.question
        if asked.since and asked.until and asked.since >= asked.until:
            raise InputError(
                f"--from {asked.since} is not before --to {asked.until}",
                hint="--to is exclusive: the day after the last.",
            )
        if self.observed.is_empty() and not (asked.since and asked.until):
            return None
        begin, end = self._observed_span()
        return _clipped(begin, end, asked)

    def _observed_span(self) -> Moments:
        if self.observed.is_empty():
            now = datetime.now(UTC)
            return now, now
        begin_s, end_s = self.observed.select(pl.col("begin_s").min(), pl.col("end_s").max()).row(0)
        return datetime.fromtimestamp(begin_s, UTC), datetime.fromtimestamp(end_s, UTC)

    def calendar(self, *, through_last_event: bool = False) -> Calendar | None:
        """The question's periods, None where the store knows no time at all.

        `through_last_event` lets the last second in, in which the last recorded event may lie.
        """
        if self.span is None:
            return None
        begin, end = self.span
        if through_last_event and self.question.until is None and self.as_of[1]:
            end += timedelta(seconds=1)
        return calendar(begin, end, period=self.question.period, timezone=self.question.timezone)

    def estate(self) -> Estate:
        """The clusters' jobs, nodes and windows for the node-level analyses."""
        settings = {name: self.settings.cluster(name) for name in self.names}
        return Estate(
            jobs=self.tracked_jobs,
            nodes=self.nodes,
            events=self.events,
            samples=self.samples,
            observed=self.observed,
            catalogue=self.catalogue,
            aliases=self.aliases,
            mig_profiles=mig_profiles(self.catalogue),
            inference_cards=self.catalogue.inference_cards,
            thresholds=self.settings.inference,
            tiers=dict(self.clusters_frame.iter_rows()),
            node_roles={name: each.role_patterns for name, each in settings.items() if each},
        )

    @property
    def aliases(self) -> Mapping[str, Mapping[str, str]]:
        """Each cluster's own names of GPUs."""
        settings = ((name, self.settings.cluster(name)) for name in self.names)
        return {name: each.gpu_aliases for name, each in settings if each}


def _part(part: FactPart) -> Part:
    first_s = None if part.first is None else int(part.first.timestamp() // 1)
    last_s = None if part.last is None else int(-(-part.last.timestamp() // 1))
    return Part(part.frame, part.rows, first_s, last_s)


def _recorded(jobs: pl.LazyFrame) -> dict[str, Moments]:
    """`Facts.recorded`, where the files of the table do not tell what times they hold."""
    last = pl.max_horizontal(_RECORDED).max()
    frame = jobs.group_by("cluster").agg(pl.col("submit").min(), last.alias("last")).collect()
    return {cluster: (first, latest) for cluster, first, latest in frame.iter_rows()}


def _clipped(begin: datetime, end: datetime, asked: Question) -> Moments:
    day = timedelta(days=1)
    since = asked.since or begin.date()
    first, after = day_span(since, asked.until or max(since, end.date()) + day, asked.timezone)
    span = first if asked.since else begin, after if asked.until else end
    if span[0] >= span[1]:
        raise InputError(
            f"nothing was observed between {_day(asked.since)} and {_day(asked.until)}",
            hint=f"the store speaks of {begin:%Y-%m-%d} to {end:%Y-%m-%d}.",
        )
    return span


def _day(day: date | None) -> str:
    return day.isoformat() if day else "the end of the records"


def _merged(
    windows: list[tuple[datetime, datetime, bool]],
) -> list[tuple[datetime, datetime, bool]]:
    """Overlapping windows joined; a joined window is assumed if its end is."""
    merged: list[tuple[datetime, datetime, bool]] = []
    for begin, end, assumed in sorted(windows):
        if merged and begin <= merged[-1][1]:
            start, until, was_assumed = merged[-1]
            merged[-1] = (start, *max((until, was_assumed), (end, assumed)))
        else:
            merged.append((begin, end, assumed))
    return merged
