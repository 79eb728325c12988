"""The energy of each job: measured, modelled from what its devices did, or by design power."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from analytics.job_activity import JOB_ACTIVITY_SCHEMA
from analytics.occupancy import expanded
from analytics.watts import MB_PER_GB, MILLI, Hardware, host_mw_per_cpu
from model.power import tdp_w

QUALITIES: Final = ("measured", "modelled", "tdp")
"""What a job's energy rests on, the best first; each job has one of them."""

JOB_GPUS: Final = "_job_gpus"
"""GPUs of the whole job, where a row is one of several models of it."""

_JOB: Final = ("cluster", "job_id", "submit")
_LIST: Final = ("cluster", "node_list")
_MJ_PER_KWH: Final = 3_600_000_000
_DEVICE_COVER: Final = 0.5


@dataclass(frozen=True)
class Facility:
    """The power usage effectiveness of a cluster's facility, in thousandths."""

    pue_milli: int


@dataclass(frozen=True)
class Reckoning:
    """What the power of jobs is reckoned from.

    `facilities` by cluster; `activity` what telemetry tells of jobs over their whole time
    (JOB_ACTIVITY_SCHEMA, a row a job), empty without any.
    """

    hardware: Hardware
    facilities: Mapping[str, Facility]
    activity: pl.DataFrame

    @classmethod
    def without_telemetry(
        cls, hardware: Hardware, facilities: Mapping[str, Facility]
    ) -> "Reckoning":
        """One of clusters whose devices nobody looked at."""
        return cls(hardware, facilities, JOB_ACTIVITY_SCHEMA.to_frame())


