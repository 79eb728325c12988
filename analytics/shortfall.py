"""Requested against granted, a line a round: `plimsoll show shortfall`."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from analytics.applications import with_cuts
from analytics.award_accounts import OF_AN_AWARD
from analytics.award_use import USE_SCHEMA
from model.errors import InputError
from model.schemas import AWARDS
from model.suggestions import did_you_mean

SHORTFALL_COLUMNS: Final = (
    "call",
    "round",
    "applications",
    "decided",
    "awards",
    "requested",
    "recommended",
    "granted",
    "used",
    "offered",
    "unit",
    "awarded_share",
    "awarded_share_median",
    "cut_median",
    "cut_q1",
    "cut_q3",
    "uniform_cut_of_funded",
    "uniform_cut_of_decided",
    "demand_ratio_requested",
    "demand_ratio_recommended",
    "unmet_low",
    "unmet_high",
    "used_share",
    "demand_ratio_basis",
    "without_request",
    "without_recommendation",
    "success_rate",
    "cut_min",
    "cut_max",
    "demand_ratio_granted",
    "granted_of_offered",
)
UNIFORM_POINTS: Final = 0.02
"""A cut within two points of the median cut counts as the same cut."""

_ROUND: Final = ("call", "round", "unit")
_AMOUNTS: Final = ("requested", "recommended", "granted", "used")
_ROUNDING: Final = 1e-9


def shortfall(
    awards: pl.DataFrame, used: pl.DataFrame | None = None, *, by: Sequence[str] = ()
) -> pl.DataFrame:
    """What each round was asked for, gave, and left unmet.

    A round with several units has a line for each: units are never summed. Amounts are of the
    decided applications; undecided and withdrawn ones count in `applications` alone. An
    application with several lines in one unit counts once, with their sum. A line that stands for
    a whole published round brings its own counts and no single cuts.

    Args:
        awards: The AWARDS facts.
        used: What `award_use` found; without it all use is unknown.
        by: Columns of an award (project, institution, discipline, council, route) to split by.

    Returns:
        `by`, then `SHORTFALL_COLUMNS`. Shares and ratios are fractions of 1; null is unknown.
        `demand_ratio_basis` names what both ratios divide by: "offered" where that is known,
        else "granted". `offered` is the round's own figure: see `_offered`.

    Raises:
        InputError: for a `by` that awards do not have.
    """
    keys = [*_known(by), *_ROUND]
    use = USE_SCHEMA.to_frame() if used is None else used
    lines = with_cuts(awards).join(use, on=list(AWARDS.key), how="left")
    decided = _decided_applications(lines, keys)
    sums = decided.group_by(keys).agg(*_counts_and_sums(), *_spread())
    offer = pl.lit(None, pl.Float64).alias("offered") if by else _offered()
    rounds = lines.group_by(keys).agg(_applications().alias("applications"), offer)
    return (
        rounds.join(sums, on=keys, how="left", nulls_equal=True)
        .with_columns(pl.col("decided", "awards", "without_request").fill_null(0))
        .with_columns(_basis())
        .with_columns(_ratios())
        .sort([*by, *_ROUND])
        .select(*by, *SHORTFALL_COLUMNS)
    )


def _known(by: Sequence[str]) -> Sequence[str]:
    for name in by:
        if name not in OF_AN_AWARD:
            raise InputError(
                f"awards cannot be split by {name!r}", hint=did_you_mean(name, OF_AN_AWARD)
            )
    return by


def _decided_applications(lines: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """A row for each decided application, or whole round, with the sums of its lines."""
    decided = lines.filter((pl.col("status") == "decided") & pl.col("granted").is_not_null())
    whole = pl.col("applications").is_not_null()
    used = pl.when(pl.col("granted") > 0).then("used").otherwise(0.0).alias("used")
    sums = [_sum_or_unknown(name) for name in _AMOUNTS]
    single = decided.with_columns(used).filter(~whole)
    rounds = decided.filter(whole).select(
        *keys,
        *_AMOUNTS,
        n=pl.col("applications"),
        n_awards=pl.col("awards"),
    )
    each = single.group_by(*keys, "application_id").agg(sums)
    given, asked = pl.col("granted"), pl.col("requested")
    counted = each.drop("application_id").with_columns(
        n=pl.lit(1, pl.Int64),
        n_awards=(given > 0).cast(pl.Int64),
        share=pl.when(asked > 0).then(given / asked),
        asked_nothing=asked.is_null() | (asked <= 0),
    )
    return pl.concat([counted, rounds], how="diagonal")


def _sum_or_unknown(name: str) -> pl.Expr:
    return pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()).alias(name)


def sum_of_known(name: str) -> pl.Expr:
    """The sum of a column's known values, null where there are none."""
    return pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name)


