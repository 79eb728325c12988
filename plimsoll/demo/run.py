"""Ingests the synthetic estate as its operators would: file by file, through the same functions."""

from datetime import datetime
from zoneinfo import ZoneInfo

from ingest.awards import ingest_awards
from ingest.events import ingest_events
from ingest.jobs import ingest_jobs
from ingest.nodes import ingest_nodes
from ingest.options import JobOptions
from ingest.report import IngestReport
from ingest.telemetry import ingest_telemetry
from model.progress import Progress
from plimsoll.demo.estate import Cluster
from plimsoll.demo.generate import Estate, EstateFile
from store import Cluster as KnownCluster
from store import Store


def ingest_estate(
    estate: Estate, store: Store, progress: Progress | None = None
) -> list[IngestReport]:
    """Ingest every file of an estate; one report a file, in the order of `estate.files`.

    The clusters are entered in the catalogue first, marked synthetic, so that every page and
    export says so. Names of jobs are kept: nobody stands behind them. `progress` is called with
    the bytes of the files done and of all files. Raises StoreLockedError.
    """
    clusters = {cluster.name: cluster for cluster in estate.clusters}
    for cluster in estate.clusters:
        store.catalogue.save_cluster(_known(cluster))
    total = sum(file.path.stat().st_size for file in estate.files)
    reports, done = [], 0
    for file in estate.files:
        within = _within(progress, done, total)
        reports.append(_ingest(store, estate, file, clusters, within))
        done += file.path.stat().st_size
        if progress:
            progress(done, total)
    return reports


def _within(progress: Progress | None, before: int, total: int) -> Progress | None:
    """Progress inside one file, told as bytes of all files."""
    return (lambda done, _: progress(before + done, total)) if progress else None


def _known(cluster: Cluster) -> KnownCluster:
    return KnownCluster(
        name=cluster.name, timezone=cluster.timezone, tier=cluster.tier, synthetic=True
    )


def _ingest(
    store: Store,
    estate: Estate,
    file: EstateFile,
    clusters: dict[str, Cluster],
    progress: Progress | None,
) -> IngestReport:
    if file.cluster is None:
        return ingest_awards(store, [file.path])
    cluster = clusters[file.cluster]
    if file.kind == "nodes":
        return ingest_nodes(
            store, [file.path], cluster=cluster.name, at=file.taken_at, timezone=cluster.timezone
        )
    if file.kind == "events":
        return ingest_events(store, [file.path], cluster=cluster.name, timezone=cluster.timezone)
    if file.kind == "telemetry":
        return ingest_telemetry(store, [file.path], cluster=cluster.name, progress=progress)
    options = JobOptions(
        timezone=cluster.timezone,
        window=_moments(estate.windows[cluster.name], cluster.timezone),
        keep_job_names=True,
    )
    return ingest_jobs(store, [file.path], cluster=cluster.name, options=options, progress=progress)


def _moments(window: str, timezone: str) -> tuple[datetime, datetime]:
    """The two moments of FROM/TO, dates in the cluster's time zone."""
    begin, _, end = window.partition("/")
    zone = ZoneInfo(timezone)
    return (
        datetime.fromisoformat(begin).replace(tzinfo=zone),
        datetime.fromisoformat(end).replace(tzinfo=zone),
    )
