"""A list of machines beside the registry: row by row what is new, known or in conflict."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from analytics.listed_figures import Difference, differences
from analytics.listed_match import Match, Matcher
from model.listings import Listed, Verdict
from model.registry import Registry


@dataclass(frozen=True)
class Judged:
    """A row, its verdict and why; the record that it speaks of, and where the two differ.

    `changes` are figures that the registry lacks or has from a weaker source: what a person may
    take over. `conflicts` are those that it has from a better one.
    """

    listed: Listed
    verdict: Verdict
    reason: str
    match: Match | None = None
    changes: tuple[Difference, ...] = ()
    conflicts: tuple[Difference, ...] = ()


def judge(rows: Sequence[Listed], registry: Registry) -> list[Judged]:
    """Every row with exactly one verdict.

    A row that the registry cites by name or number is compared with the record that cites it;
    else what the list itself says of it counts (duplicate, superseded, excluded); else a record
    of its name and country is looked for; what is left is new.
    """
    matcher = Matcher(registry)
    return [_judged(row, matcher, registry) for row in rows]


def _judged(row: Listed, matcher: Matcher, registry: Registry) -> Judged:
    match = matcher.by_row(row)
    if match is None and row.set_aside:
        return Judged(row, row.set_aside.verdict, row.set_aside.reason)
    match = match or matcher.by_system(row) or matcher.by_name(row)
    if match is None:
        return Judged(row, "new", f"no record of it; {_counted(row)}")
    found = list(differences(row, match.machine, registry.gpus))
    conflicts = tuple(each for each in found if each.held_better)
    changes = tuple(each for each in found if not each.held_better)
    told = "; ".join(_told(match, conflicts, changes))
    return Judged(row, "conflict" if conflicts else "known", told, match, changes, conflicts)


def _counted(row: Listed) -> str:
    return "count unknown" if row.gpus is None else f"{row.gpus:,} cards"


def _told(
    match: Match, conflicts: Sequence[Difference], changes: Sequence[Difference]
) -> Iterator[str]:
    yield f"{match.machine.id} ({match.how})"
    yield from (f"conflict: {each.told}" for each in conflicts)
    yield from (f"would change: {each.told}" for each in changes)


_COLUMNS: Final = {
    "row": pl.Int64(),
    "name": pl.String(),
    "verdict": pl.String(),
    "machine": pl.String(),
    "matched": pl.String(),
    "reason": pl.String(),
    "changes": pl.String(),
    "conflicts": pl.String(),
    "country": pl.String(),
    "sector": pl.String(),
    "gpus": pl.Int64(),
    "cards": pl.String(),
    "in_service": pl.String(),
    "grade": pl.String(),
    "flag": pl.String(),
}


def judged_frame(judged: Sequence[Judged]) -> pl.DataFrame:
    """A line a row of the list, in its order: what it says, its verdict, and why.

    Columns: `row` (line of the file), `name, verdict, machine, matched, reason, changes,
    conflicts, country, sector, gpus, cards, in_service, grade, flag`, and then the list's own
    (TOP500: `rank, system_id, accelerator, accelerator_cores, units_per_device,
    derived_devices`; Epoch AI: `status, certainty`).
    """
    frame = pl.DataFrame([_line(each) for each in judged], schema=pl.Schema(_COLUMNS))
    details = pl.DataFrame([each.listed.details for each in judged], infer_schema_length=None)
    return frame.hstack(details) if details.width else frame


def _line(judged: Judged) -> dict[str, Any]:
    row = judged.listed
    return {
        "row": row.row,
        "name": row.name,
        "verdict": judged.verdict,
        "machine": judged.match.machine.id if judged.match else None,
        "matched": judged.match.how if judged.match else None,
        "reason": judged.reason,
        "changes": "; ".join(each.told for each in judged.changes) or None,
        "conflicts": "; ".join(each.told for each in judged.conflicts) or None,
        "country": row.country,
        "sector": row.sector,
        "gpus": row.gpus,
        "cards": " + ".join(each.gpu for each in row.cards) or row.gpu_model,
        "in_service": row.in_service,
        "grade": row.source.grade,
        "flag": row.flag,
    }
