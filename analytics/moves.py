"""Inference nodes that could serve as training nodes, the one that frees most first."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from analytics.calendar import Calendar
from analytics.device_notes import NO_TELEMETRY, device_notes
from analytics.estate import Estate
from analytics.finding import Finding
from analytics.mig_fit import FITS_SCHEMA, mig_fits
from analytics.move_reasons import left_out_notes, reason
from analytics.node_labels import Where, checked, chosen
from analytics.node_states import NodeStates, node_states, state_hours, training_beside
from analytics.reclaim import POOL

MOVES_SCHEMA: Final = pl.Schema(
    {
        "rank": pl.Int64(),
        "cluster": pl.String(),
        "node": pl.String(),
        "gpu_model": pl.String(),
        "gpus": pl.Int64(),
        "node_role": pl.String(),
        "role_basis": pl.String(),
        "gpu_hours_freed_low": pl.Float64(),
        "gpu_hours_freed_high": pl.Float64(),
        "utilisation_available": pl.Float64(),
        "training_utilisation_available": pl.Float64(),
        "telemetry_coverage": pl.Float64(),
        "mig_profile": pl.String(),
        "mig_reclaimable_gpu_hours": pl.Float64(),
        "reason": pl.String(),
    }
)

_NODE: Final = ("cluster", "node")
_LEAST_HOURS: Final = 1e-9


def moves(estate: Estate, *, calendar: Calendar, where: Where | None = None) -> Finding:
    """Nodes to move to training: a line a node (MOVES_SCHEMA), ranked by the GPU-hours freed.

    `calendar` is one period. Listed are inference nodes, candidates among them (`role_basis`),
    that free something by the lower bound (`gpu_hours_freed_low`, the reclaimable GPU-hours of
    `inference`), whose available time was used less than that of the cluster's training nodes,
    and which their pool can spare: without the listed nodes it keeps the GPUs that jobs held on
    average and its head-room. Ties go by the upper bound, then by name. `mig_profile` is what
    would have done for each of its GPUs, and `reason` a sentence with the figures.

    Raises:
        InputError: for a dimension that nodes do not have.
    """
    where = where or {}
    checked(where, table="moves")
    thresholds = estate.thresholds
    states = node_states(estate, calendar=calendar, by=(), where=where, thresholds=thresholds)
    every = _described(states, estate, calendar)
    wanted = chosen(states.rows, by=(), where=where).select(_NODE).unique()
    judged = _judged(every, wanted)
    frame = _listed(judged, states, estate)
    shown = states.rows.join(judged.select(_NODE), on=list(_NODE), how="semi")
    said = device_notes(states.devices, shown) if states.devices else (NO_TELEMETRY,)
    return Finding(frame, (*states.notes, *said, *left_out_notes(judged, thresholds)))


def _described(states: NodeStates, estate: Estate, calendar: Calendar) -> pl.DataFrame:
    """Every inference node as it was last, with its pool's size, load and head-room."""
    by = [*_NODE, "node_role", "gpu_model"]
    inference = states.rows.filter(pl.col("node_role") == "inference")
    hours = state_hours(inference, by=by, calendar=calendar)
    nodes = hours.join(_last_configurations(states), on=[*_NODE, "gpu_model"])
    latest = estate.nodes.group_by(_NODE).agg(pl.col("valid_from").max())
    in_service = pl.col("valid_from") == pl.col("valid_from").max().over("cluster")
    there = nodes.join(latest.filter(in_service), on=list(_NODE), how="semi")
    basis = states.roles.select(*_NODE, "role_basis")
    return (
        there.with_columns(pool_gpus=pl.col("gpus").sum().over(POOL), held_gpus=_mean_held())
        .join(states.headroom, on=list(POOL), how="left", nulls_equal=True)
        .with_columns(load_gpus=pl.max_horizontal("load_gpus", "held_gpus"))
        .join(training_beside(states.rows, calendar), on=["bin", "cluster"], how="left")
        .join(basis, on=list(_NODE), how="left")
    )


