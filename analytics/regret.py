"""Granted little and used up, beside granted much and left unused: `plimsoll show regret`."""

from datetime import date
from typing import Final

import polars as pl

REGRET_COLUMNS: Final = (
    "call",
    "round",
    "resource",
    "unit",
    "application_id",
    "project",
    "institution",
    "class",
    "requested",
    "recommended",
    "granted",
    "used",
    "awarded_share",
    "awarded_share_median",
    "used_share",
    "elapsed_share",
    "run_out_date",
    "end",
    "movable_low",
    "movable_high",
    "could_have_moved_low",
    "could_have_moved_high",
)
SHORT: Final = "cut and used up"
SPARE: Final = "granted and unused"
FAR_BELOW: Final = 0.5
"""Used share far below elapsed share: less than this part of it."""
EARLIEST: Final = 0.25
"""Before this part of its time has passed, nothing is said of an award's slow start."""

_AWARD: Final = ("call", "round", "application_id", "resource", "unit")
_MARKET: Final = ("call", "round", "resource", "unit")
_ROUNDING: Final = 1e-9


def regret(applications: pl.DataFrame, *, as_of: date | None) -> pl.DataFrame:
    """The awards of each round that had too little, and those that had too much.

    Per round, the funded applications with a known request are set against the median of their
    awarded shares. SHORT: a smaller share, and used up, or at the last 28 days' rate about to be,
    before the end. SPARE: a larger share, at least a quarter of the time gone (EARLIEST), and
    used at less than half the pace of time (FAR_BELOW). Tranches of an award on one resource
    count as one award; what a past one left has lapsed.

    Args:
        applications: What `analytics.applications.applications` gives, with use.
        as_of: The day up to which use was observed.

    Returns:
        REGRET_COLUMNS, sorted, one line an award of either class. `movable` is what a SHORT award
        lacked (low: to what reviewers recommended, at most the request; high: to the request), and
        what a SPARE one leaves over (low: at the last 28 days' rate; high: if it uses no more).
        `could_have_moved` is the smaller of both classes' sums on one resource of a round, in one
        unit, the same on each of its lines, 0 where either class is empty; its low end is null
        where a recommendation or a rate is unknown. low <= high.
    """
    awards = _awards(applications, as_of).with_columns(
        awarded_share_median=pl.col("awarded_share").median().over("call", "round", "unit")
    )
    classed = awards.with_columns(_class()).filter(pl.col("class").is_not_null())
    return (
        classed.with_columns(_movable("low"), _movable("high"))
        .with_columns(_moved("low"), _moved("high"))
        .sort(*_MARKET, "class", "application_id", nulls_last=True)
        .select(REGRET_COLUMNS)
    )


def _awards(applications: pl.DataFrame, as_of: date | None) -> pl.DataFrame:
    """A row an award on a resource: the sums of its tranches."""
    funded = applications.filter((pl.col("status") == "decided") & (pl.col("granted") > 0))
    days_left = (pl.col("end") - pl.lit(as_of, pl.Date)).dt.total_days().clip(lower_bound=0)
    left = (pl.col("granted") - pl.col("used")).clip(lower_bound=0)
    at_this_rate = pl.when(days_left == 0).then(0.0).otherwise(pl.col("rate_28d") * days_left)
    early = pl.col("run_out_date") < pl.col("end")
    lines = funded.with_columns(
        _left_high=left,
        _left_low=(left - at_this_rate).clip(lower_bound=0),
        _due=pl.col("granted") * pl.col("elapsed_share"),
        _early=early,
    )
    summed = ("requested", "recommended", "granted", "used", "_left_low", "_left_high", "_due")
    each = lines.group_by(_AWARD).agg(
        pl.col("project", "institution").first(),
        *(_sum_or_unknown(name) for name in summed),
        pl.col("_early").any(),
        pl.col("run_out_date").filter("_early").min(),
        pl.col("end").max(),
    )
    return each.filter(pl.col("requested") > 0).with_columns(
        awarded_share=pl.col("granted") / pl.col("requested"),
        used_share=pl.col("used") / pl.col("granted"),
        elapsed_share=pl.col("_due") / pl.col("granted"),
    )


def _sum_or_unknown(name: str) -> pl.Expr:
    return pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()).alias(name)


def _class() -> pl.Expr:
    above = pl.col("awarded_share") - pl.col("awarded_share_median")
    slow = pl.col("used_share") < FAR_BELOW * pl.col("elapsed_share")
    spare = slow & (pl.col("elapsed_share") >= EARLIEST)
    return (
        pl.when((above < -_ROUNDING) & pl.col("_early"))
        .then(pl.lit(SHORT))
        .when((above > _ROUNDING) & spare)
        .then(pl.lit(SPARE))
        .alias("class")
    )


def _movable(end: str) -> pl.Expr:
    asked, merit, given = pl.col("requested"), pl.col("recommended"), pl.col("granted")
    wanted = (
        asked
        if end == "high"
        else pl.when(merit.is_not_null()).then(pl.min_horizontal(merit, asked))
    )
    lacked = (wanted - given).clip(lower_bound=0)
    return (
        pl.when(pl.col("class") == SHORT)
        .then(lacked)
        .otherwise(f"_left_{end}")
        .alias(f"movable_{end}")
    )


def _moved(end: str) -> pl.Expr:
    """The smaller of what one class lacked and the other left, on one resource of a round."""
    amount = pl.col(f"movable_{end}")

    def total(name: str) -> pl.Expr:
        mine = amount.filter(pl.col("class") == name)
        return pl.when(mine.null_count().over(_MARKET) == 0).then(mine.sum().over(_MARKET))

    short, spare = total(SHORT), total(SPARE)
    none = (short == 0) | (spare == 0)
    known = short.is_not_null() & spare.is_not_null()
    return (
        pl.when(none)
        .then(0.0)
        .when(known)
        .then(pl.min_horizontal(short, spare))
        .alias(f"could_have_moved_{end}")
    )


def regret_notes(frame: pl.DataFrame) -> tuple[str, ...]:
    """A sentence for each round and resource on which hours could have moved."""
    notes = []
    for (call, round_, resource, unit), rows in frame.group_by(*_MARKET, maintain_order=True):
        short = rows.filter(pl.col("class") == SHORT).height
        spare = rows.height - short
        if not short or not spare:
            continue
        low, high = (
            rows.row(0, named=True)["could_have_moved_low"],
            rows["could_have_moved_high"][0],
        )
        where = " ".join(
            str(part) for part in (call, round_, resource and f"on {resource}") if part
        )
        least = "an unknown number" if low is None else f"{low:,.0f}"
        notes.append(
            f"{where}: awards cut more than the median that ran out or will: {short}; cut less, "
            f"and used at less than half the pace of time: {spare}. "
            f"Between {least} and {high:,.0f} {unit} could have moved."
        )
    if frame.height:
        notes.append("That some ran out while others did not use theirs was not known beforehand.")
    return tuple(notes)
