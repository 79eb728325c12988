"""Charts of capacity over years: behind us, aimed at, and ahead."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import polars as pl

from reports.charts.description import Chart, Series
from reports.palette import Role
from reports.units import CapacityUnit
from reports.wording import day, number

TIERS_SHOWN: Final = 5
OTHER_TIERS: Final = "Other tiers"
_ROLES: Final[Sequence[Role]] = ("main", "second", "third", "fourth", "fifth", "quiet")
_GOALS: Final[Sequence[tuple[str, str, Role]]] = (
    ("keep", "To keep today's", "third"),
    ("double", "To double it", "second"),
    ("reach peer", "To reach {peer}", "fourth"),
)


def history_chart(frame: pl.DataFrame, unit: CapacityUnit, on: date) -> Chart | None:
    """Cards of each tier at the end of each year, one upon another; None where there are none."""
    years = frame["year"].unique().sort().to_list()
    order = (
        frame.group_by("tier")
        .agg(
            last=pl.col(unit.column).filter(pl.col("year") == years[-1]).sum() if years else 0,
            most=pl.col(unit.column).max(),
        )
        .filter(pl.col("most") > 0)
        .sort("last", "most", "tier", descending=[True, True, False])
    )
    names = order["tier"].to_list()
    if not names:
        return None
    single, rest = names[:TIERS_SHOWN], names[TIERS_SHOWN:]
    parts = [(name, [name]) for name in single] + ([(OTHER_TIERS, rest)] if rest else [])
    totals = frame.group_by("year").agg(pl.col(unit.column).sum()).sort("year")
    said = "; ".join(f"{year} {number(value)}" for year, value in totals.iter_rows())
    return Chart(
        kind="layers",
        title=(
            f"Public capacity of the UK at the end of each year, of {on.year} on {day(on)}, "
            f"{unit.label}, by tier"
        ),
        summary=f"Stacked bars by year, {unit.name} of all tiers: {said}.",
        categories=tuple(str(year) for year in years),
        series=tuple(
            Series(name, _by_year(frame, tiers, years, unit.column), role)
            for (name, tiers), role in zip(parts, _ROLES, strict=False)
        ),
        axis=unit.name,
    )


def _by_year(
    frame: pl.DataFrame, tiers: list[str], years: list[int], column: str
) -> tuple[float | None, ...]:
    of_tiers = frame.filter(pl.col("tier").is_in(tiers))
    sums = of_tiers.group_by("year").agg(
        pl.when(pl.col(column).is_not_null().any()).then(pl.col(column).sum())
    )
    known = dict(sums.iter_rows())
    return tuple(known.get(year) for year in years)


def target_chart(frame: pl.DataFrame) -> Chart:
    """The straight path to one target, what is in service, and what is announced."""
    first = frame.row(0, named=True)
    columns: Sequence[tuple[str, str, Role]] = (
        ("straight_path", "Straight path", "quiet"),
        ("fact", "In service", "main"),
        ("announced", "Announced", "second"),
    )
    shown = [each for each in columns if frame[each[0]].drop_nulls().len()]
    facts = frame.filter(pl.col("fact").is_not_null())
    said = "; ".join(
        f"{row['year']} {number(row['fact'])} in service of {number(row['straight_path'])}"
        for row in facts.iter_rows(named=True)
    )
    last = frame.row(-1, named=True)
    return Chart(
        kind="lines",
        title=f"{first['target']}: {first['unit']}, at the end of each year",
        summary=f"Lines by year: {said}; the path ends at {number(last['straight_path'])} in "
        f"{last['year']}.",
        categories=tuple(str(year) for year in frame["year"]),
        series=tuple(Series(name, tuple(frame[key].to_list()), role) for key, name, role in shown),
        axis=first["unit"].split(",")[0],
        at=_ends(frame),
    )


def outlook_chart(frame: pl.DataFrame, *, peer: str) -> Chart:
    """What is left of today's machines in each year, beside what each goal wants."""
    left = frame.filter(pl.col("goal") == frame["goal"][0])
    lines = [Series("Left of today's", tuple(left["a100_equivalents_16bit"].to_list()), "main")]
    for goal, name, role in _GOALS:
        wanted = frame.filter(pl.col("goal") == goal)["wanted_a100_equivalents"]
        if wanted.drop_nulls().len():
            lines.append(Series(name.format(peer=peer), tuple(wanted.to_list()), role))
    said = "; ".join(
        f"{row['year']} {number(row['a100_equivalents_16bit'], decimals=0)}"
        for row in left.iter_rows(named=True)
    )
    return Chart(
        kind="lines",
        title="A100-equivalents (16-bit, dense) of public UK machines, at the end of each year",
        summary=f"Lines by year. Left of today's machines: {said}.",
        categories=tuple(str(year) for year in left["year"]),
        series=tuple(lines),
        axis="A100-equivalents",
        at=_ends(left),
    )


def _ends(frame: pl.DataFrame) -> tuple[date, ...]:
    return tuple(date(year, 12, 31) for year in frame["year"])


def delivered_chart(frame: pl.DataFrame, *, period: str, synthetic: bool = False) -> Chart | None:
    """What each machine has in the registry beside what it delivered; None where none is known."""
    rows = frame.filter(pl.col("a100_equivalents_delivered").is_not_null()).sort(
        "a100_equivalents_16bit", "machine", descending=[True, False]
    )
    if rows.is_empty():
        return None
    return Chart(
        kind="pairs",
        title=f"A100-equivalents in the registry, and the part of them that worked, {period}",
        summary="Two dots a machine. "
        + " ".join(
            f"{row['machine']}: {number(row['a100_equivalents_delivered'])} of "
            f"{number(row['a100_equivalents_16bit'])}."
            for row in rows.iter_rows(named=True)
        ),
        categories=tuple(rows["machine"]),
        series=(
            Series("In the registry", tuple(rows["a100_equivalents_16bit"].to_list()), "second"),
            Series("Delivered", tuple(rows["a100_equivalents_delivered"].to_list()), "main"),
        ),
        axis="A100-equivalents",
        synthetic=synthetic,
    )
