"""The public API: each function is the twin of a command."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TypedDict, Unpack

import polars as pl

from ingest.award_sources import AwardFormat
from ingest.awards import AwardOptions, ingest_awards
from ingest.events import ingest_events
from ingest.intensity import ingest_intensity
from ingest.jobs import ingest_jobs
from ingest.nodes import ingest_nodes
from ingest.options import JobOptions
from ingest.report import IngestReport
from model.question import Period, Question
from model.registry import load_registry
from model.settings import Settings
from reports.answer import answer
from store import Store
from store import open_store as _open_store

Paths = str | Path | Sequence[str | Path]
Day = str | date


class Asking(TypedDict, total=False):
    """What every table may be asked with.

    `by` names dimensions, `since` is the first day and `until` the day after the last, both in
    `timezone`; `where` maps a column to the value, or the values, to keep; `settings` come from
    `model.settings.load_settings`.
    """

    by: str | Sequence[str]
    period: Period
    since: Day | None
    until: Day | None
    where: Mapping[str, str | Sequence[str]]
    timezone: str
    settings: Settings


def open_store(path: str | Path, *, create: bool = False) -> Store:
    """Open the store in a folder; `create` makes it where there is none."""
    return _open_store(Path(path), create=create)


def load_jobs(
    store: Store,
    paths: Paths,
    *,
    cluster: str,
    timezone: str | None = None,
    window: tuple[datetime, datetime] | None = None,
    fields: Sequence[str] | None = None,
    delimiter: str | None = None,
) -> IngestReport:
    """Read job logs as `plimsoll ingest jobs` does; `window` is two aware moments."""
    options = JobOptions(
        timezone=timezone,
        window=window,
        fields=tuple(fields) if fields else None,
        delimiter=delimiter,
    )
    return ingest_jobs(store, _paths(paths), cluster=cluster, options=options)


def load_nodes(
    store: Store, paths: Paths, *, cluster: str, at: datetime | None = None
) -> IngestReport:
    """Read node inventories as `plimsoll ingest nodes` does; `at` is an aware moment."""
    return ingest_nodes(store, _paths(paths), cluster=cluster, at=at)


def load_events(
    store: Store, paths: Paths, *, cluster: str, timezone: str | None = None
) -> IngestReport:
    """Read node events and reservations as `plimsoll ingest events` does."""
    return ingest_events(store, _paths(paths), cluster=cluster, timezone=timezone)


def load_awards(
    store: Store,
    paths: Paths,
    *,
    format: AwardFormat = "auto",  # noqa: A002  (as the command calls it)
    mapping: str | Path | None = None,
    cluster: str | None = None,
) -> IngestReport:
    """Read awards as `plimsoll ingest awards` does; `mapping` is a YAML file."""
    options = AwardOptions(format=format, mapping=mapping, cluster=cluster)
    return ingest_awards(store, _paths(paths), options=options)


def load_intensity(store: Store, paths: Paths) -> IngestReport:
    """Read carbon intensities of grids as `plimsoll ingest intensity` does."""
    return ingest_intensity(store, _paths(paths))


def usage(store: Store, **asking: Unpack[Asking]) -> pl.DataFrame:
    """Jobs and the hours they held, by period and dimension."""
    return _ask("usage", store, asking)


def waits(store: Store, **asking: Unpack[Asking]) -> pl.DataFrame:
    """How long jobs waited, and how likely they are to start."""
    return _ask("waits", store, asking)


def wait_curves(store: Store, **asking: Unpack[Asking]) -> pl.DataFrame:
    """The chances of having started, or been cancelled, over time since eligible."""
    return _ask("wait_curves", store, asking)


def demand(store: Store, **asking: Unpack[Asking]) -> pl.DataFrame:
    """What jobs asked for and held, never ran and still wait for, between two bounds."""
    return _ask("demand", store, asking)


def queue(store: Store, **asking: Unpack[Asking]) -> pl.DataFrame:
    """What waits at data-as-of, by cluster and Slurm's reason."""
    return _ask("queue", store, asking)


