"""What stands beside the jobs in an answer of Slurm, in JSON or YAML, and what is none."""

from collections.abc import Iterable
from typing import Any, Final

from model.errors import InputError

_EMPTY_RESULT: Final = 9003
"""Slurm's ESLURM_REST_EMPTY_RESULT."""

_SNAPSHOT: Final = "plimsoll ingest nodes reads it."
_FROM: Final = "jobs come from sacct --json."
_NOT_JOBS: Final = {
    "nodes": ("node records", _SNAPSHOT),
    "sinfo": ("an answer of sinfo", _SNAPSHOT),
    "reservations": ("reservations", "plimsoll ingest events reads them."),
    "partitions": ("partitions", _FROM),
    "associations": ("associations", _FROM),
    "accounts": ("accounts", _FROM),
    "statistics": ("scheduler statistics", _FROM),
}


def refuse_what_is_not_jobs(
    errors: list[str], *, form: str, count: int, found: bool, keys: Iterable[str]
) -> None:
    """InputError for an answer without jobs: one of errors alone, or of something else.

    `form` is JSON or YAML, `count` the records read, `found` whether there was a list of jobs,
    `keys` the members that there were.
    """
    if errors and not count:
        raise InputError(
            f"Slurm answered with an error and no jobs: {errors[0]}",
            hint="mend what it complains of and ask again.",
        )
    if found:
        return
    present = set(keys)
    for key, (what, hint) in _NOT_JOBS.items():
        if key in present:
            raise InputError(f"this {form} holds {what}, not jobs", hint=hint)
    raise InputError(f'this {form} has no list of "jobs"', hint=_FROM)


def live_jobs_error() -> InputError:
    """What to say of jobs as slurmctld knows them."""
    return InputError(
        "these are jobs as the controller knows them, not accounting records",
        hint="use sacct --json, or the slurmdb jobs of slurmrestd.",
    )


def answer_errors(*answers: dict[str, Any]) -> list[str]:
    """What Slurm put under `errors` in the members before and after the jobs, as sentences."""
    listed = [error for members in answers for error in _listed(members)]
    return [_sentence(error) for error in listed]


def beside(errors: list[str]) -> tuple[str, ...]:
    """The assumption to report where there were jobs and errors too."""
    said = "; ".join(errors)
    return (f"Slurm reported errors beside the jobs, so some may be missing: {said}",) * bool(said)


def _listed(members: dict[str, Any]) -> list[Any]:
    errors = members.get("errors")
    return [each for each in errors if not _is_empty(each)] if isinstance(errors, list) else []


def _is_empty(error: Any) -> bool:
    """Whether this is but how some versions say that no job lies in the window asked for."""
    return isinstance(error, dict) and error.get("error_number") == _EMPTY_RESULT


def _sentence(error: Any) -> str:
    if not isinstance(error, dict):
        return str(error)
    words = (str(error.get(key) or "") for key in ("description", "error"))
    return ": ".join(dict.fromkeys(word for word in words if word)) or "unknown error"
