"""Why a job waited: Slurm's reasons in classes, from `config/wait_reasons.yaml`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Final, Literal

from model.origin import Record, Text
from model.resources import config_path
from model.yaml_source import Fault, read_model

ReasonClass = Literal["policy", "capacity", "user", "outcome", "other"]
"""`other` is what no pattern of the file fits."""

OTHER: Final = "other"

_NAME_AT_HEAD: Final = re.compile(r"[^,\s(\[]*")
_PATTERN: Final = re.compile(r"[A-Za-z][A-Za-z*]*")


class ClassPatterns(Record):
    """The patterns of Slurm's names in each class."""

    policy: tuple[Text, ...]
    capacity: tuple[Text, ...]
    user: tuple[Text, ...]
    outcome: tuple[Text, ...]

    def entries(self) -> Iterator[tuple[ReasonClass, int, str]]:
        """Each pattern with its class and its place there."""
        classes: tuple[tuple[ReasonClass, tuple[str, ...]], ...] = (
            ("policy", self.policy),
            ("capacity", self.capacity),
            ("user", self.user),
            ("outcome", self.outcome),
        )
        for name, patterns in classes:
            yield from ((name, place, pattern) for place, pattern in enumerate(patterns))


class WaitReasonsFile(Record):
    """`config/wait_reasons.yaml`."""

    source: Text
    classes: ClassPatterns


@dataclass(frozen=True)
class WaitReasons:
    """The class of each reason; `patterns` are folded to one case, the first that fits counts."""

    patterns: tuple[tuple[str, ReasonClass], ...]

    def class_of(self, reason: str | None) -> ReasonClass | None:
        """The class of a reason as Slurm prints it; None where it is unknown.

        What follows the name does not count: `ReqNodeNotAvail, UnavailableNodes:a1` is
        `ReqNodeNotAvail`.
        """
        name = reason_name(reason)
        if name is None:
            return None
        folded = name.casefold()
        fitting = (each for pattern, each in self.patterns if fnmatchcase(folded, pattern))
        return next(fitting, OTHER)

    def classes_of(self, reasons: Iterable[str | None]) -> dict[str, ReasonClass]:
        """The class of each distinct known reason, for `replace_strict` on a column of them."""
        classes = {reason: self.class_of(reason) for reason in reasons if reason is not None}
        return {reason: each for reason, each in classes.items() if each is not None}


def reason_name(reason: str | None) -> str | None:
    """Slurm's name of a reason without what it adds to it; None for an empty one."""
    head = _NAME_AT_HEAD.match((reason or "").strip())
    return (head[0] if head else "") or None


@cache
def load_wait_reasons() -> WaitReasons:
    """The classes that come with the program. Raises ConfigError with all faults of the file."""
    file = read_model(config_path("wait_reasons.yaml"), WaitReasonsFile, checks=reason_faults)
    entries = [(pattern.casefold(), each) for each, _, pattern in file.classes.entries()]
    return WaitReasons(tuple(sorted(entries, key=_narrowest_first)))


def _narrowest_first(entry: tuple[str, ReasonClass]) -> tuple[bool, int, str]:
    pattern, _ = entry
    return ("*" in pattern, -len(pattern), pattern)


def reason_faults(file: WaitReasonsFile) -> Iterator[Fault]:
    """Patterns that are no name of Slurm's, and patterns that stand twice."""
    seen: dict[str, str] = {}
    for name, place, pattern in file.classes.entries():
        loc = ("classes", name, place)
        if not _PATTERN.fullmatch(pattern):
            yield Fault(loc, f"{pattern!r} is no name of a reason. Write letters and `*`.")
        if first := seen.get(pattern.casefold()):
            yield Fault(loc, f"{pattern!r} again (first under {first}). Keep one.")
        seen.setdefault(pattern.casefold(), name)
