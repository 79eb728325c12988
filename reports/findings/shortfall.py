"""What rounds and applications say, in sentences."""

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from reports.charts.shortfall import UNIFORM_POINTS, application_name, decided, round_name
from reports.wording import large, number, plural, share

_MOST: Final = 0.5


def last_round(frame: pl.DataFrame) -> dict[str, Any] | None:
    """The last line of `shortfall` with both sums, else the last line, None of none."""
    if frame.is_empty():
        return None
    whole = frame.filter(pl.col("requested").is_not_null() & pl.col("granted").is_not_null())
    return (frame if whole.is_empty() else whole).row(-1, named=True)


def round_finding(row: Mapping[str, Any]) -> str:
    """How much of what a round was asked for it granted."""
    name, part = round_name(row), row["awarded_share"]
    if row["requested"] is None or row["granted"] is None:
        known = f"{share(part)} of what was requested was granted" if part is not None else ""
        return f"{name}: {known or 'what was requested or granted is not known'}"
    return (
        f"{name} granted {share(part)} of what was requested: {large(row['granted'])} of "
        f"{large(row['requested'])} {row['unit']}"
    )


def cut_finding(row: Mapping[str, Any]) -> str:
    """How alike the cuts of a round were, from its line of `shortfall`."""
    median, alike, funded = row["cut_median"], row["uniform_cut_of_funded"], row["awards"]
    if median is None:
        return f"{round_name(row)}: the cuts of single applications are not known"
    if alike is not None and funded and alike >= _MOST:
        low, high = round(100 * (median - UNIFORM_POINTS)), round(100 * (median + UNIFORM_POINTS))
        return (
            f"{number(round(alike * funded))} of {plural(int(funded), 'funded application')} "
            f"{'was' if round(alike * funded) == 1 else 'were'} cut by {number(low)} to "
            f"{number(high)}%"
        )
    return (
        f"The middle half of the applications of {round_name(row)} were cut by "
        f"{share(row['cut_q1'])} to {share(row['cut_q3'])}, the median by {share(median)}"
    )


def most_cut_finding(applications: pl.DataFrame) -> str | None:
    """The funded application that was cut most, and how many were refused; None if unknown."""
    rows = decided(applications)
    funded = rows.filter(pl.col("granted") > 0)
    refused = rows.filter(pl.col("granted") == 0).height
    if rows.is_empty():
        return None
    if funded.is_empty():
        return f"All {plural(refused, 'application')} with a known cut were refused"
    row = funded.row(-1, named=True)
    also = f"; {plural(refused, 'was', 'were')} refused" if refused else ""
    return (
        f"{application_name(row)} was cut most of those funded, by {share(row['cut_fraction'])}: "
        f"{number(row['granted'])} of {number(row['requested'])} {row['unit']} granted{also}"
    )


def application_finding(row: Mapping[str, Any]) -> str:
    """What one application asked for, was granted and has used."""
    name, unit = application_name(row), row["unit"]
    if row["granted"] is None:
        return f"{name} asked for {number(row['requested'])} {unit}: not decided"
    if row["granted"] == 0:
        return f"{name} asked for {number(row['requested'])} {unit} and was refused"
    asked = "" if row["requested"] is None else f" of {number(row['requested'])}"
    cut = "" if row["cut_fraction"] is None else f", a cut of {share(row['cut_fraction'])}"
    used = "" if row["used"] is None else f"; {share(row['used_share'])} of it is used"
    return f"{name} was granted {number(row['granted'])}{asked} {unit}{cut}{used}"


def unmet_sentence(row: Mapping[str, Any]) -> str:
    """Unmet demand as an interval; its upper end never stands alone."""
    low, high, unit = row["unmet_low"], row["unmet_high"], row["unit"]
    if high is None:
        return "Unmet demand is not known: requests or grants are missing."
    if low is None:
        return (
            f"Unmet demand is at most {number(high)} {unit}; its lower bound is unknown, because "
            "no recommendation on merit is on record."
        )
    return f"Unmet demand lies between {number(low)} and {number(high)} {unit}."
