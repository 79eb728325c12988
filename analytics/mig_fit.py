"""The smallest part of a card (MIG) that would have done for what ran on it."""

from typing import Final

import polars as pl

from analytics.device_time import BUSY_EDGES
from model.mig_profiles import MigProfiles

WHOLE_CARD: Final = "whole card"
ENOUGH: Final = 0.95
"""The share of its time in which a profile must have compute enough; memory it must always have."""

FITS_SCHEMA: Final = pl.Schema(
    {
        "key": pl.Int64(),
        "period": pl.Int64(),
        "bin": pl.Int64(),
        "gpu": pl.String(),
        "profile": pl.String(),
        "mig_reclaimable": pl.Float64(),
    }
)


def mig_fits(needs: pl.DataFrame, labels: pl.DataFrame, profiles: MigProfiles) -> pl.DataFrame:
    """For each device and calendar period, the profile that fits, and the GPU-seconds it frees.

    `needs` as in `device_time`, `labels` with the `gpu_model` of each `key` and `period`. A
    profile fits where it has the memory of the device's fullest hour, and as much of the card's
    compute as the device was busy in hours that make `ENOUGH` of its covered seconds. What it
    leaves of the card, times the covered seconds, is `mig_reclaimable`. A device whose memory is
    unknown in one of its hours, and one that is an instance already, keeps what it has (0). Null
    where the card's profiles are not known.
    """
    models = labels.select("key", "period", "gpu_model")
    named = needs.join(models, on=["key", "period"])
    known = pl.col("gpu_model").is_in(list(profiles))
    keeps = pl.col("memory_unknown") | pl.col("gpu").str.contains("/", literal=True)
    chosen = named.with_columns(_smallest(profiles, keeps).alias("fit"))
    share, name = pl.col("fit").struct["share"], pl.col("fit").struct["profile"]
    freed = pl.col("covered") * (1 - share)
    return chosen.select(
        "key",
        "period",
        "bin",
        "gpu",
        pl.when(known).then(name).alias("profile"),
        pl.when(known).then(freed).alias("mig_reclaimable"),
    ).cast(FITS_SCHEMA)


def _smallest(profiles: MigProfiles, keeps: pl.Expr) -> pl.Expr:
    """The first profile that fits, else the whole card, as a struct of its name and share."""
    whole = pl.struct(profile=pl.lit(WHOLE_CARD), share=pl.lit(1.0))
    fits = [
        pl.when(
            ~keeps,
            pl.col("gpu_model") == model,
            pl.col("memory_max_mb") <= each.memory_mb,
            _seconds_within(each.compute) >= ENOUGH * pl.col("covered"),
        ).then(pl.struct(profile=pl.lit(each.name), share=pl.lit(each.share)))
        for model, offered in profiles.items()
        for each in offered
        if each.share < 1
    ]
    return pl.coalesce(*fits, whole)


def _seconds_within(compute: float) -> pl.Expr:
    """Covered seconds of hours that were no busier than a part of the card's compute."""
    edges = [n for n, edge in enumerate(BUSY_EDGES) if edge <= compute]
    return pl.col(f"busy_within_{edges[-1]}") if edges else pl.lit(0)
