"""Charts of how long jobs waited, and how likely they were to start."""

from typing import Final

import polars as pl

from analytics.dimensions import GPUS_BANDS
from model.question import Period
from reports.charts.description import Chart, Series
from reports.charts.utilisation import period_label
from reports.palette import Role
from reports.wording import duration, share

_HOUR_S: Final = 3600
_FIRST_S: Final = 60
_QUANTILES: Final[tuple[tuple[str, str, Role], ...]] = (
    ("wait_p50_s", "Median", "main"),
    ("wait_p90_s", "90th percentile", "second"),
    ("wait_p95_s", "95th percentile", "third"),
)
_TICKS: Final = (
    (60, "1 min"),
    (600, "10 min"),
    (3_600, "1 h"),
    (6 * 3_600, "6 h"),
    (86_400, "1 day"),
    (7 * 86_400, "1 week"),
    (30 * 86_400, "30 days"),
    (90 * 86_400, "90 days"),
)


def waits_chart(
    waits: pl.DataFrame, *, granularity: Period, period: str, synthetic: bool = False
) -> Chart | None:
    """Median and tails of waits by period; None where no job started."""
    if waits["wait_p50_s"].drop_nulls().is_empty():
        return None
    starts = tuple(waits["period_start"])
    last = waits.filter(pl.col("wait_p50_s").is_not_null()).row(-1, named=True)
    return Chart(
        kind="lines",
        title=f"Hours from submission to start, by {granularity}, {period}",
        summary=(
            f"Three lines. In {period_label(last['period_start'], granularity)} the median wait "
            f"was {duration(last['wait_p50_s'])}, the 90th percentile "
            f"{duration(last['wait_p90_s'])}, the 95th {duration(last['wait_p95_s'])}."
        ),
        categories=tuple(period_label(start, granularity) for start in starts),
        series=tuple(
            Series(name, _hours(waits[column]), role) for column, name, role in _QUANTILES
        ),
        axis="hours",
        at=starts,
        synthetic=synthetic,
    )


def by_band(waits: pl.DataFrame) -> pl.DataFrame:
    """The lines of `waits --by gpus_band` from the fewest GPUs to the most."""
    order = pl.DataFrame({"gpus_band": GPUS_BANDS, "_order": range(len(GPUS_BANDS))})
    return (
        waits.join(order, on="gpus_band", how="left", nulls_equal=True)
        .sort("_order", nulls_last=True)
        .drop("_order")
    )


def band_name(band: str | None) -> str:
    """The name of a band of GPUs: "2 to 4 GPUs"."""
    if band is None:
        return "GPUs not known"
    if band == "0":
        return "No GPU"
    if band == "1":
        return "1 GPU"
    return f"{band.replace('+', ' or more').replace('-', ' to ')} GPUs"


def bands_chart(waits: pl.DataFrame, *, period: str, synthetic: bool = False) -> Chart | None:
    """Median and tails of waits by the number of GPUs asked for."""
    rows = by_band(waits).filter(pl.col("wait_p50_s").is_not_null())
    if rows.is_empty():
        return None
    return Chart(
        kind="pairs",
        title=f"Hours from submission to start, by the job's GPUs, {period}",
        summary="Three dots a line. "
        + " ".join(
            f"{band_name(row['gpus_band'])}: median {duration(row['wait_p50_s'])}, "
            f"95th percentile {duration(row['wait_p95_s'])}."
            for row in rows.iter_rows(named=True)
        ),
        categories=tuple(band_name(band) for band in rows["gpus_band"]),
        series=tuple(Series(name, _hours(rows[column]), role) for column, name, role in _QUANTILES),
        axis="hours",
        synthetic=synthetic,
    )


def curves_chart(curves: pl.DataFrame, *, period: str, synthetic: bool = False) -> Chart | None:
    """How likely a job has started, or been cancelled, by each moment; None of no cohort."""
    rows = curves.filter(pl.col("t_s") >= _FIRST_S, pl.col("p_started").is_not_null()).sort("t_s")
    if rows.height < 2:  # noqa: PLR2004  (a line has two ends)
        return None
    last = rows.row(-1, named=True)
    return Chart(
        kind="lines",
        title=f"Jobs started, and jobs cancelled while waiting, since they could start, {period}",
        summary=(
            "Two rising lines over the time since a job became eligible. "
            f"After {duration(rows['t_s'][0])} {share(rows['p_started'][0])} had started; after "
            f"{duration(last['t_s'])} {share(last['p_started'])} had started and "
            f"{share(last['p_cancelled'], decimals=1)} had been cancelled."
        ),
        categories=tuple(f"Within {duration(moment)}" for moment in rows["t_s"]),
        series=(
            Series("Started", tuple(rows["p_started"].to_list()), "main"),
            Series("Cancelled", tuple(rows["p_cancelled"].to_list()), "second"),
        ),
        measure="share",
        at=tuple(float(moment) for moment in rows["t_s"]),
        scale="log",
        ticks=tuple((at, name) for at, name in _TICKS if at <= last["t_s"]),
        across="Time since it could start, logarithmic",
        steps=True,
        synthetic=synthetic,
    )


def _hours(seconds: pl.Series) -> tuple[float | None, ...]:
    return tuple((seconds / _HOUR_S).to_list())
