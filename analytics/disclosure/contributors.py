"""Who contributes to the cells of published tables, from jobs, in one pass for each sum."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from analytics.award_accounts import award_accounts
from analytics.calendar import Calendar

PERIOD: Final = "period_start"
_WHO: Final = ("user", "account")
_GPU_S: Final = pl.col("gpus").fill_null(0)


def held(jobs: pl.LazyFrame, calendar: Calendar, *, by: Sequence[str]) -> pl.LazyFrame:
    """GPU-seconds held in each period: `cluster`, `by`, `period_start`, who, `amount`.

    `user` and `account` are those of the jobs. Jobs without GPUs contribute nothing.
    """
    begin_s, until_s = _epoch("start"), pl.coalesce(_epoch("held_until"), _epoch("end"))
    ends = pl.lit(calendar.bins["end_s"])
    keys = ["cluster", *by, *_WHO]
    spans = jobs.filter(pl.col("started"), pl.col("gpus") > 0).select(
        *keys,
        "gpus",
        begin_s=begin_s.clip(lower_bound=calendar.begin_s),
        until_s=until_s.clip(upper_bound=calendar.end_s),
    )
    placed = spans.filter(pl.col("begin_s") < pl.col("until_s")).with_columns(
        first=ends.search_sorted(pl.col("begin_s"), side="right").cast(pl.Int64),
        last=ends.search_sorted(pl.col("until_s") - 1, side="right").cast(pl.Int64),
    )
    within = placed.filter(pl.col("first") == pl.col("last"))
    whole = within.group_by(*keys, bin="first").agg(
        (pl.col("gpus") * (pl.col("until_s") - pl.col("begin_s"))).sum().alias("amount")
    )
    across = placed.filter(pl.col("first") < pl.col("last")).with_columns(
        bin=pl.int_ranges("first", pl.col("last") + 1)
    )
    parts = across.explode("bin", empty_as_null=False).join(
        calendar.bins.lazy().select("bin", bin_begin="begin_s", bin_end="end_s"), on="bin"
    )
    overlap = pl.min_horizontal("until_s", "bin_end") - pl.max_horizontal("begin_s", "bin_begin")
    cut = parts.group_by(*keys, "bin").agg((pl.col("gpus") * overlap).sum().alias("amount"))
    return _dated(pl.concat([whole, cut]), keys, calendar)


def events(
    jobs: pl.LazyFrame, calendar: Calendar, *, at: str, amount: pl.Expr, by: Sequence[str] = ()
) -> pl.LazyFrame:
    """Jobs by the period in which the moment `at` lies: columns as `held` has them."""
    moment, keys = _epoch(at), ["cluster", *by, *_WHO]
    inside = moment.is_between(calendar.begin_s, calendar.end_s, closed="left")
    bins = pl.lit(calendar.bins["end_s"]).search_sorted(moment, side="right").cast(pl.Int64)
    rows = jobs.filter(inside).select(*keys, bin=bins, amount=amount)
    return _dated(rows.group_by(*keys, "bin").agg(pl.col("amount").sum()), keys, calendar)


def gpu_seconds() -> pl.Expr:
    """What a job held over its whole life, in GPU-seconds; none where its GPUs are unknown."""
    lasted = pl.coalesce(_epoch("held_until"), _epoch("end")) - _epoch("start")
    return _GPU_S * lasted.clip(lower_bound=0)


def pending(jobs: pl.LazyFrame, moment_s: int, *, by: Sequence[str]) -> pl.LazyFrame:
    """Jobs that waited at a moment, as `demand` counts them: `cluster`, `by`, who, `amount`."""
    over = pl.coalesce(pl.when(pl.col("started")).then(_epoch("start")), _epoch("end"))
    waits = (_epoch("submit") < moment_s) & (over.is_null() | (over >= moment_s))
    keys = ["cluster", *by, *_WHO]
    return jobs.filter(waits).group_by(keys).agg(pl.len().cast(pl.Float64).alias("amount"))


def who(contributions: pl.DataFrame, awards: pl.DataFrame) -> pl.DataFrame:
    """The contributions with `person` and `body` in place of `user` and `account`.

    The body is the PI whom an award names for the account, else its institution, else the
    account itself stands in for one.
    """
    named = (
        award_accounts(awards)
        .select("cluster", "account", of_award=pl.coalesce("pi", "institution"))
        .drop_nulls()
        .group_by("cluster", "account")
        .agg(pl.col("of_award").min())
    )
    joined = contributions.join(named, on=["cluster", "account"], how="left")
    return joined.with_columns(person=pl.col("user"), body=pl.coalesce("of_award", "account")).drop(
        "user", "account", "of_award"
    )


def _dated(sums: pl.LazyFrame, keys: list[str], calendar: Calendar) -> pl.LazyFrame:
    dated = sums.join(calendar.bins.lazy().select("bin", PERIOD), on="bin")
    return dated.group_by(*keys, PERIOD).agg(pl.col("amount").sum())


def _epoch(name: str) -> pl.Expr:
    return pl.col(name).dt.timestamp("us") // 1_000_000
