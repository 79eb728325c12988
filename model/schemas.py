"""The fact tables: their columns, keys and partitions, in the field's own names.

Times are UTC microseconds, durations whole seconds, counts signed integers: what Delta Lake
stores and gives back unchanged.
"""

from dataclasses import dataclass
from typing import Final

import polars as pl

from model.gpu_states import CLASSES

UTC_US: Final = pl.Datetime("us", "UTC")

UNLIMITED_S: Final = -1
"""`limit_s` of a job without a time limit; an unknown limit is null."""


@dataclass(frozen=True)
class FactTable:
    """One Delta table: `key` names a row, `partition` the folders it lies in."""

    name: str
    schema: pl.Schema
    key: tuple[str, ...]
    partition: tuple[str, ...]


JOBS: Final = FactTable(
    name="jobs",
    key=("cluster", "job_id", "submit"),
    partition=("cluster", "month"),
    schema=pl.Schema(
        {
            "cluster": pl.String(),
            "month": pl.String(),  # of submit, UTC, "2026-05"
            "job_id": pl.Int64(),  # JobIDRaw
            "submit": UTC_US,
            "job_label": pl.String(),  # JobID as Slurm prints it: 54_9, 61+1, 83_[1-6]
            "user": pl.String(),
            "account": pl.String(),
            "partition": pl.String(),
            "qos": pl.String(),
            "job_state": pl.String(),  # CANCELLED, without "by 1234"
            "eligible": UTC_US,
            "start": UTC_US,  # null unless started
            "end": UTC_US,  # null while pending or running
            "started": pl.Boolean(),  # a node was assigned
            "held_until": UTC_US,  # end, or start + elapsed + suspended as far as the record goes
            "suspended_s": pl.Int64(),
            "limit_s": pl.Int64(),  # UNLIMITED_S where there is none
            "nodes": pl.Int64(),
            "cpus": pl.Int64(),
            "gpus": pl.Int64(),  # allocated, by Slurm's count; null where the log cannot tell
            "gpu_types": pl.String(),  # Slurm's own type names, sorted: "a100:2,t4:1"; "" untyped
            "shards": pl.Int64(),
            "billing": pl.Int64(),
            "req_gpus": pl.Int64(),
            "req_gpu_types": pl.String(),
            "node_list": pl.String(),
            "reason": pl.String(),
            "reservation": pl.String(),
            "job_name": pl.String(),  # null unless the site asked to keep names
            "name_hash": pl.String(),
            "service": pl.String(),  # vllm, triton, jupyter, ...: what the name gives away
            "energy_j": pl.Int64(),
            "observed_until": UTC_US,  # end of the observed window, else the record's last moment
            "finality": pl.Int8(),  # 0 pending, 1 resizing, 2 running, requeued, 3 ended
            "fills": pl.String(),  # JSON: the rank of each column that an older record supplied
        }
    ),
)

NODES: Final = FactTable(
    name="nodes",
    key=("cluster", "node", "valid_from"),
    partition=("cluster",),
    schema=pl.Schema(
        {
            "cluster": pl.String(),
            "node": pl.String(),
            "valid_from": UTC_US,  # the moment of the snapshot that showed this configuration
            "gpus": pl.Int64(),
            "gpu_types": pl.String(),  # "a100:4", "" untyped or none
            "cpus": pl.Int64(),
            "memory_mb": pl.Int64(),
            "partitions": pl.String(),  # sorted, comma-separated
            "features": pl.String(),  # sorted, comma-separated
            "state": pl.String(),  # as Slurm printed it: IDLE+DRAIN
            "slurm_version": pl.String(),
        }
    ),
)

NODE_EVENTS: Final = FactTable(
    name="node_events",
    key=("cluster", "node", "start", "kind"),
    partition=("cluster",),
    schema=pl.Schema(
        {
            "cluster": pl.String(),
            "node": pl.String(),
            "start": UTC_US,
            "end": UTC_US,  # null while it lasts
            "kind": pl.String(),  # down, drain, maintenance, reserved
            "state": pl.String(),
            "reason": pl.String(),
        }
    ),
)

