"""Writes the two rounds of awards: what was asked, recommended and granted, in GPU-hours.

Grants are set against what the accounts then used in the simulated logs, so that use, run-out
and pull-back come out as on a real cluster; requests follow from each round's cut.
"""

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from plimsoll.demo.play import END_S, History
from plimsoll.demo.projects import BARELY_USED, FIRST_ROUND, NEARLY_EXHAUSTED, SECOND_ROUND, Project

COLUMNS: Final = (
    "call",
    "round",
    "application_id",
    "project",
    "title",
    "pi",
    "institution",
    "discipline",
    "council",
    "route",
    "pool",
    "resource",
    "unit",
    "requested",
    "recommended",
    "granted",
    "offered",
    "status",
    "start",
    "end",
    "accounts",
)
_CALL: Final = "Synthetic Tier-2 GPU access"
_HOUR_S: Final = 3_600
_OFFERED_OVER_GRANTED: Final = 1.02


@dataclass(frozen=True)
class _Round:
    """A round's name, its award period, and how deep and how evenly it cut."""

    name: str
    start: date
    end: date
    cut: float
    cut_spread: float
    used_share: float
    used_spread: float
    recommended: tuple[float, float]


_ROUNDS: Final = {
    1: _Round(
        "Autumn 2025 (synthetic)",
        date(2025, 11, 1),
        date(2026, 11, 1),
        cut=0.36,
        cut_spread=0.13,
        used_share=0.86,
        used_spread=0.10,
        recommended=(0.75, 1.0),
    ),
    2: _Round(
        "Spring 2026 (synthetic)",
        date(2026, 5, 1),
        date(2027, 5, 1),
        cut=0.80,
        cut_spread=0.007,
        used_share=0.46,
        used_spread=0.11,
        recommended=(0.82, 0.97),
    ),
}
_UNEVEN_CUTS: Final = {7: 0.62, 29: 0.71, 38: 0.90}
"""Places in the second round that were not cut like the others."""
_NOT_ASSESSED: Final = {13, 26}
"""Places in the first round whose assessment was not written down."""


def write_awards(
    projects: tuple[Project, ...],
    histories: list[History],
    folder: Path,
    rng: np.random.Generator,
) -> Path:
    """Write `awards.csv`; gives its path."""
    rows = [
        row
        for number, plan in _ROUNDS.items()
        for row in _round_rows([p for p in projects if p.round == number], plan, histories, rng)
    ]
    path = folder / "awards.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def _round_rows(
    projects: list[Project], plan: _Round, histories: list[History], rng: np.random.Generator
) -> list[dict[str, object]]:
    granted = _grants(projects, plan, _used_hours(histories, plan), rng)
    offered = round_figure(sum(granted.values()) * _OFFERED_OVER_GRANTED)
    typical = float(np.median(list(granted.values()))) / (1 - plan.cut)
    return [
        {
            "call": _CALL,
            "round": plan.name,
            "application_id": project.application_id,
            "project": project.account or project.application_id.lower(),
            "title": project.title,
            "pi": project.pi,
            "institution": project.institution,
            "discipline": project.discipline,
            "council": project.council,
            "route": project.route,
            "pool": "GPU",
            "resource": project.cluster,
            "unit": "GPU-hours",
            "offered": offered,
            "status": project.fate if project.fate in {"undecided", "withdrawn"} else "decided",
            "start": plan.start,
            "end": plan.end,
            "accounts": f"{project.cluster}:{project.account}" if project.account else "",
            **_amounts(project, plan, granted.get(project.application_id), typical, rng),
        }
        for project in projects
    ]


def _used_hours(histories: list[History], plan: _Round) -> dict[tuple[str, str], float]:
    """GPU-hours that each (cluster, account) held within the award period."""
    begin, end = (
        int(datetime(d.year, d.month, d.day, tzinfo=UTC).timestamp())
        for d in (plan.start, plan.end)
    )
    used: dict[tuple[str, str], float] = {}
    for history in histories:
        gpu_pools = [n for n, pool in enumerate(history.cluster.pools) if pool.gpu_type]
        until = pl.col("end").fill_null(END_S).clip(upper_bound=end)
        overlap = (until - pl.col("start").clip(lower_bound=begin)).clip(lower_bound=0)
        table = (
            history.frame.filter(pl.col("start").is_not_null() & pl.col("pool").is_in(gpu_pools))
            .group_by("account")
            .agg((overlap * pl.col("slots") * pl.col("node_count")).sum() / _HOUR_S)
        )
        used |= {(history.cluster.name, account): hours for account, hours in table.iter_rows()}
    return used


def _grants(
    projects: list[Project],
    plan: _Round,
    used: dict[tuple[str, str], float],
    rng: np.random.Generator,
) -> dict[str, int]:
    """GPU-hours granted to each funded application, so that a plausible share was used."""
    funded = [project for project in projects if project.fate == "funded"]
    draws = plan.used_share + plan.used_spread * rng.standard_normal(len(funded))
    shares = np.clip(draws, 0.12, 0.99).tolist()
    hours = [used.get((project.cluster, project.account), 0.0) for project in funded]
    wanted = [h / _share(p, s) for p, h, s in zip(funded, hours, shares, strict=True)]
    typical = float(np.median(wanted))
    return {
        project.application_id: round_figure(typical if _idle(project) or not want else want)
        for project, want in zip(funded, wanted, strict=True)
    }


def _share(project: Project, share: float) -> float:
    return 0.965 if _is(project, NEARLY_EXHAUSTED) else share


def _idle(project: Project) -> bool:
    return _is(project, BARELY_USED)


def _is(project: Project, place: int) -> bool:
    return project.round == SECOND_ROUND and project.application_id.endswith(f"-{place:03d}")


def _amounts(
    project: Project, plan: _Round, granted: int | None, typical: float, rng: np.random.Generator
) -> dict[str, object]:
    """Requested, recommended and granted; an unknown one is an empty cell."""
    place = int(project.application_id[-3:])
    cut = float(np.clip(rng.normal(plan.cut, plan.cut_spread), 0.04, 0.95))
    merit = float(rng.uniform(*plan.recommended))
    other = typical * float(rng.lognormal(0.0, 0.4))
    if project.round == SECOND_ROUND:
        cut = _UNEVEN_CUTS.get(place, cut)
    asked = round_figure(granted / (1 - cut) if granted else other)
    recommended: object = round_figure(max(asked * merit, granted or 0))
    if project.fate == "refused":
        return {"requested": asked, "recommended": 0, "granted": 0}
    if project.fate != "funded":
        return {"requested": asked, "recommended": "", "granted": ""}
    if project.round == FIRST_ROUND and place in _NOT_ASSESSED:
        recommended = ""
    return {"requested": asked, "recommended": recommended, "granted": granted}


def round_figure(hours: float) -> int:
    """An amount as people state it: three significant figures, at least 1."""
    whole = max(1, round(hours))
    unit = int(10 ** max(0, len(str(whole)) - 3))
    return round(whole / unit) * unit