def _counts_and_sums() -> list[pl.Expr]:
    asked, merit, given = pl.col("requested"), pl.col("recommended"), pl.col("granted")
    unmet = (asked - given).clip(lower_bound=0)
    unmet_on_merit = pl.when(asked.is_not_null()).then(
        (pl.min_horizontal(merit, asked) - given).clip(lower_bound=0)
    )
    judged = (asked.is_not_null() & merit.is_null()).sum() == 0
    used = given > 0
    return [
        pl.col("n").sum().alias("decided"),
        _sum_or_unknown("n_awards").alias("awards"),
        *(sum_of_known(name) for name in ("requested", "recommended")),
        given.sum().alias("granted"),
        pl.when(pl.col("used").filter(used).count() > 0).then(pl.col("used").sum()).alias("used"),
        given.filter(asked.is_not_null()).sum().alias("_granted_of_requested"),
        given.filter(used & pl.col("used").is_not_null()).sum().alias("_granted_of_used"),
        pl.when(judged & (asked.count() > 0)).then(unmet_on_merit.sum()).alias("unmet_low"),
        pl.when(asked.count() > 0).then(unmet.sum()).alias("unmet_high"),
        pl.col("asked_nothing").sum().alias("without_request"),
        merit.is_null().sum().alias("without_recommendation"),
    ]


def _spread() -> list[pl.Expr]:
    """Of single applications with a request above zero, the refused ones among them."""
    share = pl.col("share")
    cut = 1 - share
    uniform = (cut - cut.median()).abs() <= UNIFORM_POINTS + _ROUNDING
    return [
        share.median().alias("awarded_share_median"),
        cut.median().alias("cut_median"),
        cut.quantile(0.25, "linear").alias("cut_q1"),
        cut.quantile(0.75, "linear").alias("cut_q3"),
        cut.min().alias("cut_min"),
        cut.max().alias("cut_max"),
        uniform.filter(pl.col("granted") > 0).mean().alias("uniform_cut_of_funded"),
        uniform.mean().alias("uniform_cut_of_decided"),
    ]


def _applications() -> pl.Expr:
    """Distinct applications, and as many as each line for a whole round stands for."""
    whole = pl.col("applications").is_not_null()
    return pl.col("application_id").filter(~whole).n_unique() + pl.col("applications").sum()


def _offered() -> pl.Expr:
    """The one value that the round's lines give, however often; a sum of one a resource and pool.

    Null where one resource and pool has several values, or some have none.
    """
    pools = pl.struct("resource", "pool")
    given = pl.col("offered").is_not_null()
    values = pl.struct("resource", "pool", "offered").filter(given).unique()
    one_each = (values.len() == pools.n_unique()) & (
        pools.filter(given).n_unique() == pools.n_unique()
    )
    return (
        pl.when(pl.col("offered").drop_nulls().n_unique() == 1)
        .then(pl.col("offered").max())
        .when(one_each)
        .then(values.struct.field("offered").sum())
        .alias("offered")
    )


def _basis() -> pl.Expr:
    return (
        pl.when(pl.col("offered") > 0)
        .then(pl.lit("offered"))
        .when(pl.col("granted") > 0)
        .then(pl.lit("granted"))
        .alias("demand_ratio_basis")
    )


def _ratios() -> list[pl.Expr]:
    offered = pl.col("demand_ratio_basis") == "offered"
    asked_for = pl.when(offered).then("offered").otherwise("_granted_of_requested")
    judged_for = pl.when(offered).then("offered").otherwise("granted")
    judged = pl.when(pl.col("without_recommendation") == 0).then("recommended")
    return [
        _ratio(pl.col("_granted_of_requested"), pl.col("requested")).alias("awarded_share"),
        _ratio(pl.col("requested"), asked_for).alias("demand_ratio_requested"),
        _ratio(judged, judged_for).alias("demand_ratio_recommended"),
        _ratio(pl.col("requested"), pl.col("_granted_of_requested")).alias("demand_ratio_granted"),
        _ratio(pl.col("granted"), pl.col("offered")).alias("granted_of_offered"),
        _ratio(pl.col("awards"), pl.col("decided")).alias("success_rate"),
        _ratio(pl.col("used"), pl.col("_granted_of_used")).alias("used_share"),
    ]


def _ratio(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    return pl.when(whole > 0).then(part / whole)


def shortfall_notes(awards: pl.DataFrame, rounds: pl.DataFrame) -> tuple[str, ...]:
    """What a reader of `shortfall`'s lines must know: what was left out, what ratios divide by."""
    notes = []
    without = int(rounds["without_request"].sum())
    if without:
        notes.append(f"{without} decided applications without a request are left out of cuts.")
    if "granted" in rounds["demand_ratio_basis"]:
        notes.append("Demand ratios are over what was granted where the offer is unknown.")
    whole = awards.group_by("call", "round").agg(pl.col("applications").is_not_null().mean())
    mixed = whole.filter(pl.col("applications").is_between(0, 1, closed="none")).height
    if mixed:
        notes.append(
            f"{mixed} rounds have both lines for applications and lines for a whole round: "
            "they are added."
        )
    more = with_cuts(awards).filter(pl.col("cut_fraction") < 0).height
    if more:
        notes.append(
            f"{more} entries were granted more than asked: they count as negative cuts, and as "
            "nothing in unmet demand."
        )
    if rounds["unmet_high"].is_not_null().any():
        notes.append(
            "Unmet demand is an interval: requests inflate where cuts are expected, and a call's "
            "cap truncates them."
        )
    return tuple(notes)