def _mean_held() -> pl.Expr:
    """GPUs of a pool that jobs held on average, those that began before the calendar as well."""
    observed = pl.col("installed_gpu_hours") - pl.col("not_observed_gpu_hours")
    share = pl.col("allocated_gpu_hours").sum() / observed.sum()
    return (share.fill_nan(0.0) * pl.col("gpus").sum()).over(POOL)


def _last_configurations(states: NodeStates) -> pl.DataFrame:
    periods = states.periods.sort("begin_s")
    last = periods.unique(_NODE, keep="last", maintain_order=True)
    return last.select(*_NODE, "gpu_model", "gpus")


def _judged(every: pl.DataFrame, wanted: pl.DataFrame) -> pl.DataFrame:
    """The wanted nodes in their order, each with its `verdict`.

    It is `move`, or why not: `busy` (as much used as training nodes), `nothing` to free,
    `needed` by its pool. The pool is asked node by node, so that what is listed can go together.
    """
    order = ["reclaimable_low_gpu_hours", "reclaimable_high_gpu_hours", *_NODE]
    ranked = every.sort(order, descending=[True, True, False, False], nulls_last=True)
    asked = ranked.join(wanted, on=list(_NODE), how="semi", maintain_order="left")
    spare: dict[tuple[Any, ...], float] = {}
    verdicts = [_verdict(row, spare) for row in asked.iter_rows(named=True)]
    return asked.with_columns(pl.Series("verdict", verdicts, dtype=pl.String))


def _verdict(row: Mapping[str, Any], spare: dict[tuple[Any, ...], float]) -> str:
    if (row["reclaimable_low_gpu_hours"] or 0) <= _LEAST_HOURS:
        return "nothing"
    training = row["training_utilisation_available"]
    if training is not None and (row["utilisation_available"] or 0) >= training:
        return "busy"
    pool = tuple(row[name] for name in POOL)
    left = spare.setdefault(pool, row["pool_gpus"] - row["load_gpus"] - row["headroom_gpus"])
    if row["gpus"] > left:
        return "needed"
    spare[pool] = left - row["gpus"]
    return "move"


def _listed(judged: pl.DataFrame, states: NodeStates, estate: Estate) -> pl.DataFrame:
    chosen_ones = judged.filter(pl.col("verdict") == "move").with_row_index("rank", 1)
    fitted = chosen_ones.join(
        _profiles(states, estate), on=list(_NODE), how="left", maintain_order="left"
    )
    free_window_s = estate.thresholds.free_window_s
    sentences: Sequence[str] = [
        reason(row, free_window_s=free_window_s) for row in fitted.iter_rows(named=True)
    ]
    return (
        fitted.rename(
            {
                "reclaimable_low_gpu_hours": "gpu_hours_freed_low",
                "reclaimable_high_gpu_hours": "gpu_hours_freed_high",
            }
        )
        .with_columns(pl.Series("reason", sentences, dtype=pl.String))
        .select(MOVES_SCHEMA.names())
        .cast(MOVES_SCHEMA)
    )


def _profiles(states: NodeStates, estate: Estate) -> pl.DataFrame:
    """`cluster, node, mig_profile`: "3 x 1g.10gb, 1 x whole card", where the card can be cut."""
    devices = states.devices
    fits = FITS_SCHEMA.to_frame()
    if devices is not None:
        fits = mig_fits(devices.needs, states.labels, estate.mig_profiles)
    cut = [model for model, profiles in estate.mig_profiles.items() if profiles]
    labels = states.labels.filter(pl.col("gpu_model").is_in(cut))
    named = fits.drop_nulls("profile").join(
        labels.select("key", "period", *_NODE), on=["key", "period"]
    )
    counts = named.group_by(*_NODE, "profile").agg(pl.col("gpu").n_unique().alias("count"))
    text = pl.format("{} x {}", "count", "profile")
    return counts.sort("profile").group_by(_NODE).agg(text.str.join(", ").alias("mig_profile"))
