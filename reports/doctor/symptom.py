"""One thing that the doctor found: how bad it is, what it is, and what to do."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

Severity = Literal["error", "warning", "note"]
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
"""An error makes figures wrong, a warning may; a note says what is assumed or unknown."""


@dataclass(frozen=True)
class Symptom:
    """A finding in one line. `cluster` is null where it concerns none; `remedy` may be a command
    to copy, a line of YAML, or empty where there is nothing to do.
    """

    check: str
    severity: Severity
    cluster: str | None
    what: str
    remedy: str = ""
