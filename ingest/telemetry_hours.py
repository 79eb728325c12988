"""Samples of devices into hours: each sample stands until the next, at most for a gap.

Everything is reckoned in whole seconds. The result depends on the set of samples alone, not on
their order or on how they were spread over files.
"""

from typing import Final

import polars as pl

from ingest.telemetry_metrics import KINDS
from model.gpu_states import (
    CLASSES,
    LOADED_MB,
    NO_ACTIVITY,
    UNDER_5,
    UNDER_15,
    UNDER_50,
    UNDER_80,
    UNSEEN,
)

HOUR_S: Final = 3600
DEFAULT_GAP_S: Final = 120
LONGEST_GAP_S: Final = HOUR_S

MOMENTS: Final = pl.Schema(
    [
        ("node", pl.String()),
        ("gpu", pl.String()),
        ("second", pl.Int64()),
        *((kind, pl.Float64()) for kind in KINDS),
    ]
)
"""One row for each device and second with a sample: null is not sampled, NaN without a value."""

DEVICE: Final = ("node", "gpu")

_HOUR: Final = ("device", "hour")
_COUNTER_W: Final = "counter_w"
_CARRIED: Final = ("sm", "util", "gr", "dram", "memory_mb", "power_w", _COUNTER_W)
_MOST_W: Final = 20_000.0
_ACTIVITY: Final = ("sm", "util", "gr")


def gaps(moments: pl.DataFrame) -> pl.DataFrame:
    """For each device, in `gap_s`, twice the median step of its slowest metric; 120 s of one."""
    long = moments.unpivot(KINDS, index=[*DEVICE, "second"], variable_name="kind").filter(
        pl.col("value").is_not_null()
    )
    steps = (
        long.sort(*DEVICE, "kind", "second")
        .group_by(*DEVICE, "kind")
        .agg(pl.col("second").diff().median().alias("step"))
    )
    doubled = (pl.col("step").max() * 2).ceil().cast(pl.Int64).clip(1, LONGEST_GAP_S)
    return steps.group_by(DEVICE).agg(doubled.fill_null(DEFAULT_GAP_S).alias("gap_s"))


def hour_rows(moments: pl.DataFrame, gap_s: pl.DataFrame) -> pl.DataFrame:
    """The hours of devices: MOMENTS and a `gap_s` for each device into columns of GPU_SAMPLES.

    `hour` is in whole hours of the epoch. Every hour for which a sample stands has a row; its
    classes and unseen seconds sum to 3,600. Columns: node, gpu, hour, `samples` to `open_samples`.
    """
    devices = gap_s.with_row_index("device")
    known = moments.join(devices, on=DEVICE).drop(DEVICE).sort("device", "second")
    known = _with_counter_power(known)
    segments = _classed(_segments(known))
    sums = segments.group_by(_HOUR).agg(*_sums(), pl.col("complete").all())
    rows = sums.join(_timelines(segments), on=_HOUR).join(_sampled(known), on=_HOUR, how="left")
    rows = rows.with_columns(pl.col("samples").fill_null(0))
    rows = rows.join(_open(known, rows), on=_HOUR, how="left")
    return rows.join(devices, on="device").drop("device", "complete")


def decode_open(rows: pl.DataFrame) -> pl.DataFrame:
    """The MOMENTS that the `open_samples` of some rows (node, gpu, hour) hold."""
    cells = pl.col("cell").str.split(",")
    values = (
        pl.when(cells.list.get(n) == "x")
        .then(float("nan"))
        .otherwise(cells.list.get(n).cast(pl.Float64, strict=False))
        .alias(kind)
        for n, kind in enumerate(KINDS, 1)
    )
    second = pl.col("hour") * HOUR_S + cells.list.get(0).cast(pl.Int64)
    return (
        rows.filter(pl.col("open_samples").is_not_null())
        .with_columns(cell=pl.col("open_samples").str.split(";"))
        .explode("cell")
        .select(*DEVICE, second.alias("second"), *values)
        .cast(MOMENTS)
    )


def union(*parts: pl.DataFrame) -> pl.DataFrame:
    """MOMENTS of several sources; of two values at one second the greater."""
    return pl.concat(parts).group_by(*DEVICE, "second").agg(pl.col(KINDS).max())


