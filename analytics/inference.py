"""Inference nodes beside the same site's training nodes: where their GPU time went."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from analytics.calendar import Calendar
from analytics.device_notes import NO_TELEMETRY, device_notes
from analytics.estate import Estate
from analytics.finding import Finding
from analytics.node_labels import Where, checked, chosen
from analytics.node_states import STATES, node_states, state_hours, training_beside
from analytics.reclaim import POOL
from analytics.utilisation_table import period_column
from model.inference_thresholds import InferenceThresholds

__all__ = ["STATES", "inference"]

_HOUR_S: Final = 3600

_ORDER: Final = ("cluster", "tier", "partition", "node", "node_role", "gpu_model")


def inference(
    estate: Estate,
    *,
    calendar: Calendar,
    by: Sequence[str] = (),
    where: Where | None = None,
    thresholds: InferenceThresholds | None = None,
) -> Finding:
    """GPU-hours of GPU nodes in each state, and what of them could be given to others.

    A row a period, cluster, node role and GPU model (and node, partition or tier where `by` asks
    so), in the order of STATES: `<state>_gpu_hours`, which sum to `installed_gpu_hours`. Where
    the cluster has no device telemetry in the period, all allocated time is `no_data`, and what
    only telemetry can tell is null. Then `allocated_gpu_hours`, `utilisation_available` (allocated
    / (installed - not_observed - down)), `reclaimable_low_gpu_hours` (see `analytics.reclaim`),
    `reclaimable_high_gpu_hours` (the same, with all allocated time in which devices were not busy
    or not seen), `training_utilisation_available` (the same cluster's training nodes in the same
    period), `nodes`, `candidate_nodes` (inference nodes by their card alone, for the site to
    confirm), `headroom_gpus` kept by the pool, `telemetry_coverage` (the share of allocated time
    whose activity is known), `estimated_share` (the share of it on nodes held in part, where the
    busiest devices are taken to be the allocated ones) and `mig_reclaimable_gpu_hours` (see
    `analytics.mig_fit`).

    `not_observed`, `down` and `reserved` are those of `utilisation`; `blocked` are free GPUs on
    a node whose CPUs are all held (of memory nothing is known).

    Raises:
        InputError: for a dimension that nodes do not have.
    """
    where, thresholds = where or {}, thresholds or estate.thresholds
    checked(where, table="inference")
    asked = {*POOL, *checked(by, table="inference")}
    by = [name for name in _ORDER if name in asked]
    states = node_states(estate, calendar=calendar, by=by, where=where, thresholds=thresholds)
    shown = chosen(states.rows, by=by, where=where)
    frame = state_hours(shown, by=by, calendar=calendar)
    training = training_beside(states.rows, calendar)
    compared = frame.join(training, on=["bin", "cluster"], how="left")
    described = compared.join(
        _counted(shown, by, states.roles), on=by, how="left", nulls_equal=True
    )
    kept = described.join(states.headroom, on=list(POOL), how="left", nulls_equal=True)
    columns = [*period_column(calendar), *by, *_columns()]
    ordered = kept.sort("bin", *by, nulls_last=True).select(columns)
    said = device_notes(states.devices, shown) if states.devices else (NO_TELEMETRY,)
    return Finding(frame=ordered, notes=(*states.notes, *said, *_notes(kept, thresholds)))


def _columns() -> list[str]:
    return [
        *(f"{state}_gpu_hours" for state in STATES),
        "installed_gpu_hours",
        "allocated_gpu_hours",
        "utilisation_available",
        "reclaimable_low_gpu_hours",
        "reclaimable_high_gpu_hours",
        "training_utilisation_available",
        "nodes",
        "candidate_nodes",
        "headroom_gpus",
        "telemetry_coverage",
        "estimated_share",
        "mig_reclaimable_gpu_hours",
    ]


def _counted(shown: pl.DataFrame, by: Sequence[str], roles: pl.DataFrame) -> pl.DataFrame:
    """How many nodes each line is about, and how many of them are candidates."""
    basis = roles.select("cluster", "node", "role_basis")
    each = shown.select(*{*by, "node"}).unique()
    named = each.join(basis, on=["cluster", "node"], how="left")
    candidate = (pl.col("role_basis") == "candidate").fill_null(False)
    counts = [pl.len().cast(pl.Int64).alias("nodes"), candidate.sum().alias("candidate_nodes")]
    return named.group_by(by).agg(counts).cast({"candidate_nodes": pl.Int64})


def _notes(frame: pl.DataFrame, thresholds: InferenceThresholds) -> list[str]:
    reclaimed = (
        "Reclaimable: GPUs free, or held and not used, for at least "
        f"{thresholds.free_window_s / _HOUR_S:g} h on end, less a head-room by Erlang's formula "
        "with which at most "
        f"{thresholds.late_share:.0%} of arrivals wait longer than "
        f"{thresholds.target_wait_s / 60:g} min: an illustration, it takes arrivals as random "
        "and jobs as of one GPU."
    )
    said = [reclaimed]
    candidates = frame.filter(pl.col("candidate_nodes") > 0)["cluster"].unique().sort()
    if len(candidates):
        said.append(
            f"Some inference nodes of {', '.join(candidates)} are candidates, by their card "
            "alone: confirm or correct them under node_roles in plimsoll.yaml."
        )
    return said
