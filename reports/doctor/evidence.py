"""What the checks look at: the store's frames, its ledger and the settings, cluster by cluster."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import polars as pl

from analytics.parted import Rows, lazy
from ingest.jobs import ZONE_ASSUMED
from model.cluster_settings import ClusterSettings
from model.gpus import GpuCatalogue
from model.question import Question
from model.registry import Registry
from model.schemas import GPU_SAMPLES, JOBS
from model.settings import Settings
from reports.facts import Facts
from store import Catalogue, Cluster, FileRecord, Quarantined, Run, Store
from store.records import SourceState


class Window(NamedTuple):
    """A span that logs of a cluster cover; assumed where it is but that of their records."""

    begin: datetime
    end: datetime
    assumed: bool = False


@dataclass(frozen=True)
class ClusterEvidence:
    """One cluster: JOBS, NODES and NODE_EVENTS; `tracked_jobs` are its jobs with `gpu_untracked`.

    `timezone` is that in which its times were read. `quarantined` has an example row for each
    reason, by `(kind, reason)`; `shows_people` tells whether its text may be printed.
    """

    name: str
    timezone: str
    synthetic: bool
    settings: ClusterSettings | None
    jobs: pl.LazyFrame
    tracked_jobs: pl.LazyFrame
    nodes: pl.DataFrame
    events: pl.DataFrame
    telemetry_rows: int
    observed: tuple[Window, ...]
    files: tuple[FileRecord, ...]
    quarantined: Mapping[tuple[str, str], tuple[FileRecord, Quarantined]]
    shows_people: bool
    catalogue: GpuCatalogue
    now: datetime

    @property
    def aliases(self) -> Mapping[str, str]:
        """The site's own names of GPUs."""
        return self.settings.gpu_aliases if self.settings else {}

    @property
    def zone_assumed(self) -> bool:
        """Whether nobody had named a time zone when its first log was read."""
        return any(ZONE_ASSUMED in file.assumptions for file in self.files)

    @property
    def latest_files(self) -> tuple[FileRecord, ...]:
        """The last entry of each content: a file that was read again counts once."""
        return tuple({(file.kind, file.sha256): file for file in self.files}.values())


@dataclass(frozen=True)
class Evidence:
    """The whole: every cluster that was asked for, and what belongs to none of them.

    `jobs` are those of all of them.
    """

    clusters: tuple[ClusterEvidence, ...]
    jobs: Rows
    known: tuple[str, ...]
    settings: Settings
    settings_file: Path | None
    registry: Registry
    runs: tuple[Run, ...]
    sources: tuple[SourceState, ...]
    award_rows: int
    now: datetime


def gather(
    store: Store,
    *,
    settings: Settings,
    registry: Registry,
    clusters: tuple[str, ...] = (),
    now: datetime | None = None,
) -> Evidence:
    """Everything about the named clusters, or all. Raises InputError for one not in the store."""
    moment = now or datetime.now(UTC)
    where = tuple(("cluster", name) for name in clusters)
    facts = Facts(store, settings, registry.gpus, Question(table="usage", where=where))
    return Evidence(
        clusters=tuple(_cluster(facts, cluster, moment) for cluster in facts.clusters),
        jobs=facts.parted_jobs,
        known=tuple(cluster.name for cluster in store.catalogue.clusters()),
        settings=settings,
        settings_file=settings.path,
        registry=registry,
        runs=tuple(store.catalogue.runs()),
        sources=tuple(store.catalogue.sources()),
        award_rows=facts.awards.height,
        now=moment,
    )


def without_store(
    *, settings: Settings, registry: Registry, now: datetime | None = None
) -> Evidence:
    """What can be known where there is no store yet: the settings and the registry."""
    return Evidence(
        clusters=(),
        jobs=pl.LazyFrame(schema=JOBS.schema),
        known=(),
        settings=settings,
        settings_file=settings.path,
        registry=registry,
        runs=(),
        sources=(),
        award_rows=0,
        now=now or datetime.now(UTC),
    )


def _cluster(facts: Facts, entry: Cluster, now: datetime) -> ClusterEvidence:
    name = entry.name
    mine = pl.col("cluster") == name
    nodes = facts.nodes.filter(mine)
    jobs = facts.jobs.filter(mine)
    catalogue = facts.store.catalogue
    files = tuple(catalogue.files(cluster=name))
    return ClusterEvidence(
        name=name,
        timezone=entry.timezone,
        synthetic=entry.synthetic,
        settings=facts.settings.cluster(name),
        jobs=jobs,
        tracked_jobs=lazy(facts.tracked_jobs.filter(mine)),
        nodes=nodes,
        events=facts.events.filter(mine),
        telemetry_rows=_height(facts.store.scan(GPU_SAMPLES).filter(mine)),
        observed=_windows(facts.observed.filter(mine)),
        files=files,
        quarantined=_examples(files, catalogue),
        shows_people=not facts.settings.privacy.pseudonyms,
        catalogue=facts.catalogue,
        now=now,
    )


def _windows(observed: pl.DataFrame) -> tuple[Window, ...]:
    rows = observed.sort("begin_s").select("begin_s", "end_s", "assumed").iter_rows()
    return tuple(
        Window(datetime.fromtimestamp(begin, UTC), datetime.fromtimestamp(end, UTC), assumed)
        for begin, end, assumed in rows
    )


def _height(frame: pl.LazyFrame) -> int:
    return int(frame.select(pl.len()).collect().item())


def _examples(
    files: tuple[FileRecord, ...], catalogue: Catalogue
) -> dict[tuple[str, str], tuple[FileRecord, Quarantined]]:
    found: dict[tuple[str, str], tuple[FileRecord, Quarantined]] = {}
    for file in reversed(files):
        wanted = {reason for reason in file.reasons if (file.kind, reason) not in found}
        if wanted and file.file_id is not None:
            for row in catalogue.quarantine(file.file_id):
                if row.reason in wanted:
                    found.setdefault((file.kind, row.reason), (file, row))
    return found
