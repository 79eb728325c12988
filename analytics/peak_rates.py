"""What machines can do at most, in one precision: by the makers' peaks in the catalogue."""

from collections.abc import Iterable
from dataclasses import dataclass

from model.gpus import Gpu
from model.machines import Machine
from model.performance import TERA, Performance, Precision
from model.registry import Registry


@dataclass(frozen=True)
class PeakRate:
    """The rate of the cards whose peak is known, and how many cards have none."""

    rate: Performance
    cards: int
    cards_unknown: int


def card_peak(card: Gpu, precision: Precision, *, sparse: bool) -> Performance | None:
    """A card's peak, None where it has none; 2:1 sparsity doubles what its tensor units do."""
    dense = getattr(card.peak_tflops_dense, precision, None)
    if dense is None:
        return None
    return Performance(dense * TERA * (2 if sparse else 1), precision, sparse)


def peak_rate(
    machines: Iterable[Machine], registry: Registry, *, precision: Precision, sparse: bool
) -> PeakRate:
    """The peak of some machines together; cards of an unknown model or peak are only counted."""
    total, cards, unknown = Performance(0, precision, sparse), 0, 0
    for machine in machines:
        named = sum(part.count for part in machine.components)
        unknown += (machine.gpus or 0) - named
        for part in machine.components:
            each = card_peak(registry.gpus[part.gpu], precision, sparse=sparse)
            if each is None:
                unknown += part.count
            else:
                total += each.times(part.count)
                cards += part.count
    return PeakRate(total, cards, unknown)
