"""What a reader of `waits` must know: what is estimated, and which jobs are in no figure."""

from collections.abc import Iterable, Sequence
from typing import Final

import polars as pl

from model.wait_reasons import OTHER, WaitReasons, reason_name

_NAMED: Final = 5

QUANTILES: Final = (
    "Medians and tails are read from histograms of 32 bins an octave: within 1.3 % of the value."
)
_SILENT_LOGS: Final = (
    "The logs of {} do not tell when jobs became eligible: their eligible waits and cohorts are "
    "unknown."
)
_NO_ELIGIBLE: Final = (
    "{} of {} started jobs have no known eligible time: they are in no eligible wait and no cohort."
)
_STILL_WAITING: Final = (
    "{} of {} cohort jobs still waited when last seen, under {} after they became eligible: they "
    "count for as long as they were seen (Aalen-Johansen)."
)
_HINDSIGHT: Final = (
    "{} is settled by a job's start or end, not when it came to the queue: split by it, the shares "
    "of a cohort do not tell how likely a start is."
)
_SETTLED_LATER: Final = ("job_state", "node_role", "gpu_model")
_NO_REASON: Final = (
    "{} of {} cohort jobs have no known reason: they are in neither policy_share nor "
    "capacity_share."
)
_SILENT_REASONS: Final = (
    "{} cohort jobs have a reason that tells nothing of policy or capacity{}: they are in neither "
    "share."
)


def wait_notes(
    sums: pl.DataFrame, *, lost: int, reasons: WaitReasons, seen: Iterable[str | None]
) -> tuple[str, ...]:
    """Sentences on the sums of `wait_tally`.

    `lost` waits were lost from sight within a day; `seen` are the reasons that the jobs have.
    """
    total = {name: int(sums[name].sum()) for name in sums.columns}
    count = {name: f"{number:,}" for name, number in total.items()}
    cohort, silent = count["cohort_jobs"], count["reason_silent"]
    untold = total["jobs"] - total["eligible_known"]
    notes = {
        QUANTILES: total["jobs"],
        _NO_ELIGIBLE.format(f"{untold:,}", count["jobs"]): untold,
        _NO_REASON.format(count["reason_unknown"], cohort): total["reason_unknown"],
        _SILENT_REASONS.format(silent, _unlisted(reasons, seen)): total["reason_silent"],
    }
    still = still_waiting(lost, total["cohort_jobs"], horizon="24 h")
    return (*(note for note, jobs in notes.items() if jobs), *still)


def still_waiting(lost: int, cohort: int, *, horizon: str) -> tuple[str, ...]:
    """That so many waits were lost from sight before the horizon, and what is made of them."""
    return (_STILL_WAITING.format(f"{lost:,}", f"{cohort:,}", horizon),) if lost else ()


def hindsight_note(dimensions: Iterable[str]) -> tuple[str, ...]:
    """A caution where a table of cohorts is split, or filtered, by what came of them."""
    asked = set(dimensions)
    return tuple(_HINDSIGHT.format(name) for name in _SETTLED_LATER if name in asked)


def silent_note(clusters: Sequence[str]) -> tuple[str, ...]:
    """The clusters whose log does not tell when jobs became eligible."""
    return (_SILENT_LOGS.format(", ".join(clusters)),) if clusters else ()


def _unlisted(reasons: WaitReasons, seen: Iterable[str | None]) -> str:
    """The names that no class of ours lists, in brackets."""
    names = sorted({reason_name(each) or "" for each in seen if reasons.class_of(each) == OTHER})
    if not names:
        return ""
    return f" ({', '.join(names[:_NAMED])}{', ...' if len(names) > _NAMED else ''})"
