"""What jobs may be split and filtered by: only the asked-for columns are added, lazily."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, overload

import polars as pl

from analytics.award_accounts import OF_AN_AWARD, account_labels, ambiguous_accounts
from analytics.gpu_models import Aliases, GpuNames, by_gpu_model
from analytics.parted import Rows, distinct
from model.errors import InputError
from model.hostlist import expand
from model.suggestions import did_you_mean

DIMENSIONS: Final = (
    "cluster",
    "partition",
    "qos",
    "account",
    "project",
    "user",
    "institution",
    "discipline",
    "council",
    "route",
    "gpu_model",
    "gpus_band",
    "node",
    "node_role",
    "job_state",
    "tier",
)
GPUS_BANDS: Final = ("0", "1", "2-4", "5-8", "9-32", "33+")
MIXED_ROLES: Final = "mixed"

_NAMED: Final = 5
_BAND_ENDS: Final = (0, 1, 4, 8, 32)


@dataclass(frozen=True)
class _Known:
    """What is at hand to tell the dimensions that job records do not hold."""

    clusters: pl.DataFrame | None
    awards: pl.DataFrame | None
    roles: pl.DataFrame | None
    catalogue: GpuNames | None
    aliases: Aliases = field(default_factory=dict)


@overload
def with_dimensions(
    jobs: pl.LazyFrame,
    *,
    needed: Iterable[str],
    clusters: pl.DataFrame | None = ...,
    awards: pl.DataFrame | None = ...,
    roles: pl.DataFrame | None = ...,
    catalogue: GpuNames | None = ...,
    aliases: Aliases | None = ...,
) -> pl.LazyFrame: ...


@overload
def with_dimensions(
    jobs: Rows,
    *,
    needed: Iterable[str],
    clusters: pl.DataFrame | None = ...,
    awards: pl.DataFrame | None = ...,
    roles: pl.DataFrame | None = ...,
    catalogue: GpuNames | None = ...,
    aliases: Aliases | None = ...,
) -> Rows: ...


def with_dimensions(
    jobs: Rows,
    *,
    needed: Iterable[str],
    clusters: pl.DataFrame | None = None,
    awards: pl.DataFrame | None = None,
    roles: pl.DataFrame | None = None,
    catalogue: GpuNames | None = None,
    aliases: Aliases | None = None,
) -> Rows:
    """Add the `needed` dimensions that the JOBS facts lack.

    - `tier`: of the `cluster, tier` rows of `clusters`;
    - `project`, `institution`, `discipline`, `council`, `route`: of the awards that name the
      job's account, null where none does or they disagree;
    - `gpus_band`: of the GPUs of the whole job, null where they are unknown;
    - `node_role`: of the `cluster, node, node_role` rows of `roles`, by the nodes that the job
      ran on; "mixed" where they differ, null where unknown;
    - `gpu_model`: a row for each model of a job, with its own GPUs: see `by_gpu_model`.

    Raises:
        InputError: for a name that is no dimension, and for `node`: of a job on several nodes
            the records hold only totals.
    """
    asked = check_dimensions(needed)
    known = _Known(clusters, awards, roles, catalogue, aliases or {})
    for names, add in _ADDED.items():
        wanted = [name for name in names if name in asked]
        if wanted:
            jobs = add(jobs, known, wanted)
    return jobs


def check_dimensions(names: Iterable[str]) -> frozenset[str]:
    """The names, each a dimension that jobs have; InputError with the likeliest one if not."""
    asked = list(names)
    for name in asked:
        if name not in DIMENSIONS:
            raise InputError(f"no dimension {name!r}", hint=did_you_mean(name, DIMENSIONS))
    if "node" in asked:
        raise InputError(
            "jobs on several nodes hold a total, not a figure for each node",
            hint="`plimsoll show nodes` has a line a node.",
        )
    return frozenset(asked)


def filter_where(jobs: Rows, where: Mapping[str, Sequence[str]]) -> Rows:
    """The jobs whose dimensions have one of the values asked of each; an empty value is unknown."""
    for name, values in where.items():
        column = pl.col(name).cast(pl.String)
        wanted = column.is_in([value for value in values if value])
        jobs = jobs.filter(wanted | column.is_null() if "" in values else wanted)
    return jobs


def dimension_notes(needed: Iterable[str], *, awards: pl.DataFrame) -> tuple[str, ...]:
    """What a reader must know of the dimensions asked for."""
    asked, notes = set(needed), []
    shared = ambiguous_accounts(awards) if asked & set(OF_AN_AWARD) else []
    if shared:
        named = ", ".join(shared[:_NAMED]) + (", ..." if len(shared) > _NAMED else "")
        notes.append(f"{len(shared)} accounts belong to several projects ({named}): left empty.")
    if "gpu_model" in asked:
        notes.append("A job with GPUs of several models counts once with each of them.")
    return tuple(notes)


def _tier(jobs: Rows, known: _Known, _: list[str]) -> Rows:
    tiers = {} if known.clusters is None else dict(known.clusters.select("cluster", "tier").rows())
    return jobs.with_columns(
        tier=pl.col("cluster").replace_strict(tiers, default=None, return_dtype=pl.String)
    )


def _of_award(jobs: Rows, known: _Known, wanted: list[str]) -> Rows:
    if known.awards is None:
        return jobs.with_columns(pl.lit(None, pl.String).alias(name) for name in wanted)
    labels = account_labels(known.awards).select("cluster", "account", *wanted)
    return jobs.join(labels.lazy(), on=["cluster", "account"], how="left")


def _gpus_band(jobs: Rows, _: _Known, __: list[str]) -> Rows:
    held = pl.when("started").then("gpus").otherwise("req_gpus")
    band: pl.Expr = pl.when(held > _BAND_ENDS[-1]).then(pl.lit(GPUS_BANDS[-1]))
    for end, label in zip(_BAND_ENDS[::-1], GPUS_BANDS[-2::-1], strict=True):
        band = pl.when(held <= end).then(pl.lit(label)).otherwise(band)
    return jobs.with_columns(gpus_band=band)


def _node_role(jobs: Rows, known: _Known, _: list[str]) -> Rows:
    if known.roles is None:
        return jobs.with_columns(node_role=pl.lit(None, pl.String))
    roles = {
        (cluster, node): role
        for cluster, node, role in known.roles.select("cluster", "node", "node_role").iter_rows()
    }
    lists = distinct(jobs, "cluster", "node_list").drop_nulls()
    told = [(cluster, nodes, _role(cluster, nodes, roles)) for cluster, nodes in lists.iter_rows()]
    table = pl.DataFrame(
        told,
        schema=["cluster", "node_list", "node_role"],
        orient="row",
        schema_overrides=dict.fromkeys(["cluster", "node_list", "node_role"], pl.String),
    )
    return jobs.join(table.lazy(), on=["cluster", "node_list"], how="left")


def _role(cluster: str, nodes: str, roles: Mapping[tuple[str, str], str | None]) -> str | None:
    try:
        found = {roles.get((cluster, node)) for node in expand(nodes)}
    except InputError:
        return None
    return MIXED_ROLES if len(found) > 1 else next(iter(found), None)


def _gpu_model(jobs: Rows, known: _Known, _: list[str]) -> Rows:
    return by_gpu_model(jobs, catalogue=known.catalogue, aliases=known.aliases)


_ADDED: Final[Mapping[tuple[str, ...], Callable[[Rows, _Known, list[str]], Rows]]] = {
    ("tier",): _tier,
    OF_AN_AWARD: _of_award,
    ("gpus_band",): _gpus_band,
    ("node_role",): _node_role,
    ("gpu_model",): _gpu_model,
}
