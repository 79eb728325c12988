"""What live awards may still use in a period to come, and what ended ones used in the end."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from analytics.award_places import Conversion, WholeNodes, conversion
from analytics.calendar import Calendar
from model.schemas import AWARDS

KEY: Final = list(AWARDS.key)
COMMITTED_SCHEMA: Final = pl.Schema(
    {
        "place": pl.String(),
        "cluster": pl.String(),
        "pool": pl.String(),
        "unit": pl.String(),
        "conversion": pl.String(),
        "bin": pl.Int64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
        "certain": pl.Boolean(),
    }
)
UNSEEN_SHARE: Final = 0.01
"""An award is observed if at most this part of its time, or a day, lies outside the windows."""

_DAY_S: Final = 86_400
_DATED: Final = pl.col("start").is_not_null() & pl.col("end").is_not_null()


def with_observation(
    awards: pl.DataFrame,
    used: pl.DataFrame,
    places: pl.DataFrame,
    observed: pl.DataFrame,
    *,
    as_of_s: int,
    timezone: str,
) -> pl.DataFrame:
    """Decided awards, a row for each place, with `used` and whether that is all of their use.

    Beside the columns of AWARDS and of `places`: `begin_s`, `until_s` (null without dates),
    `used`, and `whole`: the use is known and the award's time up to `as_of_s` lies in the
    observed windows of its cluster, but for a hundredth of it or a day. An award that has not
    begun has used nothing.
    """
    decided = awards.filter(
        (pl.col("granted") > 0) & (pl.col("status").fill_null("decided") == "decided")
    ).with_columns(begin_s=_midnight_s("start", timezone), until_s=_midnight_s("end", timezone))
    rows = (
        decided.join(used.select(*KEY, "used"), on=KEY, how="left")
        .join(places, on=KEY)
        .with_row_index("row")
        .with_columns(passed_s=pl.min_horizontal("until_s", pl.lit(as_of_s)) - pl.col("begin_s"))
    )
    begun = pl.col("passed_s") > 0
    unseen_s = pl.col("passed_s") - pl.col("seen_s").fill_null(0)
    allowed_s = pl.max_horizontal(pl.lit(_DAY_S), pl.col("passed_s") * UNSEEN_SHARE)
    whole = ~begun | (pl.col("used").is_not_null() & (unseen_s <= allowed_s))
    return rows.join(_seen(rows, observed), on="row", how="left").with_columns(
        used=pl.when(begun.fill_null(value=True)).then("used").otherwise(0.0),
        whole=(_DATED & whole).fill_null(False),
    )


def _midnight_s(name: str, timezone: str) -> pl.Expr:
    """The second at which a day begins in a zone; where midnight is skipped, the day's first."""
    midnight = pl.col(name).cast(pl.Datetime("us"))
    zoned = midnight.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
    after = (midnight + pl.duration(hours=1)).dt.replace_time_zone(
        timezone, ambiguous="earliest", non_existent="null"
    )
    return pl.coalesce(zoned, after).dt.epoch("s")


def _seen(rows: pl.DataFrame, observed: pl.DataFrame) -> pl.DataFrame:
    """How many seconds of each award's time up to now lie in its cluster's windows."""
    windows = observed.select("cluster", opens_s="begin_s", closes_s="end_s")
    until_s = pl.col("begin_s") + pl.col("passed_s")
    overlap = pl.min_horizontal(until_s, "closes_s") - pl.max_horizontal("begin_s", "opens_s")
    return (
        rows.select("row", "cluster", "begin_s", "passed_s")
        .join(windows, on="cluster")
        .group_by("row")
        .agg(seen_s=overlap.clip(lower_bound=0).sum())
    )


def used_shares(rows: pl.DataFrame, *, as_of_s: int) -> pl.DataFrame:
    """The used share of each award that has ended and was observed whole (HISTORY_SCHEMA)."""
    ended = pl.col("whole") & (pl.col("until_s") <= as_of_s) & ~pl.col("spread")
    return rows.filter(ended).select("cluster", used_share=pl.col("used") / pl.col("granted"))


def committed(
    rows: pl.DataFrame, *, coming: Calendar, as_of_s: int, nodes: Mapping[str, WholeNodes]
) -> pl.DataFrame:
    """What live awards may use in each period of `coming` (COMMITTED_SCHEMA), a row an award.

    What remains of the grant, times the part of the award's remaining time that lies in the
    period. `low` and `high` differ, and `certain` is false, where use, dates or place are not
    known for certain: then the award may use nothing there, or all that may remain of it.
    """
    live = rows.filter(pl.col("until_s").is_null() | (pl.col("until_s") > as_of_s))
    converted = _converted(live, nodes)
    bins = coming.bins.select("bin", from_s="begin_s", to_s="end_s")
    begin_s = pl.max_horizontal("begin_s", pl.lit(as_of_s))
    overlap = pl.min_horizontal("until_s", "to_s") - pl.max_horizontal(begin_s, "from_s")
    part = (
        pl.when(_DATED)
        .then(overlap.clip(lower_bound=0) / (pl.col("until_s") - begin_s))
        .otherwise(1.0)
    )
    left = (pl.col("granted") - pl.col("used").fill_null(0)).clip(lower_bound=0)
    return (
        converted.join(bins, how="cross")
        .filter(part > 0)
        .with_columns(
            high=pl.col("factor") * left * part, certain=pl.col("whole") & ~pl.col("spread")
        )
        .with_columns(low=pl.when("certain").then("high").otherwise(0.0))
        .select(COMMITTED_SCHEMA.names())
        .cast(COMMITTED_SCHEMA)
    )


def _converted(live: pl.DataFrame, nodes: Mapping[str, WholeNodes]) -> pl.DataFrame:
    """With `unit`, `factor` and `conversion`: GPU-hours where the unit is worth a known number."""
    pairs = live.select("cluster", "unit").unique()
    turned = [conversion(unit, nodes.get(cluster)) for cluster, unit in pairs.iter_rows()]
    into = pairs.with_columns(_columns(turned))
    return live.join(into, on=["cluster", "unit"], nulls_equal=True).with_columns(unit="_unit")


def _columns(turned: list[Conversion]) -> list[pl.Series]:
    return [
        pl.Series("_unit", [each.unit for each in turned], dtype=pl.String),
        pl.Series("factor", [each.factor for each in turned], dtype=pl.Float64),
        pl.Series("conversion", [each.shown for each in turned], dtype=pl.String),
    ]
