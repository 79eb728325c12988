"""A job's waits as whole seconds: from its submission, since it was eligible, how they ended."""

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from analytics.survival import CANCELLED, CENSORED, STARTED
from model.wait_reasons import ReasonClass

TAUS_S: Final = (10, 600)
"""Bounds of the slowdown: a run shorter than this counts as so long (Feitelson, JSSPP 2001)."""

THOUSANDTHS: Final = 1000

_SHARED: Final[tuple[ReasonClass, ...]] = ("policy", "capacity")
_SILENT: Final[tuple[ReasonClass, ...]] = ("outcome", "other")


def wait_moments(
    jobs: pl.LazyFrame, by: Sequence[str], *, reason_classes: Mapping[str, ReasonClass]
) -> pl.LazyFrame:
    """Jobs as integers beside the columns `by`; moments in epoch seconds, waits in seconds.

    - `start_s`, `wait_s`, `eligible_wait_s`: null unless the job started;
    - `excess_10`, `excess_600`: the thousandths by which the slowdown with that bound exceeds 1,
      rounded down; null unless the job started and ended;
    - `eligible_s`; `t_s`, `fate`: how long it waited since then, and how that ended: `survival`;
    - `policy_s`, `capacity_s`: `t_s` where the reason is of that class, else 0;
    - `reason_unknown`, `reason_silent`: 1 where there is no reason, or one of neither class that
      is not the user's own.
    """
    started = pl.col("started") & pl.col("start").is_not_null()
    start_s = pl.when(started).then(_epoch_s("start"))
    eligible_s = _epoch_s("eligible")
    wait_s = _not_negative(start_s - _epoch_s("submit"))
    until_s = pl.coalesce(start_s, _epoch_s("end"), _epoch_s("observed_until"), eligible_s)
    t_s = _not_negative(until_s - eligible_s)
    reason = pl.col("reason").replace_strict(reason_classes, default=None, return_dtype=pl.String)
    return jobs.select(
        *by,
        start_s=start_s,
        wait_s=wait_s,
        eligible_wait_s=_not_negative(start_s - eligible_s),
        **{f"excess_{tau_s}": _excess(wait_s, start_s, tau_s) for tau_s in TAUS_S},
        eligible_s=eligible_s,
        t_s=t_s,
        fate=_fate(started),
        **{f"{each}_s": pl.when(reason == each).then(t_s).otherwise(0) for each in _SHARED},
        reason_unknown=reason.is_null().cast(pl.Int64),
        reason_silent=reason.is_in(_SILENT).fill_null(value=False).cast(pl.Int64),
    )


def _fate(started: pl.Expr) -> pl.Expr:
    ended = pl.col("end").is_not_null()
    unstarted = pl.when(ended).then(pl.lit(CANCELLED, pl.Int64)).otherwise(CENSORED)
    return pl.when(started).then(pl.lit(STARTED, pl.Int64)).otherwise(unstarted)


def _excess(wait_s: pl.Expr, start_s: pl.Expr, tau_s: int) -> pl.Expr:
    until_s = pl.when(pl.col("end").is_not_null()).then(
        pl.coalesce(_epoch_s("held_until"), _epoch_s("end"))
    )
    run_s = _not_negative(until_s - start_s)
    bounded_s = _at_least(run_s, tau_s)
    return _not_negative(wait_s + run_s - bounded_s) * THOUSANDTHS // bounded_s


def _not_negative(seconds: pl.Expr) -> pl.Expr:
    return _at_least(seconds, 0)


def _at_least(seconds: pl.Expr, least: int) -> pl.Expr:
    """`max_horizontal` would take an unknown for the least."""
    return seconds.clip(lower_bound=least)


def _epoch_s(column: str) -> pl.Expr:
    return pl.col(column).dt.timestamp("us") // 1_000_000
