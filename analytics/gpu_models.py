"""Jobs by the model of their GPUs: a job with several models has a row for each."""

from collections.abc import Iterable, Mapping
from typing import Final, Protocol

import polars as pl

from analytics.gpu_counts import parse_gpu_types
from analytics.parted import Parted, Rows, distinct

NO_GPU: Final = "none"
UNKNOWN_MODEL: Final = "unknown"

_CELL: Final = "_gpu_types"
_TYPED: Final = "_typed"
_PART_SCHEMA: Final = pl.Schema(
    {
        "cluster": pl.String(),
        _CELL: pl.String(),
        "gpu_model": pl.String(),
        "gpu_types": pl.String(),
        "gpus": pl.Int64(),
    }
)
Aliases = Mapping[str, Mapping[str, str]]


class GpuNames(Protocol):
    """A catalogue that knows which card a Slurm type name means."""

    def resolve(self, slurm_type: str, aliases: Mapping[str, str] = ..., /) -> str | None:
        """The catalogue id of a card, None where the name is not known."""


def by_gpu_model(jobs: Rows, *, catalogue: GpuNames | None, aliases: Aliases) -> Rows:
    """A row for each job and GPU model, with the model's own `gpus` and `gpu_types`.

    `gpu_model` is the catalogue's id, else Slurm's own type name; "unknown" for GPUs without a
    type, "none" for a job without GPUs, null where its GPUs are unknown. Jobs that did not start
    go by the types that they asked for. GPUs add up to those of the jobs, which stand beside them
    as `gpus_of_job`. `req_gpus` of a job with several models are the model's own GPUs.
    """
    gpus = pl.when("started").then("gpus").otherwise("req_gpus")
    cell = pl.when("started").then("gpu_types").otherwise("req_gpu_types").fill_null("")
    dealt = jobs.with_columns(cell.alias(_CELL), gpus=gpus, gpus_of_job=gpus)
    cells = distinct(dealt, "cluster", _CELL).filter(pl.col(_CELL) != "")
    parts = _parts(cells.iter_rows(), catalogue, aliases)
    if isinstance(dealt, Parted):
        return dealt.map(lambda frame: _each_model(frame, parts))
    return _each_model(dealt, parts)


def _each_model(dealt: pl.LazyFrame, table: pl.DataFrame) -> pl.LazyFrame:
    """The models of jobs with their `_CELL`, of which `table` tells what is in each."""
    parts = table.lazy()
    typed = parts.group_by("cluster", _CELL).agg(pl.col("gpus").sum().alias(_TYPED))
    others = dealt.join(typed, on=["cluster", _CELL], how="left").with_columns(
        pl.col(_TYPED).fill_null(0)
    )
    rest = others.filter((pl.col(_TYPED) == 0) | (pl.col("gpus") > pl.col(_TYPED))).with_columns(
        pl.col("gpus") - pl.col(_TYPED), gpu_types=pl.lit("")
    )
    each = pl.concat(
        [
            dealt.drop("gpus", "gpu_types").join(parts, on=["cluster", _CELL]),
            rest.with_columns(gpu_model=_model_of_untyped()).drop(_TYPED),
        ],
        how="diagonal",
    )
    whole = pl.col("gpus").eq_missing(pl.col("gpus_of_job"))
    return each.with_columns(req_gpus=pl.when(whole).then("req_gpus").otherwise("gpus")).drop(_CELL)


def _model_of_untyped() -> pl.Expr:
    return (
        pl.when(pl.col("gpus") == 0)
        .then(pl.lit(NO_GPU))
        .when(pl.col("gpus") > 0)
        .then(pl.lit(UNKNOWN_MODEL))
    )


def _parts(
    cells: Iterable[tuple[str, str]], catalogue: GpuNames | None, aliases: Aliases
) -> pl.DataFrame:
    rows: dict[tuple[str, str, str], dict[str, int]] = {}
    for cluster, cell in cells:
        for slurm_type, count in parse_gpu_types(cell).items():
            named = aliases.get(cluster, {})
            model = catalogue.resolve(slurm_type, named) if catalogue else named.get(slurm_type)
            rows.setdefault((cluster, cell, model or slurm_type), {})[slurm_type] = count
    table = [
        (*place, ",".join(f"{name}:{count}" for name, count in types.items()), sum(types.values()))
        for place, types in rows.items()
    ]
    return pl.DataFrame(table, schema=_PART_SCHEMA, orient="row")
