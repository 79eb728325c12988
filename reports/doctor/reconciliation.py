"""sreport's usage beside the store's: what a comparison holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

Cause = Literal[
    "suspended",
    "children",
    "reservation",
    "children or reservation",
    "reserved for users",
    "rounding",
    "not summed up yet",
    "not observed",
    "still running",
    "GPUs unknown",
]
POSSIBLE: Final[frozenset[Cause]] = frozenset(
    {"not observed", "still running", "GPUs unknown", "reserved for users"}
)
"""Causes that are there and may be the reason, whose own figure nobody knows."""


@dataclass(frozen=True)
class Line:
    """An account (`user` empty) or a user of it: GPU-seconds as reported and as recorded.

    `elapsed_s` is what sacct's Elapsed adds up to, of an account's own users; `causes` explains
    the difference in GPU-seconds, `unexplained_s` is what is left of it.
    """

    account: str
    user: str
    reported_s: int
    elapsed_s: int
    held_s: int
    causes: Mapping[Cause, int]
    unexplained_s: int


@dataclass(frozen=True)
class Reconciliation:
    """One cluster's report beside the store. `lines` holds users first, then accounts.

    `summed_until` is where slurmdbd had got to, null if to the end of the window; `nested` tells
    whether it is known which account stands under which.
    """

    cluster: str
    begin: datetime
    end: datetime
    unit_s: int
    lines: tuple[Line, ...]
    summed_until: datetime | None
    nested: bool

    @property
    def users(self) -> tuple[Line, ...]:
        """The lines of users, which add up to all that jobs held."""
        return tuple(line for line in self.lines if line.user)

    @property
    def accounts(self) -> tuple[Line, ...]:
        """The lines of accounts."""
        return tuple(line for line in self.lines if not line.user)

    @property
    def reported_s(self) -> int:
        """All usage that sreport has: that of the root account."""
        return self.accounts[0].reported_s if self.accounts else 0

    @property
    def elapsed_s(self) -> int:
        """All GPU-seconds of the records, without suspended time."""
        return sum(line.elapsed_s for line in self.users)

    @property
    def held_s(self) -> int:
        """All GPU-seconds of the records, suspended time included: what `show usage` has."""
        return sum(line.held_s for line in self.users)

    @property
    def unexplained(self) -> tuple[Line, ...]:
        """The lines with a difference that nothing explains."""
        return tuple(line for line in self.lines if line.unexplained_s)

    def total(self, cause: Cause) -> int:
        """The GPU-seconds that a cause explains: of users, and of accounts beyond their users."""
        return sum(line.causes.get(cause, 0) for line in self.lines)
