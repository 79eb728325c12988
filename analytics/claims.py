"""Sentences that are quoted about capacity, each with a verdict: `plimsoll show claims`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from analytics.capacity import capacity
from analytics.claim_evidence import commitment, cut, energy, growth_of_clusters, idle_inference
from analytics.claim_figures import count, largest, performance, ratio
from analytics.verdict import Verdict
from model.claims import (
    BeyondMachines,
    Claim,
    ClaimsFile,
    CommitmentCheck,
    CountCheck,
    CutCheck,
    EnergyCheck,
    GrowthCheck,
    InferenceCheck,
    LargestCheck,
    PerformanceCheck,
    RatioCheck,
)
from model.published_rounds import PublishedRound
from model.registry import Registry

CLAIMS_SCHEMA: Final = pl.Schema(
    {
        "claim": pl.String(),
        "said": pl.String(),
        "by": pl.String(),
        "grade": pl.String(),
        "on": pl.Date(),
        "verdict": pl.String(),
        "figure_claimed": pl.Float64(),
        "figure_found": pl.Float64(),
        "unit": pl.String(),
        "scope": pl.String(),
        "why": pl.String(),
        "machines": pl.String(),
    }
)


@dataclass(frozen=True)
class Evidence:
    """What claims are checked against.

    `growth` is the table of that name, `inference` that of the store's clusters, None without a
    store.
    """

    registry: Registry
    rounds: Sequence[PublishedRound]
    growth: pl.DataFrame
    inference: pl.DataFrame | None = None


def claims(file: ClaimsFile, evidence: Evidence) -> pl.DataFrame:
    """A line a claim (CLAIMS_SCHEMA), in the order of the file; every figure found is reckoned.

    `verdict` is one of: holds; holds in another scope (of less, or of something else, than was
    said: `scope` and `why` tell of what); does not hold; cannot be checked; no data. `figure_found`
    is null where there is none. `grade` is that of the sentence's own source.
    """
    tables = {day: capacity(evidence.registry, on=day) for day in _days(file)}
    lines = [_line(claim, file, check(claim, tables[claim.on], evidence)) for claim in file.claims]
    return pl.DataFrame(lines, schema=CLAIMS_SCHEMA, orient="row")


def check(claim: Claim, lines: pl.DataFrame, evidence: Evidence) -> Verdict:
    """The verdict on one claim; `lines` is the table of `capacity` on its day."""
    match claim.check:
        case CountCheck() as counted:
            return count(counted, lines)
        case LargestCheck() as of_family:
            return largest(of_family, lines)
        case RatioCheck() as times:
            return ratio(times, lines)
        case PerformanceCheck() as rate:
            return performance(rate, lines, evidence.registry)
        case other:
            return _beyond_machines(other, evidence, ended=_year_ended(claim.on))


def _beyond_machines(check: BeyondMachines, evidence: Evidence, *, ended: int) -> Verdict:
    match check:
        case CutCheck() as round_cut:
            return cut(round_cut, evidence.rounds)
        case InferenceCheck() as nodes:
            return idle_inference(nodes, evidence.registry, evidence.inference)
        case GrowthCheck() as grown:
            return growth_of_clusters(grown, evidence.growth, year=ended)
        case EnergyCheck() as homes:
            return energy(homes)
        case CommitmentCheck() as years:
            return commitment(years, evidence.registry.machines)


def _days(file: ClaimsFile) -> set[date]:
    return {claim.on for claim in file.claims}


def _year_ended(on: date) -> int:
    """The last year that had ended on a day."""
    return on.year if (on.month, on.day) == (12, 31) else on.year - 1


def _line(claim: Claim, file: ClaimsFile, verdict: Verdict) -> tuple[object, ...]:
    speaker = file.speakers[claim.by]
    return (
        claim.id,
        claim.said,
        speaker.title,
        speaker.grade,
        claim.on,
        verdict.word,
        verdict.claimed,
        verdict.found,
        verdict.unit,
        verdict.scope,
        verdict.why,
        ", ".join(verdict.machines) or None,
    )