GPU_SAMPLES: Final = FactTable(
    name="gpu_samples",
    key=("cluster", "node", "gpu", "hour"),
    partition=("cluster", "day"),
    schema=pl.Schema(
        {
            "cluster": pl.String(),
            "day": pl.String(),  # of hour, UTC, "2026-05-17"
            "node": pl.String(),
            "gpu": pl.String(),  # the card, or "card/7": instance 7 of a card in MIG mode
            "hour": UTC_US,
            "card": pl.String(),  # its UUID, else its index
            "gpu_index": pl.String(),
            "gpu_model": pl.String(),
            "mig_profile": pl.String(),  # "1g.12gb"; null for a whole card
            "samples": pl.Int64(),  # seconds of the hour in which a sample was taken
            "observed_s": pl.Int64(),  # seconds for which a sample stands; the classes sum to it
            **{each.column: pl.Int64() for each in CLASSES},
            "sm_s": pl.Int64(),  # seconds whose activity is SM_ACTIVE; the rest is GPU_UTIL
            "activity_mean": pl.Float64(),  # 0 to 1, over the seconds of known activity
            "sm_mean": pl.Float64(),
            "dram_s": pl.Int64(),  # seconds of known DRAM activity
            "dram_mean": pl.Float64(),
            "busy_mean": pl.Float64(),  # of max(activity, DRAM activity), as far as known
            "memory_s": pl.Int64(),  # seconds of known memory
            "memory_mean_mb": pl.Float64(),  # MiB
            "memory_max_mb": pl.Float64(),
            "energy_s": pl.Int64(),  # seconds of known power
            "energy_j": pl.Float64(),  # over those seconds
            "timeline": pl.String(),  # classes in their order, in seconds: "-12a1800m1788"
            "gap_s": pl.Int64(),  # the longest time for which a sample stood
            "open_samples": pl.String(),  # the samples, while the hour may still be completed
        }
    ),
)

AWARDS: Final = FactTable(
    name="awards",
    key=("call", "round", "application_id", "resource", "tranche"),
    partition=(),
    schema=pl.Schema(
        {
            "call": pl.String(),  # key columns hold "" where the file had nothing
            "round": pl.String(),
            "application_id": pl.String(),
            "resource": pl.String(),
            "tranche": pl.String(),
            "project": pl.String(),
            "title": pl.String(),
            "pi": pl.String(),
            "institution": pl.String(),
            "discipline": pl.String(),
            "council": pl.String(),
            "route": pl.String(),
            "pool": pl.String(),
            "unit": pl.String(),
            "requested": pl.Float64(),
            "recommended": pl.Float64(),
            "granted": pl.Float64(),  # null undecided, 0 refused
            "offered": pl.Float64(),
            "status": pl.String(),  # decided, undecided, withdrawn
            "start": pl.Date(),
            "end": pl.Date(),  # exclusive
            "applications": pl.Int64(),  # counts, where a line stands for a whole round
            "awards": pl.Int64(),
            "accounts": pl.String(),  # "cluster:account;cluster:account"
        }
    ),
)

INTENSITY: Final = FactTable(
    name="intensity",
    key=("source", "region", "begin"),
    partition=("region",),
    schema=pl.Schema(
        {
            "source": pl.String(),  # of INTENSITY_SOURCES
            "region": pl.String(),  # code of a grid region: GB-8, GB, GB-NIR, DE
            "begin": UTC_US,
            "end": UTC_US,  # exclusive
            "forecast": pl.Float64(),  # g CO2e per kWh; estimates count as forecasts
            "actual": pl.Float64(),
            "flags": pl.String(),  # what the quality gate did: "actual_zero,forecast_clipped"; ""
        }
    ),
)

INTENSITY_SOURCES: Final = (
    "neso",  # the Carbon Intensity API and the operator's forecast files: operational, consumption
    "neso-mix",  # the operator's historic generation mix
    "electricity-maps-direct",
    "electricity-maps-life-cycle",
    "ember",  # yearly, life cycle
    "desnz",  # yearly, by reporting year, generation
    "desnz-losses",
)

FACT_TABLES: Final = (JOBS, NODES, NODE_EVENTS, GPU_SAMPLES, AWARDS, INTENSITY)
