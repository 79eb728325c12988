"""Charts of rounds and applications: what was asked, recommended, granted, and cut."""

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from reports.charts.description import Band, Chart, Series
from reports.palette import Role
from reports.wording import large, number, share

UNIFORM_POINTS: Final = 0.02
"""A cut this close to the median counts as the same cut (methods: the uniform cut)."""

_STAGES: Final[tuple[tuple[str, str, Role], ...]] = (
    ("requested", "Requested", "second"),
    ("recommended", "Recommended on merit", "quiet"),
    ("granted", "Granted", "main"),
)
_OUTCOMES: Final[tuple[tuple[str, bool, Role], ...]] = (
    ("Funded", True, "main"),
    ("Refused", False, "second"),
)


def round_name(row: Mapping[str, Any]) -> str:
    """A call and its round as a reader knows them."""
    parts = [str(row[name]) for name in ("call", "round") if row.get(name)]
    return " ".join(parts) or "Round without a name"


def rounds_chart(frame: pl.DataFrame, *, synthetic: bool = False) -> Chart | None:
    """Requested, recommended and granted by round, of the rounds in the most common unit.

    None where no round has a sum to draw.
    """
    drawn = frame.filter(pl.any_horizontal(pl.col("requested", "granted").is_not_null()))
    if drawn.is_empty():
        return None
    unit = str(drawn["unit"].mode().sort()[0])
    drawn = drawn.filter(pl.col("unit") == unit)
    series = tuple(
        Series(
            name=name,
            values=tuple(drawn[column].to_list()),
            role=role,
            labels=tuple("" if value is None else large(value) for value in drawn[column]),
        )
        for column, name, role in _STAGES
        if drawn[column].null_count() < drawn.height
    )
    call, names = _common_call(drawn)
    return Chart(
        kind="columns",
        title=f"Requested, recommended and granted, {unit}, by round{call}",
        summary="Bars by round. "
        + " ".join(_round_sentence(row, unit) for row in drawn.iter_rows(named=True)),
        categories=names,
        series=series,
        axis=unit,
        synthetic=synthetic,
    )


def _common_call(rounds: pl.DataFrame) -> tuple[str, tuple[str, ...]]:
    """The call of all rounds, for a title, with their short names; "" where they differ."""
    calls = rounds["call"].unique().to_list()
    if len(calls) == 1 and calls[0] and all(rounds["round"].fill_null("")):
        return f" of {calls[0]}", tuple(rounds["round"])
    return "", tuple(round_name(row) for row in rounds.iter_rows(named=True))


def _round_sentence(row: Mapping[str, Any], unit: str) -> str:
    return (
        f"{round_name(row)}: {number(row['requested'])} {unit} requested, "
        f"{number(row['granted'])} granted."
    )


def decided(applications: pl.DataFrame) -> pl.DataFrame:
    """The applications whose cut is known, from the smallest cut to the largest."""
    return applications.filter(pl.col("cut_fraction").is_not_null()).sort(
        "cut_fraction", "application_id"
    )


def cuts_chart(
    applications: pl.DataFrame, *, median: float | None, name: str, synthetic: bool = False
) -> Chart | None:
    """One dot an application, in the order of its cut, with the band of the uniform cut.

    `median` is the round's `cut_median`. None where no application has a known cut.
    """
    rows = decided(applications)
    if rows.is_empty():
        return None
    funded = rows["granted"] > 0
    cuts = rows["cut_fraction"].to_list()
    return Chart(
        kind="dots",
        title=f"Cut of each application as a share of what it requested, {name}",
        summary=(
            f"{rows.height} applications in the order of their cut, from {share(cuts[0])} to "
            f"{share(cuts[-1])}; the median cut is {share(median)}."
        ),
        categories=tuple(application_name(row) for row in rows.iter_rows(named=True)),
        series=tuple(
            Series(
                name=label,
                values=tuple(
                    cut if is_funded is wanted else None
                    for cut, is_funded in zip(cuts, funded, strict=True)
                ),
                role=role,
            )
            for label, wanted, role in _OUTCOMES
            if wanted in funded.to_list()
        ),
        measure="share",
        axis="Cut",
        band=_band(median),
        synthetic=synthetic,
    )


def application_name(row: Mapping[str, Any]) -> str:
    """An application with its project or institution, where known."""
    more = row.get("project") or row.get("institution")
    return f"{row['application_id']} ({more})" if more else str(row["application_id"])


def _band(median: float | None) -> Band | None:
    if median is None:
        return None
    return Band(
        low=median - UNIFORM_POINTS,
        high=median + UNIFORM_POINTS,
        centre=median,
        label=f"Median cut {share(median, decimals=1)}; band ± 2 points",
    )
