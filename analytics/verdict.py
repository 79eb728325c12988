"""What a check makes of a claim: a verdict, the figure that was found, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Word = Literal["holds", "holds in another scope", "does not hold", "cannot be checked", "no data"]


@dataclass(frozen=True)
class Verdict:
    """`found` and `claimed` are in `unit`, None where there is no figure.

    `scope` says of what the verdict holds, `why` is a sentence with the figures that it rests on,
    `machines` are the registry's records among them.
    """

    word: Word
    why: str
    claimed: float | None = None
    found: float | None = None
    unit: str | None = None
    scope: str | None = None
    machines: tuple[str, ...] = ()


def listed(names: Iterable[str]) -> str:
    """Names as one reads them out: "a, b and c"."""
    *most, last = list(names) or ["none"]
    return f"{', '.join(most)} and {last}" if most else last
