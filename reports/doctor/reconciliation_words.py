"""What a reconciliation with sreport says, in lines."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from ingest.advice import sacct_line
from reports.doctor.reconciliation import POSSIBLE, Cause, Line, Reconciliation
from reports.doctor.symptom import Symptom
from reports.wording import number

CHECK: Final = "sreport"

_WORDS: Final[dict[Cause, str]] = {
    "suspended": "suspended: sreport and `plimsoll show usage` count it, sacct's Elapsed does not",
    "children": "of its child accounts: adding up all rows counts them twice",
    "reservation": "of a reservation's unused GPUs, shared out over the accounts that may use it",
    "children or reservation": "of child accounts or of an unused reservation: the report does "
    "not show which account stands under which",
    "reserved for users": "perhaps a share of a reservation's unused GPUs, which users were given",
    "rounding": "rounded away",
    "not summed up yet": "in hours that slurmdbd has not summed up yet",
    "not observed": "perhaps in hours that no log covers",
    "still running": "of jobs that were still running when last seen",
    "GPUs unknown": "perhaps of jobs whose GPUs are unknown",
}
_REMEDIES: Final[dict[Cause, str]] = {
    "children or reservation": "add `tree` and `-t Seconds` to the sreport line",
    "not summed up yet": "ask sreport again when the hour is over",
}
_ROUNDED: Final = "figures are rounded to {} s each: ask sreport for -t Seconds"


def symptoms_of(comparison: Reconciliation) -> Iterator[Symptom]:
    """The sums in one line, then what explains them, then what nothing explains."""
    yield _summary(comparison)
    for line in comparison.lines:
        for cause, gpu_s in line.causes.items():
            if _worth_a_line(line, cause):
                yield _explained(comparison, line, cause, gpu_s)
    for line in comparison.unexplained:
        yield _unexplained(comparison, line)


def _summary(comparison: Reconciliation) -> Symptom:
    left = sum(abs(line.unexplained_s) for line in comparison.unexplained)
    verdict = f"{number(left)} unexplained" if left else "nothing unexplained"
    window = f"{comparison.begin:%Y-%m-%d %H:%M} to {comparison.end:%Y-%m-%d %H:%M} UTC"
    return Symptom(
        CHECK,
        "error" if left else "note",
        comparison.cluster,
        f"{window}: sreport {number(comparison.reported_s)} GPU-seconds, jobs' Elapsed "
        f"{number(comparison.elapsed_s)}, held {number(comparison.held_s)}: {verdict}",
        _ROUNDED.format(comparison.unit_s) if comparison.unit_s > 1 else "",
    )


def _worth_a_line(line: Line, cause: Cause) -> bool:
    """The root account contains every other, and rounding is said once."""
    if line.account == "root" and cause in {"children", "children or reservation"}:
        return False
    return cause != "rounding"


def _explained(comparison: Reconciliation, line: Line, cause: Cause, gpu_s: int) -> Symptom:
    return Symptom(
        CHECK,
        "warning" if cause in POSSIBLE else "note",
        comparison.cluster,
        f"{_figures(line)}: {number(abs(gpu_s))} {_WORDS[cause]}",
        _REMEDIES.get(cause) or (_ask_again(comparison) if cause in POSSIBLE else ""),
    )


def _unexplained(comparison: Reconciliation, line: Line) -> Symptom:
    whose = "more than" if line.unexplained_s > 0 else "less than"
    return Symptom(
        CHECK,
        "error",
        comparison.cluster,
        f"{_figures(line)}: sreport has {number(abs(line.unexplained_s))} {whose} the records "
        "explain",
        _ask_again(comparison),
    )


def _figures(line: Line) -> str:
    name = f"{line.account}/{line.user}" if line.user else f"account {line.account}"
    return f"{name}: sreport {number(line.reported_s)}, Elapsed {number(line.elapsed_s)}"


def _ask_again(comparison: Reconciliation) -> str:
    """The whole days around the window, with requeued runs: what is missing comes with them."""
    until = (comparison.end + timedelta(days=1)).date()
    return sacct_line(since=comparison.begin.date(), until=until)
