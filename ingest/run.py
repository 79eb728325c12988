"""Every configured source asked in turn: what a timer calls."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from ingest.feeds import Reader
from ingest.options import JobOptions
from ingest.pull import Pulled, Puller
from ingest.retry import Retry
from model.cluster_settings import ClusterSettings
from model.errors import InputError
from model.progress import Progress
from model.settings import Settings
from store import Store


@dataclass(frozen=True)
class RunOptions:
    """`cluster` limits a run to one; `even_if_not_due` asks whatever was asked of late, too."""

    cluster: str | None = None
    even_if_not_due: bool = False
    retry: Retry = field(default_factory=Retry)
    clock: Callable[[], datetime] | None = None
    progress: Progress | None = None


def run_sources(
    store: Store, settings: Settings, options: RunOptions | None = None
) -> Iterator[Pulled]:
    """Ask each source and tell of each as it is done; what fails does not stop the others.

    The writer lock is held from the first to the last. Raises StoreLockedError, and InputError
    where there is no source to ask.
    """
    options = options or RunOptions()
    clusters = _asked(settings, options.cluster)
    with store.lock():
        for cluster in clusters:
            puller = _puller(store, settings, cluster, options)
            for source in cluster.sources:
                yield puller.pull(source, even_if_not_due=options.even_if_not_due)


def worst_exit_code(pulled: list[Pulled]) -> int:
    """0 where all went well, 1 where the program itself failed, else 2."""
    statuses = {each.state.last_status for each in pulled if not each.skipped}
    if "fault" in statuses:
        return 1
    return 2 if "failed" in statuses else 0


def job_options(settings: Settings, cluster: str) -> JobOptions:
    """How the logs of a cluster are read, by the settings alone."""
    privacy = settings.privacy
    return JobOptions(
        timezone=settings.cluster_timezone(cluster),
        keep_job_names=privacy.keep_job_names,
        pseudonymise_users=privacy.pseudonyms,
        name_key=privacy.key(),
    )


def _asked(settings: Settings, name: str | None) -> list[ClusterSettings]:
    if name is not None and settings.cluster(name) is None:
        known = ", ".join(each.name for each in settings.clusters) or "none"
        raise InputError(f"no cluster {name!r} in the settings", hint=f"there are: {known}.")
    clusters = [each for each in settings.clusters if each.sources and name in {None, each.name}]
    if not clusters:
        raise InputError(
            "no sources are configured",
            where=str(settings.path) if settings.path else None,
            hint="list them under clusters: in plimsoll.yaml; docs/how-to/schedule.md shows how.",
        )
    return clusters


def _puller(
    store: Store, settings: Settings, cluster: ClusterSettings, options: RunOptions
) -> Puller:
    reader = Reader(store, cluster.name, job_options(settings, cluster.name))
    if options.clock:
        return Puller(
            store, reader, retry=options.retry, clock=options.clock, progress=options.progress
        )
    return Puller(store, reader, retry=options.retry, progress=options.progress)