def _with_counter_power(moments: pl.DataFrame) -> pl.DataFrame:
    """Adds the watts between two samples of an energy counter; NaN where it was set back."""
    counted = moments.filter(pl.col("energy_j").is_not_null()).select(
        "device",
        "second",
        "gap_s",
        "energy_j",
        risen=pl.col("energy_j").shift(-1).over("device") - pl.col("energy_j"),
        step=pl.col("second").shift(-1).over("device") - pl.col("second"),
    )
    watts = pl.col("risen") / pl.col("step")
    sane = (watts >= 0) & (watts <= _MOST_W) & (pl.col("step") <= pl.col("gap_s"))
    power = pl.when(sane.fill_null(value=False)).then(watts).otherwise(float("nan"))
    found = counted.select("device", "second", power.alias(_COUNTER_W))
    return moments.join(found, on=("device", "second"), how="left", maintain_order="left")


def _segments(known: pl.DataFrame) -> pl.DataFrame:
    """Stretches within an hour over which no sample begins or ceases to stand."""
    starts = [_standing(known, kind) for kind in _CARRIED]
    ends = [_ceasing(each) for each in starts]
    hours = _touched(starts)
    edges = pl.concat(
        hours.select("device", ((pl.col("hour") + more) * HOUR_S).alias("second"))
        for more in (0, 1)
    )
    marks = pl.concat([*starts, *ends, edges], how="diagonal")
    carried = [f"{kind}{part}" for kind in _CARRIED for part in ("", "_end", "_sure")]
    return (
        marks.group_by("device", "second")
        .agg(pl.col(carried).max())
        .sort("device", "second")
        .with_columns(
            pl.col(carried).forward_fill().over("device"),
            until=pl.col("second").shift(-1).over("device"),
            hour=pl.col("second").floordiv(HOUR_S),
        )
        .filter(pl.col("until").is_not_null())
        .join(hours, on=_HOUR, how="semi")
        .with_columns(seconds=pl.col("until") - pl.col("second"))
    )


def _standing(known: pl.DataFrame, kind: str) -> pl.DataFrame:
    """The samples of a kind, until when each stands, and whether a next one has said so."""
    sampled = known.filter(pl.col(kind).is_not_null())
    limit = pl.col("second") + pl.col("gap_s")
    following = pl.col("second").shift(-1).over("device")
    return sampled.select(
        "device",
        "second",
        kind,
        pl.min_horizontal(limit, following).alias(f"{kind}_end"),
        (following <= limit).fill_null(value=False).alias(f"{kind}_sure"),
    )


def _ceasing(starts: pl.DataFrame) -> pl.DataFrame:
    """The moments at which a sample ceases to stand without another in its place."""
    alone = starts.filter(~pl.col("^.*_sure$"))
    return alone.select("device", pl.col("^.*_end$").alias("second"))


def _touched(starts: list[pl.DataFrame]) -> pl.DataFrame:
    spans = pl.concat(
        each.select("device", "second", pl.col("^.*_end$").alias("end")) for each in starts
    )
    first, last = pl.col("second"), pl.col("end") - 1
    return pl.concat(
        spans.select("device", moment.floordiv(HOUR_S).alias("hour")) for moment in (first, last)
    ).unique()


def _classed(segments: pl.DataFrame) -> pl.DataFrame:
    alive = {kind: pl.col(f"{kind}_end") > pl.col("second") for kind in _CARRIED}
    seen = pl.any_horizontal(each.fill_null(value=False) for each in alive.values())
    values = [
        pl.when(alive[kind] & pl.col(kind).is_not_nan()).then(pl.col(kind)).alias(kind)
        for kind in _CARRIED
    ]
    sure = [pl.when(pl.col(kind).is_not_null()).then(pl.col(f"{kind}_sure")) for kind in _ACTIVITY]
    return (
        segments.with_columns(seen.alias("seen"), *values)
        .with_columns(
            activity=pl.coalesce(_ACTIVITY),
            watts=pl.coalesce(_COUNTER_W, "power_w"),
            complete=(
                pl.coalesce(sure) & pl.col("memory_mb").is_not_null() & pl.col("memory_mb_sure")
            ).fill_null(value=False),
        )
        .with_columns(busy=pl.max_horizontal("activity", "dram"), letter=_letter())
        .drop([f"{kind}{part}" for kind in _CARRIED for part in ("_end", "_sure")])
    )


