"""Requested, recommended, granted and used, a line an application: `plimsoll show applications`."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import polars as pl

from analytics.award_use import USE_SCHEMA, award_use
from model.pull_back import PullBackRule
from model.schemas import AWARDS

__all__ = ["APPLICATION_COLUMNS", "applications", "award_use", "with_cuts"]

APPLICATION_COLUMNS: Final = (
    "call",
    "round",
    "application_id",
    "project",
    "institution",
    "discipline",
    "council",
    "route",
    "resource",
    "unit",
    "status",
    "requested",
    "recommended",
    "granted",
    "used",
    "cut_fraction",
    "merit_cut",
    "capacity_cut",
    "used_share",
    "run_out_date",
    "pull_back",
    "tranche",
    "start",
    "end",
    "elapsed_share",
    "rate_28d",
    "billing_hours",
)
_FAR_DAYS: Final = 36_525


def applications(
    awards: pl.DataFrame,
    used: pl.DataFrame | None = None,
    *,
    as_of: date | None = None,
    pull_back: Sequence[PullBackRule] = (),
) -> pl.DataFrame:
    """What each application asked for, what was cut and why, and what became of the award.

    Args:
        awards: The AWARDS facts; an application has a line for each resource and tranche, and a
            line that stands for a whole published round has its sums.
        used: What `award_use` found; without it all use is unknown.
        as_of: The day up to which use was observed; without it no run-out date is reckoned.
        pull_back: The rules by which unused hours are taken back.

    Returns:
        `APPLICATION_COLUMNS`, sorted by call, round, application, resource and tranche. Cuts are
        shares of the request, null unless decided with a request above zero; a grant above the
        request is a negative cut. `run_out_date` is the day on which the grant was used up, or
        will be at the rate of the last 28 days, null at no rate and once the award has ended.
        `pull_back` is the most that the rules would take back now, in the award's unit.
    """
    use = USE_SCHEMA.to_frame() if used is None else used
    lines = with_cuts(awards).join(use, on=list(AWARDS.key), how="left")
    return (
        lines.with_columns(
            used_share=pl.when((pl.col("status") == "decided") & (pl.col("granted") > 0)).then(
                pl.col("used") / pl.col("granted")
            ),
            run_out_date=_run_out(as_of),
        )
        .with_columns(pull_back=_pull_back(pull_back))
        .sort(AWARDS.key)
        .select(APPLICATION_COLUMNS)
    )


def with_cuts(awards: pl.DataFrame) -> pl.DataFrame:
    """The lines with `cut_fraction`, `merit_cut` and `capacity_cut`; the last two sum to the first.

    Null unless the line is decided with a request above zero; the parts are null without a
    recommendation.
    """
    asked, merit, given = pl.col("requested"), pl.col("recommended"), pl.col("granted")
    status = pl.when(given.is_null()).then(pl.lit("undecided")).otherwise(pl.lit("decided"))
    told = awards.with_columns(pl.col("status").fill_null(status))
    counts = (pl.col("status") == "decided") & (asked > 0)
    return told.with_columns(
        cut_fraction=pl.when(counts).then(1 - given / asked),
        merit_cut=pl.when(counts).then((asked - merit) / asked),
        capacity_cut=pl.when(counts).then((merit - given) / asked),
    )


def _run_out(as_of: date | None) -> pl.Expr:
    if as_of is None:
        return pl.col("exhausted_on")
    left = (pl.col("granted") - pl.col("used")).clip(lower_bound=0)
    days = (left / pl.col("rate_28d")).ceil()
    lasts = (pl.col("rate_28d") > 0) & (pl.col("end") > as_of) & (days < _FAR_DAYS)
    ahead = pl.lit(as_of) + pl.duration(days=pl.when(lasts).then(days).cast(pl.Int64))
    return pl.coalesce("exhausted_on", ahead)


def _pull_back(rules: Sequence[PullBackRule]) -> pl.Expr:
    """The strictest rule of the latest part of the period that has been reached."""
    if not rules:
        return pl.lit(None, pl.Float64)
    share = pl.lit(0.0)
    for stage in sorted({rule.from_share for rule in rules}):
        losses = [
            pl.when(pl.col("used_share") < rule.used_below).then(rule.lose_up_to).otherwise(0.0)
            for rule in rules
            if rule.from_share == stage
        ]
        reached = pl.col("elapsed_share") >= stage
        share = pl.when(reached).then(pl.max_horizontal(losses)).otherwise(share)
    left = (pl.col("granted") - pl.col("used")).clip(lower_bound=0)
    running = pl.col("elapsed_share") < 1
    return pl.when(pl.col("used_share").is_not_null()).then(
        pl.when(running).then(share * left).otherwise(0.0)
    )