def jobs(store: Store, **asking: Unpack[Asking]) -> pl.DataFrame:
    """Single jobs, those that waited longest first, 200 at most."""
    return _ask("jobs", store, asking)


def outcomes(store: Store, **asking: Unpack[Asking]) -> pl.DataFrame:
    """Jobs that ran and ended, by the state that they ended in, and what they had held."""
    return _ask("outcomes", store, asking)


def shortfall(store: Store, **asking: Unpack[Asking]) -> pl.DataFrame:
    """A line a round: requested, recommended, granted, used, and how uniform the cut was."""
    return _ask("shortfall", store, asking)


def applications(store: Store, **asking: Unpack[Asking]) -> pl.DataFrame:
    """A line an application: its cut, by merit and by capacity, and its use."""
    return _ask("applications", store, asking)


def grantable(store: Store, **asking: Unpack[Asking]) -> pl.DataFrame:
    """What may be granted in the coming quarter, with its range, a line a cluster and pool."""
    return _ask("grantable", store, asking)


def utilisation(store: Store, **asking: Unpack[Asking]) -> pl.DataFrame:
    """Installed, available, allocated and idle GPU-hours."""
    return _ask("utilisation", store, asking)


def nodes(store: Store, **asking: Unpack[Asking]) -> pl.DataFrame:
    """A line a node: its role, the evidence for it, and its utilisation."""
    return _ask("nodes", store, asking)


def inference(store: Store, **asking: Unpack[Asking]) -> pl.DataFrame:
    """Inference nodes beside the training nodes of the same site, by state of their time."""
    return _ask("inference", store, asking)


def fragmentation(store: Store, **asking: Unpack[Asking]) -> pl.DataFrame:
    """GPU-hours idle in one cluster (or partition) while jobs waited for GPUs in another."""
    return _ask("fragmentation", store, asking)


def small_and_central(store: Store, **asking: Unpack[Asking]) -> pl.DataFrame:
    """Clusters of fewer than 32 GPUs beside the others: utilisation, waits, carbon."""
    return _ask("small_and_central", store, asking)


def carbon(store: Store, **asking: Unpack[Asking]) -> pl.DataFrame:
    """Energy and carbon of jobs, what they rest on, and what idle GPUs drew."""
    return _ask("carbon", store, asking)


def growth(*, on: Day | None = None, **asking: Unpack[Asking]) -> pl.DataFrame:
    """By year, the clusters of the registry and of surveys, and their sizes. Needs no store."""
    return _ask("growth", None, asking, on=_day(on))


def capacity(*, on: Day | None = None, **asking: Unpack[Asking]) -> pl.DataFrame:
    """The registry on a date: machines here and abroad. Needs no store."""
    return _ask("capacity", None, asking, on=_day(on))


def _ask(
    table: str, store: Store | None, asking: Asking, *, on: date | None = None
) -> pl.DataFrame:
    settings = asking.get("settings") or Settings()
    by = asking.get("by", ())
    question = Question(
        table=table,
        by=tuple(by.split(",")) if isinstance(by, str) else tuple(by),
        period=asking.get("period", "total"),
        since=_day(asking.get("since")),
        until=_day(asking.get("until")),
        where=tuple(_pairs(asking.get("where", {}))),
        timezone=asking.get("timezone") or settings.timezone,
        on=on,
    )
    return answer(question, store=store, settings=settings, registry=load_registry()).frame


def _pairs(where: Mapping[str, str | Sequence[str]]) -> list[tuple[str, str]]:
    return [
        (column, value)
        for column, values in where.items()
        for value in ([values] if isinstance(values, str) else values)
    ]


def _day(day: Day | None) -> date | None:
    return date.fromisoformat(day) if isinstance(day, str) else day


def _paths(paths: Paths) -> list[str]:
    return [str(path) for path in ([paths] if isinstance(paths, str | Path) else paths)]
