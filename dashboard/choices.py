"""What there is to choose from: the accounts and the GPU models of the store, and its last day."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from analytics.gpu_counts import parse_gpu_types
from analytics.gpu_models import UNKNOWN_MODEL
from analytics.parted import Parted, distinct
from dashboard.filters import Filters
from dashboard.reader import Reader, today
from model.question import Question
from model.schemas import NODES
from reports.facts import Facts
from store import Store

SHOWN: Final = 50
"""As many accounts as a list shows at once; to see others the reader types a part of the name."""


def accounts(reader: Reader) -> tuple[str, ...]:
    """Every account of the store, by name."""
    if reader.store is None:
        return ()
    return reader.list_of("accounts", lambda store: _accounts(_jobs(reader, store)))


def matching(names: Sequence[str], typed: str | None, *, keep: str | None = None) -> list[str]:
    """At most `SHOWN` names that hold what was typed, in any case; `keep` is always among them.

    Names that begin with it come first.
    """
    part = (typed or "").strip().casefold()
    found = [name for name in names if part in name.casefold()]
    found.sort(key=lambda name: not name.casefold().startswith(part))
    shown = found[:SHOWN]
    return shown if keep is None or keep in shown else [keep, *shown[: SHOWN - 1]]


def gpu_models(reader: Reader) -> dict[str, str]:
    """The GPU models of jobs and nodes as `plimsoll show` names them, each with its own name."""
    if reader.store is None:
        return {}
    catalogue, models = reader.registry.gpus, set()
    cells = reader.list_of("GPU types", lambda store: _gpu_types(store, _jobs(reader, store)))
    for cluster, cell in cells:
        settings = reader.settings.cluster(cluster)
        aliases = settings.gpu_aliases if settings else {}
        models |= {catalogue.resolve(kind, aliases) or kind for kind in parse_gpu_types(cell)}
    named = {model: catalogue[model].name if model in catalogue else model for model in models}
    listed = dict(sorted(named.items(), key=lambda pair: pair[1].casefold()))
    return listed | {UNKNOWN_MODEL: "GPUs without a type"} if listed else {}


def registry_models(reader: Reader) -> dict[str, str]:
    """The GPU models of the registry's machines, each with its own name."""
    listed = reader.ask(Question("capacity", on=today())).frame["gpu_model"]
    catalogue, models = reader.registry.gpus, set(listed.drop_nulls())
    named = {model: catalogue[model].name if model in catalogue else model for model in models}
    return dict(sorted(named.items(), key=lambda pair: pair[1].casefold()))


def last_day(reader: Reader) -> date | None:
    """The last day of which jobs are known; None where none is."""
    answer = reader.ask_if_any(Question("observed"))
    end = answer.frame["observed_to"].max() if answer else None
    return (end - timedelta(microseconds=1)).date() if isinstance(end, datetime) else None


def unknown_values(reader: Reader, filters: Filters) -> list[str]:
    """Sentences on values of the address that the store does not know."""
    if reader.store is None:
        return []
    said = []
    if filters.account and filters.account not in accounts(reader):
        said.append(f"The store knows no account “{filters.account}”.")
    known = gpu_models(reader).keys() | registry_models(reader).keys() | {"none"}
    if filters.gpu_model and filters.gpu_model not in known:
        said.append(f"No GPU model “{filters.gpu_model}” is known.")
    clusters = {cluster.name for cluster in reader.clusters()}
    said += [
        f"The store knows no cluster “{name}”." for name in filters.clusters if name not in clusters
    ]
    if filters.tier and filters.tier not in {cluster.tier for cluster in reader.clusters()}:
        said.append(f"No cluster of the store is of a tier “{filters.tier}”.")
    return said


def _jobs(reader: Reader, store: Store) -> Parted:
    """All jobs, in parts of which lists are kept."""
    return Facts(store, reader.settings, reader.registry.gpus, Question("usage")).parted_jobs


def _accounts(jobs: Parted) -> tuple[str, ...]:
    return tuple(name for name in distinct(jobs, "account")["account"] if name)


def _gpu_types(store: Store, jobs: Parted) -> tuple[tuple[str, str], ...]:
    """Each cluster with what its jobs and nodes say of their GPUs: ("isca", "a100:4")."""
    of_nodes = store.scan(NODES).select("cluster", "gpu_types").unique().collect()
    of_jobs = [distinct(jobs, "cluster", name) for name in ("gpu_types", "req_gpu_types")]
    rows = {row for frame in (of_nodes, *of_jobs) for row in frame.iter_rows()}
    return tuple(sorted((cluster, types) for cluster, types in rows if types))
