"""Generic resources as `scontrol show node` prints them: `gpu:a100:4(S:0-3),shard:8`."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

_PLACEMENT: Final = re.compile(r"\((?:S|IDX|CNT):[^)]*\)")
_MULTIPLIERS: Final = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_COUNT: Final = re.compile(r"(\d+)([KMGT]?)", re.IGNORECASE)
_NO_TYPE: Final = {"", "(null)", "no_consume"}
_TRES_PREFIX: Final = "gres/gpu"


class GresError(ValueError):
    """A GPU entry whose count cannot be read."""


@dataclass(frozen=True)
class Gpus:
    """The GPUs of a node: their number, and how many of each of Slurm's own types."""

    count: int = 0
    types: dict[str, int] = field(default_factory=dict)

    @property
    def types_text(self) -> str:
        """`a100:4,t4:1`, sorted; empty where no type is known."""
        return ",".join(f"{name}:{self.types[name]}" for name in sorted(self.types))


def gpus_of_gres(text: str) -> Gpus | None:
    """The GPUs of a `Gres=` value; None where it names none, GresError where one is unreadable.

    Entries add up: `gpu:a100:2(S:0),gpu:a100:2(S:1)` are four A100. Shards and MPS are no GPUs.
    """
    entries = [entry.split(":") for entry in _PLACEMENT.sub("", text).split(",")]
    gpus = [_gpu_entry(parts) for parts in entries if parts[0].strip() == "gpu"]
    if not gpus:
        return None
    types: Counter[str] = Counter()
    for name, count in gpus:
        if name:
            types[name] += count
    return Gpus(sum(count for _, count in gpus), dict(types))


def gpus_of_tres(text: str) -> Gpus | None:
    """The GPUs of a `CfgTRES=` value: the untyped total where present, else the typed sum."""
    total, types = None, {}
    for entry in text.split(","):
        name, _, count = entry.partition("=")
        if name == _TRES_PREFIX:
            total = _count(count, entry)
        elif name.startswith(f"{_TRES_PREFIX}:"):
            types[name.removeprefix(f"{_TRES_PREFIX}:")] = _count(count, entry)
    if total is None and not types:
        return None
    return Gpus(sum(types.values()) if total is None else total, types)


def _gpu_entry(parts: list[str]) -> tuple[str, int]:
    """Type and count of `gpu`, `gpu:4`, `gpu:a100:4` or `gpu:a100:no_consume:4`."""
    entry = ":".join(parts)
    counted = len(parts) > 1 and _COUNT.fullmatch(parts[-1]) is not None
    names = [part for part in parts[1 : -1 if counted else None] if part not in _NO_TYPE]
    if len(names) > 1 or (names and not counted and len(parts) != 2):  # noqa: PLR2004
        raise GresError(entry)
    return (names[0] if names else "", _count(parts[-1], entry) if counted else 1)


def _count(text: str, entry: str) -> int:
    match = _COUNT.fullmatch(text)
    if match is None:
        raise GresError(entry)
    return int(match[1]) * _MULTIPLIERS[match[2].upper()]