def _letter() -> pl.Expr:
    activity, by_sm = pl.col("activity"), pl.col("sm").is_not_null()
    loaded = pl.col("memory_mb") >= LOADED_MB

    def memory(low: str, high: str, unknown: str) -> pl.Expr:
        told = pl.when(loaded).then(pl.lit(high)).otherwise(pl.lit(low))
        return pl.when(pl.col("memory_mb").is_null()).then(pl.lit(unknown)).otherwise(told)

    def basis(sm: str, util: str) -> pl.Expr:
        return pl.when(by_sm).then(pl.lit(sm)).otherwise(pl.lit(util))

    return (
        pl.when(~pl.col("seen"))
        .then(pl.lit(UNSEEN))
        .when(activity.is_null())
        .then(pl.lit(NO_ACTIVITY))
        .when(activity == 0)
        .then(memory("a", "b", "c"))
        .when(activity < UNDER_5)
        .then(memory("d", "e", "f"))
        .when(activity < UNDER_15)
        .then(pl.lit("g"))
        .when(activity < UNDER_50)
        .then(basis("k", "h"))
        .when(activity < UNDER_80)
        .then(basis("l", "i"))
        .otherwise(basis("m", "j"))
    )


def _sums() -> list[pl.Expr]:
    return [
        _seconds(pl.col("seen")).alias("observed_s"),
        *(_seconds(pl.col("letter") == each.letter).alias(each.column) for each in CLASSES),
        _seconds(pl.col("sm").is_not_null()).alias("sm_s"),
        _mean("activity").alias("activity_mean"),
        _mean("sm").alias("sm_mean"),
        _seconds(pl.col("dram").is_not_null()).alias("dram_s"),
        _mean("dram").alias("dram_mean"),
        _mean("busy", where=pl.col("activity").is_not_null()).alias("busy_mean"),
        _seconds(pl.col("memory_mb").is_not_null()).alias("memory_s"),
        _mean("memory_mb").alias("memory_mean_mb"),
        pl.col("memory_mb").max().alias("memory_max_mb"),
        _seconds(pl.col("watts").is_not_null()).alias("energy_s"),
        pl.when(pl.col("watts").count() > 0)
        .then((pl.col("watts") * pl.col("seconds")).sum().round(1))
        .alias("energy_j"),
    ]


def _seconds(where: pl.Expr) -> pl.Expr:
    return pl.col("seconds").filter(where).sum()


def _mean(column: str, *, where: pl.Expr | None = None) -> pl.Expr:
    """The mean over the seconds in which a value is known, to six decimals."""
    known = pl.col(column).is_not_null() if where is None else where
    weighted = (pl.col(column) * pl.col("seconds")).filter(known).sum()
    return pl.when(known.any()).then((weighted / _seconds(known)).round(6))


def _timelines(segments: pl.DataFrame) -> pl.DataFrame:
    runs = (
        segments.with_columns(run=pl.struct(*_HOUR, "letter").rle_id())
        .group_by(*_HOUR, "run")
        .agg(pl.col("letter").first(), pl.col("seconds").sum())
        .sort(*_HOUR, "run")
    )
    text = pl.format("{}{}", "letter", "seconds")
    return runs.group_by(_HOUR, maintain_order=True).agg(text.str.join("").alias("timeline"))


def _sampled(known: pl.DataFrame) -> pl.DataFrame:
    hour = pl.col("second").floordiv(HOUR_S).alias("hour")
    return known.group_by("device", hour).agg(pl.len().cast(pl.Int64).alias("samples"))


def _open(known: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """For hours that later samples may complete, every sample that has a say in them."""
    begin = pl.col("hour") * HOUR_S
    near = known.with_columns(
        hour=pl.concat_list(pl.col("second").floordiv(HOUR_S) + more for more in (-1, 0, 1))
    ).explode("hour")
    wanted = (
        near.filter(
            (pl.col("second") >= begin - pl.col("gap_s"))
            & (pl.col("second") < begin + HOUR_S + pl.col("gap_s"))
        )
        .join(rows.filter(~pl.col("complete")), on=_HOUR, how="semi")
        .sort(*_HOUR, "second")
    )
    cells = pl.concat_str(
        (pl.col("second") - begin).cast(pl.String),
        *(_cell(kind) for kind in KINDS),
        separator=",",
    )
    joined = cells.str.join(";").alias("open_samples")
    return wanted.group_by(_HOUR, maintain_order=True).agg(joined)


def _cell(kind: str) -> pl.Expr:
    text = pl.when(pl.col(kind).is_nan()).then(pl.lit("x")).otherwise(pl.col(kind).cast(pl.String))
    return text.fill_null("")