def with_power(jobs: pl.LazyFrame, reckoning: Reckoning) -> pl.LazyFrame:
    """The jobs that held anything, with their power in whole milliwatts.

    Adds `start_s`, `until_s`, `held_s`; `mw`, the mean power over the held time, the facility's
    share included, null where it cannot be known; `quality`, one of QUALITIES, null with it; and
    `embodied_ug_s`, what a second bears of the making of its cards and nodes, null where the card
    is not known. Where a row is one of several models of a job, `JOB_GPUS` has the job's GPUs, and
    what is the whole job's is shared out by them.
    """
    hardware = reckoning.hardware
    ran = _held(jobs)
    cells = ran.select("cluster", _cell()).unique().collect(engine="streaming")
    clusters = cells["cluster"].unique().to_list()
    per_cpu = host_mw_per_cpu(hardware, clusters)
    pue = {name: reckoning.facilities[name].pue_milli for name in clusters}
    joined = (
        ran.with_columns(_cell(), pl.col("partition").fill_null(""))
        .join(hardware.cards(cells).lazy(), on=["cluster", "gpu_types"], how="left")
        .join(hardware.untyped().lazy(), on=["cluster", "partition"], how="left")
        .join(_whole_nodes(ran, hardware).lazy(), on=list(_LIST), how="left")
        .join(_activity(reckoning.activity).lazy(), on=list(_JOB), how="left")
        .with_columns(
            _per_cpu=_of_cluster(per_cpu),
            _pue=_of_cluster(pue),
            _full=_of_cards("tdp_mw"),
            _idle=_of_cards("idle_mw"),
            embodied_ug_s=_of_cards("embodied_ug_s"),
        )
    )
    measured, devices, modelled, full = _by_quality()
    at_plug = pl.coalesce(measured, devices, modelled, full)
    return joined.with_columns(
        mw=(at_plug * pl.col("_pue") + MILLI // 2) // MILLI,
        quality=_first_known(measured=measured, devices=devices, modelled=modelled, tdp=full),
    ).drop(
        "_per_cpu", "_pue", "_full", "_idle", "_node_cpus", "_bound_w", "_use", "_device_mw",
        "tdp_mw", "idle_mw", "typed", "one_tdp_mw", "one_idle_mw", "one_embodied_ug_s",
    )  # fmt: skip


def bases_of(hardware: Hardware) -> list[object]:
    """All that `with_power` draws from hardware: what a digest of its results depends on."""
    clusters = hardware.nodes["cluster"].unique().sort().to_list()
    return [
        hardware.catalogue,
        hardware.power,
        hardware.aliases,
        host_mw_per_cpu(hardware, clusters),
        {name: hardware.hosts_per_gpu(name) for name in clusters},
        hardware.untyped().sort("cluster", "partition"),
        _bounds(hardware).sort("cluster", "node"),
    ]


def job_energy(jobs: pl.LazyFrame, reckoning: Reckoning) -> pl.DataFrame:
    """A row a job that held anything: `cluster, job_id, submit, energy_kwh, energy_quality`.

    Energy over all of its held time, the facility's share included; null where it cannot be known.
    """
    return (
        with_power(jobs.with_columns(pl.col("gpus").alias(JOB_GPUS)), reckoning)
        .select(
            *_JOB,
            energy_kwh=pl.col("mw") * pl.col("held_s") / _MJ_PER_KWH,
            energy_quality=pl.col("quality"),
        )
        .collect(engine="streaming")
    )


def _held(jobs: pl.LazyFrame) -> pl.LazyFrame:
    start_s = pl.col("start").dt.epoch("s")
    until_s = pl.coalesce("held_until", "end").dt.epoch("s")
    return (
        jobs.filter(pl.col("started") & pl.col("start").is_not_null())
        .with_columns(start_s=start_s, until_s=until_s)
        .filter(pl.col("until_s") > pl.col("start_s"))
        .with_columns(held_s=pl.col("until_s") - pl.col("start_s"))
    )


def _cell() -> pl.Expr:
    return pl.col("gpu_types").fill_null("")


def _of_cluster(figures: Mapping[str, int]) -> pl.Expr:
    return pl.col("cluster").replace_strict(dict(figures), default=None, return_dtype=pl.Int64)


def _of_cards(name: str) -> pl.Expr:
    """A figure of all GPUs of a row: of the typed ones, and of each of the others."""
    gpus, others = pl.col("gpus"), pl.col("gpus") - pl.col("typed")
    mixed = pl.col(name) + others * pl.col(f"one_{name}")
    return (
        pl.when(gpus == 0)
        .then(pl.lit(0, pl.Int64))
        .when(gpus.is_not_null() & (others <= 0))
        .then(pl.col(name))
        .otherwise(mixed)
    )


def _by_quality() -> tuple[pl.Expr, pl.Expr, pl.Expr, pl.Expr]:
    """Milliwatts before the facility's share: by Slurm's counter, by that of the devices with the
    host modelled, by the devices' activity, at design power; each null where it does not apply.
    """
    host = _shared(pl.col("cpus") * pl.col("_per_cpu"))
    dynamic = pl.col("_use") * (pl.col("_full") - pl.col("_idle"))
    modelled = pl.col("_idle") + dynamic.round().cast(pl.Int64)
    devices = (pl.col("_device_mw") * pl.col("gpus")).round().cast(pl.Int64)
    return _shared(_slurm_mw()), devices + host, modelled + host, pl.col("_full") + host


def _shared(whole_job: pl.Expr) -> pl.Expr:
    """The part of a job's figure that falls to a row of one of its models, by GPUs."""
    gpus, of_job = pl.col("gpus"), pl.col(JOB_GPUS)
    return pl.when(of_job > 0).then(whole_job * gpus // of_job).otherwise(whole_job)


def _slurm_mw() -> pl.Expr:
    """Slurm's own energy as a power, where the job had its nodes to itself and it is plausible.

    The counters are those of whole nodes; 0 stands for none, and known faults give more than a
    node can draw.
    """
    energy_j, held_s = pl.col("energy_j"), pl.col("held_s")
    executing_s = held_s - pl.col("suspended_s").fill_null(0)
    plausible = (energy_j > 0) & (energy_j <= executing_s * pl.col("_bound_w"))
    alone = pl.col("cpus") >= pl.col("_node_cpus")
    return pl.when(plausible & alone).then((energy_j * MILLI + held_s // 2) // held_s)


def _first_known(**by_quality: pl.Expr) -> pl.Expr:
    label: pl.Expr = pl.lit(None, pl.String)
    for name, known in reversed(by_quality.items()):
        said = "measured" if name == "devices" else name
        label = pl.when(known.is_not_null()).then(pl.lit(said)).otherwise(label)
    return label


def _activity(activity: pl.DataFrame) -> pl.DataFrame:
    """Of each job its mean activity, and the mean draw of one of its GPUs in milliwatts, where
    that is known of half of its time at least.
    """
    known = pl.col("energy_s") >= _DEVICE_COVER * pl.col("allocated_gpu_s")
    return (
        activity.group_by(_JOB)
        .agg(pl.exclude("bin", "estimated").sum())
        .select(
            *_JOB,
            _use=pl.when(pl.col("covered_gpu_s") > 0).then(
                (pl.col("activity_gpu_s") / pl.col("covered_gpu_s")).clip(0, 1)
            ),
            _device_mw=pl.when(known & (pl.col("energy_j") > 0)).then(
                pl.col("energy_j") / pl.col("energy_s") * MILLI
            ),
        )
    )


def _whole_nodes(ran: pl.LazyFrame, hardware: Hardware) -> pl.DataFrame:
    """Of each list of nodes on which energy was measured, their CPUs and the watts that they
    cannot exceed; absent where one of the nodes is not known.
    """
    measured = ran.filter(pl.col("energy_j") > 0).select(_LIST).drop_nulls().unique()
    lists = expanded(measured.collect(engine="streaming"))
    of_nodes = lists.join(_bounds(hardware), on=["cluster", "node"], how="left")
    sums = of_nodes.group_by(_LIST).agg(
        pl.col("_node_cpus").sum(),
        pl.col("_bound_w").sum(),
        pl.col("_bound_w").is_null().any().alias("_unknown"),
    )
    return sums.filter(~pl.col("_unknown")).drop("_unknown")


def _bounds(hardware: Hardware) -> pl.DataFrame:
    """The most that any configuration of a node can draw, and its CPUs."""
    power, catalogue = hardware.power, hardware.catalogue
    hungriest = max((tdp_w(catalogue, card) or 0.0 for card in catalogue), default=0.0)
    known = hardware.nodes.filter(pl.col("cpus") > 0)
    cells = known.select("cluster", _cell()).unique()
    typed_w = (pl.col("tdp_mw") / MILLI).fill_null(pl.col("typed") * hungriest)
    others_w = (pl.col("gpus") - pl.col("typed")).clip(lower_bound=0) * hungriest
    host_w = (
        power.node_base_w.value
        + pl.col("cpus") * power.core_w.value
        + pl.col("memory_mb").fill_null(0) / MB_PER_GB * power.memory_w_per_gb.value
    )
    return (
        known.with_columns(_cell(), pl.col("gpus").fill_null(0))
        .join(hardware.cards(cells), on=["cluster", "gpu_types"])
        .with_columns(_bound_w=(typed_w + others_w + host_w) * power.bound_factor.value)
        .group_by("cluster", "node")
        .agg(pl.col("cpus").max().alias("_node_cpus"), pl.col("_bound_w").max())
    )
