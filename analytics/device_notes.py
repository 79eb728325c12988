"""What a reader of telemetry on nodes must know: what was assumed, and what nobody saw."""

from typing import Final

import polars as pl

from analytics.device_time import DeviceTime

NO_TELEMETRY: Final = (
    "No device telemetry: allocated time is no_data, and the upper bound of reclaimable "
    "GPU-hours is unknown."
)
_HOUR_S: Final = 3600
_SHOWN: Final = 5


def device_notes(devices: DeviceTime, rows: pl.DataFrame) -> tuple[str, ...]:
    """Sentences on telemetry and what it leaves open; `rows` are GPU-seconds of a table's nodes.

    `rows` have `cluster`, `key`, `period`, `bin` and `allocated`.
    """
    sums = _sums(devices, rows)
    return (*_on_coverage(devices, sums), *_on_guesses(sums), *_on_devices(devices, sums))


def activity_notes(devices: DeviceTime | None, rows: pl.DataFrame) -> tuple[str, ...]:
    """Those of `device_notes` that mean activity needs; its coverage stands beside it."""
    if devices is None:
        return ()
    sums = _sums(devices, rows)
    return (*_on_guesses(sums), *_on_devices(devices, sums))


def _sums(devices: DeviceTime, rows: pl.DataFrame) -> pl.DataFrame:
    cell = ["key", "period", "bin"]
    mine = rows.select("cluster", *cell, "allocated").unique()
    return mine.join(devices.sums, on=cell, how="left")


def _on_coverage(devices: DeviceTime, sums: pl.DataFrame) -> list[str]:
    said = []
    silent = sorted(set(sums["cluster"]) - set(devices.seen["cluster"]))
    if silent:
        said.append(f"No device telemetry of {', '.join(silent)}: its allocated time is no_data.")
    seen = sums.join(devices.seen, on=["cluster", "bin"], how="semi")
    held, covered = _total(seen, "allocated"), _total(seen, "covered")
    if covered < held:
        said.append(
            f"Where there is telemetry, it covers {covered / held:.1%} of allocated GPU-hours; of "
            f"the other {_hours(held - covered)} nothing is known, and an upper bound of what is "
            "reclaimable holds all of them."
        )
    return said


def _on_guesses(sums: pl.DataFrame) -> list[str]:
    guessed = _total(sums.filter(pl.col("held_s") > 0), "guessed_s")
    if not guessed:
        return []
    said = (
        f"{_hours(guessed)} allocated GPU-hours lie on nodes that were held in part. Slurm does "
        "not say which of their GPUs: the busiest devices are taken to be the allocated ones."
    )
    return [said]


def _on_devices(devices: DeviceTime, sums: pl.DataFrame) -> list[str]:
    said = []
    crowded = _total(sums, "crowded_s")
    if crowded:
        said.append(
            f"Some nodes show more devices than they have GPUs by Slurm ({_hours(crowded)} "
            "allocated GPU-hours): the busiest, as many as are allocated, count."
        )
    unknown = pl.col("util_under_50_s") + pl.col("util_under_80_s") + pl.col("util_80_up_s")
    by_util = sums.filter(unknown > 0)["cluster"].unique().sort()
    if len(by_util):
        said.append(
            f"Of some devices of {', '.join(by_util)} GPU_UTIL alone is known: it says that "
            "something ran, not how much; such time is active and never effective."
        )
    if devices.strangers.height:
        nodes = devices.strangers["node"].unique().sort()
        shown = ", ".join(nodes.head(_SHOWN)) + (" ..." if len(nodes) > _SHOWN else "")
        said.append(
            f"Telemetry of {len(nodes)} nodes that neither the inventory nor a job names is "
            f"left out: {shown}."
        )
    return said


def _total(sums: pl.DataFrame, name: str) -> int:
    return int(sums[name].sum() or 0)


def _hours(seconds: float) -> str:
    hours = seconds / _HOUR_S
    return f"{hours:,.0f}" if hours >= 100 else f"{hours:.3g}"  # noqa: PLR2004
