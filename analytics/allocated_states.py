"""What allocated GPU time was like, by node: the states that telemetry tells, and its gaps."""

from typing import Final

import polars as pl

from analytics.device_hours import MILLIONTHS
from analytics.device_states import TELEMETRY_STATES, columns_of_state
from analytics.device_time import DeviceTime
from analytics.mig_fit import mig_fits
from analytics.reclaim import Reclaimable
from model.mig_profiles import MigProfiles

ALLOCATED_SECONDS: Final = (*TELEMETRY_STATES, "no_data", "guessed", "high", "mig_reclaimable")
"""GPU-seconds of allocated time that `with_allocated_states` adds."""

_CELL: Final = ["key", "period", "bin"]


def with_allocated_states(
    rows: pl.DataFrame, devices: DeviceTime | None, spare: Reclaimable, profiles: MigProfiles
) -> pl.DataFrame:
    """Rows of nodes (`key`, `period`, `bin`) with ALLOCATED_SECONDS.

    The telemetry states and `no_data` share out `allocated`. `guessed` is what lies on nodes held
    in part. `high` is what `reclaimable` rises to at most, with all other allocated time for
    which devices were not busy, and all of which nothing is known. Null where a cluster has
    no sample in the period, but for `no_data`, which is then all that was allocated.
    """
    if devices is None:
        unknown = (name for name in ALLOCATED_SECONDS if name != "no_data")
        nothing = (pl.lit(None, pl.Float64).alias(name) for name in unknown)
        return rows.with_columns(*nothing, no_data="allocated")
    fits = mig_fits(devices.needs, rows.select("key", "period", "gpu_model").unique(), profiles)
    freed = fits.group_by(_CELL).agg(_sum_or_unknown("mig_reclaimable"))
    joined = (
        rows.drop("covered", "activity")
        .join(devices.sums, on=_CELL, how="left", maintain_order="left")
        .join(freed.with_columns(fitted=True), on=_CELL, how="left", maintain_order="left")
        .join(spare.seconds.select(*_CELL, "unbusy"), on=_CELL, how="left", maintain_order="left")
        .join(
            devices.seen.with_columns(seen=True),
            on=["cluster", "bin"],
            how="left",
            maintain_order="left",
        )
    )
    return _stated(joined, profiles)


def _stated(joined: pl.DataFrame, profiles: MigProfiles) -> pl.DataFrame:
    sums = {
        state: pl.sum_horizontal(columns_of_state(state)).cast(pl.Float64)
        for state in TELEMETRY_STATES
    }
    covered, busy = pl.col("covered").fill_null(0), pl.col("busy_u").fill_null(0) / MILLIONTHS
    unbusy = pl.col("unbusy").fill_null(0.0)
    beyond = (pl.col("allocated") - busy - unbusy).clip(lower_bound=0)
    model_known = pl.col("gpu_model").is_in(list(profiles))
    unfitted = pl.when(model_known | (covered == 0)).then(0.0)
    seen = pl.col("seen") & pl.col("allocated").is_not_null()
    known = {
        **{state: total.fill_null(0.0) for state, total in sums.items()},
        "guessed": pl.col("guessed_s").fill_null(0).cast(pl.Float64),
        "high": pl.col("reclaimable") + beyond,
        "mig_reclaimable": pl.when("fitted").then("mig_reclaimable").otherwise(unfitted),
    }
    return joined.with_columns(
        *(pl.when(seen).then(value).alias(name) for name, value in known.items()),
        (pl.col("allocated") - covered).cast(pl.Float64).alias("no_data"),
        covered=pl.when(pl.col("allocated").is_not_null()).then(covered),
    )


def _sum_or_unknown(name: str) -> pl.Expr:
    column = pl.col(name)
    return pl.when(~column.is_null().any()).then(column.sum()).alias(name)
