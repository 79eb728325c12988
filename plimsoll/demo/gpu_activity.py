"""How the jobs of the synthetic estate work their GPUs: activity, memory and power over time."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_NEVER_TOUCHED_SHARE: Final = 0.06
_SERVICES: Final = ("vllm", "triton", "tgi")
_SESSIONS: Final = ("jupyter", "notebook", "ood-", "interactive", "vscode", "spawner")
_HOUR_S: Final = 3_600


@dataclass(frozen=True)
class Card:
    """A card as dcgm-exporter names it, with its memory (MiB) and its power (W)."""

    name: str
    memory_mb: int
    idle_w: float
    full_w: float


@dataclass(frozen=True)
class Readings:
    """What one GPU reported at each moment: SM and DRAM activity (0 to 1), memory, power."""

    sm: Floats
    dram: Floats
    memory_mb: Floats
    power_w: Floats

    def put(self, place: slice, other: "Readings") -> None:
        """Write other readings over those of some moments."""
        self.sm[place], self.dram[place] = other.sm, other.dram
        self.memory_mb[place], self.power_w[place] = other.memory_mb, other.power_w


def idle(card: Card, count: int) -> Readings:
    """A GPU that nobody holds, for so many moments."""
    return Readings(
        np.zeros(count), np.zeros(count), np.full(count, 3.0), np.full(count, card.idle_w)
    )


def working(name: str, card: Card, moments: Ints, rng: np.random.Generator) -> Readings:
    """A GPU while a job of that name holds it; the same generator state gives the same readings."""
    if rng.random() < _NEVER_TOUCHED_SHARE:
        return idle(card, len(moments))
    if name.startswith(_SERVICES):
        return _service(card, moments, rng)
    if name.startswith(_SESSIONS):
        return _session(card, moments, rng)
    return _batch(card, len(moments), rng)


def _service(card: Card, moments: Ints, rng: np.random.Generator) -> Readings:
    """A model stays in memory; requests come by day; decoding waits for memory."""
    by_day = 1 + np.cos((moments // _HOUR_S % 24 - 14) * np.pi / 12)
    asked = rng.random(len(moments)) < 0.15 + 0.3 * by_day
    sm = np.where(asked, rng.uniform(0.01, 0.16, len(moments)) * by_day, 0.0)
    return _readings(card, sm, dram=2.2 * sm, memory_share=0.82)


def _session(card: Card, moments: Ints, rng: np.random.Generator) -> Readings:
    """Somebody thinks for most of the time, with data on the card."""
    runs = rng.random(len(moments)) < 0.18  # noqa: PLR2004
    sm = np.where(runs, rng.uniform(0.05, 0.6, len(moments)), 0.0)
    return _readings(card, sm, dram=0.5 * sm, memory_share=rng.uniform(0.05, 0.3))


def _batch(card: Card, count: int, rng: np.random.Generator) -> Readings:
    """Steady work at the job's own efficiency, with pauses for data and checkpoints."""
    efficiency = rng.beta(4.5, 2.2)
    pauses = rng.random(count) < 0.06  # noqa: PLR2004
    sm = np.where(pauses, 0.0, efficiency + rng.normal(0, 0.04, count))
    return _readings(card, sm, dram=0.55 * sm, memory_share=rng.uniform(0.2, 0.9))


def _readings(card: Card, sm: Floats, *, dram: Floats, memory_share: float) -> Readings:
    sm, dram = np.clip(sm, 0, 1), np.clip(dram, 0, 1)
    power = card.idle_w + np.maximum(sm, 0.4 * dram) * (card.full_w - card.idle_w)
    return Readings(sm, dram, np.full(len(sm), memory_share * card.memory_mb), power)
