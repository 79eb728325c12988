"""How many clusters there were at each year's end, and how their GPUs were spread over them."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import polars as pl

from analytics.capacity import capacity
from analytics.capacity_lines import YES
from analytics.capacity_totals import PUBLIC_SECTORS
from analytics.finding import Finding
from analytics.survey_machines import known_to
from model.machines import Machine
from model.origin import UNVERIFIED, grade_named, rank
from model.registry import Registry

SMALL_BELOW_GPUS: Final = 32
COUNTRY: Final = "GB"
TIERS: Final = ("UK local (Tier-3)", "UK Tier-2")

GROWTH_SCHEMA: Final = pl.Schema(
    {
        "year": pl.Int64(),
        "clusters": pl.Int64(),
        "gpus": pl.Int64(),
        "gpus_in_small_clusters": pl.Int64(),
        "share_below_32_gpus": pl.Float64(),
        "effective_clusters": pl.Float64(),
        "clusters_of_survey": pl.Int64(),
        "clusters_unverified": pl.Int64(),
        "gpus_unverified": pl.Int64(),
    }
)
_CLUSTER_SCHEMA: Final = pl.Schema(
    {
        "cluster": pl.String(),
        "gpus": pl.Int64(),
        "unverified_gpus": pl.Int64(),
        "survey": pl.Boolean(),
    }
)


def growth(
    registry: Registry,
    survey: pl.DataFrame,
    *,
    today: date,
    since: date | None = None,
    until: date | None = None,
    min_grade: str | None = None,
) -> Finding:
    """A line a year (GROWTH_SCHEMA): the clusters in service on its last day.

    Counted are the registry's public machines of TIERS in the United Kingdom whose count and
    dates are known, and the rows of `survey` (SURVEY_SCHEMA). Partitions of one operator that
    the registry records apart are one cluster; clusters without GPUs are none.
    `share_below_32_gpus` is the share of GPUs in clusters of fewer than 32, `effective_clusters`
    the inverse of the Herfindahl-Hirschman index of GPUs: as many clusters of one size would be
    as concentrated. Unverified figures (grade E) count, and stand in columns of their own; with
    `min_grade` those of a lower grade are left out. Years run from the first with a cluster to
    the last that has ended by `today`; with `since` and `until` those that end between.

    Raises:
        InputError: for a `min_grade` that is no grade.
    """
    known, doubled = _new_to(registry, survey)
    if min_grade:
        least = rank(grade_named(min_grade))
        known = known.filter(pl.col("grade").map_elements(rank, return_dtype=pl.Int64) <= least)
    lines = [
        _line(year, _clusters(registry, known, date(year, 12, 31), min_grade))
        for year in _years(registry, known, today=today, since=since, until=until)
    ]
    frame = pl.DataFrame(lines, schema=GROWTH_SCHEMA, orient="row")
    begun = frame.filter(pl.col("clusters").cum_sum() > 0)
    return Finding(begun, tuple(_notes(registry, begun, survey, doubled)))


def _clusters(
    registry: Registry, survey: pl.DataFrame, on: date, min_grade: str | None
) -> pl.DataFrame:
    """The clusters with GPUs on a day, _CLUSTER_SCHEMA."""
    listed = {machine.id for machine in _in_scope_machines(registry)}
    counted = capacity(registry, on=on, min_grade=min_grade).filter(
        pl.col("id").is_in(sorted(listed)), pl.col("counted") == YES
    )
    machines = [
        (_cluster_name(registry, line["id"]), line["gpus"], line["grade"], False)
        for line in counted.iter_rows(named=True)
    ]
    there = surveyed_on(survey, on)
    surveyed = [
        (f"{row['name']} ({row['institution']})", row["gpus"], row["grade"], True)
        for row in there.iter_rows(named=True)
    ]
    parts = [
        (name, gpus, gpus if grade == UNVERIFIED else 0, of_survey)
        for name, gpus, grade, of_survey in [*machines, *surveyed]
    ]
    frame = pl.DataFrame(parts, schema=_CLUSTER_SCHEMA, orient="row")
    return frame.group_by("cluster", "survey").sum().filter(pl.col("gpus") > 0)


def _cluster_name(registry: Registry, machine_id: str) -> str:
    """Partitions of one operator share a name: they are one cluster."""
    machine = registry.machine(machine_id)
    if machine is None or machine.partition is None:
        return machine_id
    return f"{machine.operator}, {machine.tier}"


def surveyed_on(survey: pl.DataFrame, day: date) -> pl.DataFrame:
    """The rows of SURVEY_SCHEMA in service on a day: a year takes its last day."""
    ended = day.year if (day.month, day.day) == (12, 31) else day.year - 1
    gone = pl.col("year_to") <= ended
    return survey.filter(pl.col("year_from") <= ended, ~gone.fill_null(value=False))


def _in_scope_machines(registry: Registry) -> list[Machine]:
    return [
        machine
        for machine in registry.machines
        if (machine.country, machine.kind) == (COUNTRY, "machine")
        and machine.sector in PUBLIC_SECTORS
        and machine.tier in TIERS
    ]


def _dated(registry: Registry) -> list[Machine]:
    """The machines whose time in service is known."""
    machines = _in_scope_machines(registry)
    return [each for each in machines if each.starts and not each.retired_undated]


def _line(year: int, clusters: pl.DataFrame) -> dict[str, Any]:
    sizes = clusters["gpus"]
    whole = int(sizes.sum())
    small = int(sizes.filter(sizes < SMALL_BELOW_GPUS).sum())
    squares = int((sizes * sizes).sum())
    return {
        "year": year,
        "clusters": clusters.height,
        "gpus": whole,
        "gpus_in_small_clusters": small,
        "share_below_32_gpus": small / whole if whole else None,
        "effective_clusters": whole**2 / squares if squares else None,
        "clusters_of_survey": int(clusters["survey"].sum()),
        "clusters_unverified": int((clusters["unverified_gpus"] > 0).sum()),
        "gpus_unverified": int(clusters["unverified_gpus"].sum()),
    }


def _years(
    registry: Registry,
    survey: pl.DataFrame,
    *,
    today: date,
    since: date | None,
    until: date | None,
) -> Iterator[int]:
    starts = [machine.starts.year for machine in _dated(registry) if machine.starts]
    firsts = [*starts, *survey["year_from"]]
    for year in range(min(firsts, default=today.year), today.year + 1):
        end = date(year, 12, 31)
        asked = (since is None or since <= end) and (until is None or end < until)
        if end <= today and asked:
            yield year


def _new_to(registry: Registry, survey: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """The survey without clusters that the registry names already, and their names."""
    doubled = known_to(registry)
    return survey.filter(~doubled), sorted(set(survey.filter(doubled)["name"]))


def _notes(
    registry: Registry, frame: pl.DataFrame, survey: pl.DataFrame, doubled: list[str]
) -> Iterator[str]:
    yield "UK local and Tier-2 machines of the registry, on the last day of each year."
    dated = {machine.id for machine in _dated(registry)}
    without = [
        machine.name
        for machine in _in_scope_machines(registry)
        if machine.gpus is None or machine.id not in dated
    ]
    if without:
        yield (
            f"{len(without)} records have no count, no first or no last day and are left out: "
            f"{', '.join(without)}."
        )
    if survey.is_empty():
        yield (
            "No survey of group clusters was given (`surveys` in plimsoll.yaml): they are missing "
            "from every line."
        )
    if doubled:
        yield f"Left out of the survey, for the registry has them: {', '.join(doubled)}."
    if not frame.is_empty() and frame["gpus_unverified"].max():
        yield "gpus_unverified are counts for which only general knowledge speaks (grade E)."
    undated = [
        machine.name
        for machine in _dated(registry)
        if machine.gpus and machine.origin("in_service") == UNVERIFIED
    ]
    if undated:
        yield f"The first day of {', '.join(undated)} is general knowledge (grade E)."
