"""The metrics of GPU exporters: what each measures, and the factor to the unit in use here.

Names are looked up in lower case; AMD's may carry the prefix `amd_`. Sources: NVIDIA
dcgm-exporter (old and new names), Princeton's nvidia_gpu_prometheus_exporter, nvidia_gpu_exporter
(nvidia-smi), slurm-job-exporter, AMD device-metrics-exporter, Intel XPU Manager 1 and xpumd 2.
"""

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["sm", "util", "gr", "dram", "memory_mb", "power_w", "energy_j"]

KINDS: Final[tuple[Kind, ...]] = ("sm", "util", "gr", "dram", "memory_mb", "power_w", "energy_j")
"""SM_ACTIVE, GPU_UTIL, GR_ENGINE_ACTIVE, DRAM_ACTIVE (0 to 1), MiB, W, and a counter in J."""

SHARES: Final = frozenset({"sm", "util", "gr", "dram"})


@dataclass(frozen=True)
class Metric:
    """What a metric measures: `value * factor` is in the unit of its kind."""

    kind: Kind
    factor: float = 1.0


_PERCENT: Final = 0.01
_BYTES: Final = 1 / (1 << 20)
_MEGABYTES: Final = 1_000_000 / (1 << 20)
_MILLI: Final = 1e-3
_MICRO: Final = 1e-6

METRICS: Final[dict[str, Metric]] = {
    "dcgm_fi_prof_sm_active": Metric("sm"),
    "dcgm_fi_dev_gpu_util": Metric("util", _PERCENT),
    "dcgm_fi_prof_gr_engine_active": Metric("gr"),
    "dcgm_fi_prof_dram_active": Metric("dram"),
    "dcgm_fi_dev_fb_used": Metric("memory_mb"),
    "dcgm_fi_dev_power_usage": Metric("power_w"),
    "dcgm_fi_dev_total_energy_consumption": Metric("energy_j", _MILLI),
    "dcgm_gpu_utilization": Metric("util", _PERCENT),
    "dcgm_fb_used": Metric("memory_mb"),
    "dcgm_power_usage": Metric("power_w"),
    "dcgm_total_energy_consumption": Metric("energy_j", _MILLI),
    "dcgm_sm_active": Metric("sm"),
    "dcgm_gr_engine_active": Metric("gr"),
    "dcgm_dram_active": Metric("dram"),
    "nvidia_gpu_duty_cycle": Metric("util", _PERCENT),
    "nvidia_gpu_sm_util_percent": Metric("sm"),
    "nvidia_gpu_graphics_util_percent": Metric("gr"),
    "nvidia_gpu_dram_bw_util_percent": Metric("dram"),
    "nvidia_gpu_memory_used_bytes": Metric("memory_mb", _BYTES),
    "nvidia_gpu_power_usage_milliwatts": Metric("power_w", _MILLI),
    "nvidia_smi_utilization_gpu_ratio": Metric("util"),
    "nvidia_smi_memory_used_bytes": Metric("memory_mb", _BYTES),
    "nvidia_smi_power_draw_watts": Metric("power_w"),
    "slurm_job_utilization_gpu": Metric("util", _PERCENT),
    "slurm_job_memory_usage_gpu": Metric("memory_mb", _BYTES),
    "slurm_job_power_gpu": Metric("power_w", _MILLI),
    "gpu_gfx_activity": Metric("util", _PERCENT),
    "gpu_used_vram": Metric("memory_mb", _MEGABYTES),
    "gpu_package_power": Metric("power_w"),
    "gpu_average_package_power": Metric("power_w"),
    "gpu_power_usage": Metric("power_w"),
    "gpu_energy_consumed": Metric("energy_j", _MICRO),
    "xpum_engine_ratio": Metric("util"),
    "xpum_engine_group_ratio": Metric("util"),
    "xpum_memory_used_bytes": Metric("memory_mb", _BYTES),
    "xpum_power_watts": Metric("power_w"),
    "xpum_energy_joules_total": Metric("energy_j"),
    "xpum_energy_joules": Metric("energy_j"),
    "hw_gpu_utilization_ratio": Metric("util"),
    "hw_memory_usage_bytes": Metric("memory_mb", _BYTES),
    "hw_power_watts": Metric("power_w"),
    "hw_energy_joules_total": Metric("energy_j"),
}

SMI_COLUMNS: Final[dict[str, Metric]] = {
    "utilization.gpu": Metric("util", _PERCENT),
    "memory.used": Metric("memory_mb"),
    "power.draw": Metric("power_w"),
}
"""Columns of `nvidia-smi --query-gpu`, without their unit."""


def metric_named(name: str) -> Metric | None:
    """What a metric of this name measures; None where it is none of a GPU that is used here."""
    lower = name.lower()
    return METRICS.get(lower) or METRICS.get(lower.removeprefix("amd_"))
