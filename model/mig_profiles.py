"""What parts a card can be cut into, smallest first, and what each one holds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from model.gpus import Gpu, GpuCatalogue

_PROFILE: Final = re.compile(r"(?P<slices>\d)g\.(?P<memory>\d+)gb")
_MIB_A_GB: Final = 1e9 / 2**20


@dataclass(frozen=True)
class MigProfile:
    """One profile of a card: `share` is the part of the card that it takes.

    `compute` is its part of the compute slices. `memory_mb` is what its name says, in MiB, read
    as 10^9 bytes a GB, which is less than an instance really has. A profile takes the greater of
    its parts of compute and of memory: so many of it go into a card.
    """

    name: str
    share: float
    compute: float
    memory_mb: float


MigProfiles = Mapping[str, tuple[MigProfile, ...]]
"""By catalogue id, smallest first; empty for a card that cannot be cut."""


def mig_profiles(catalogue: GpuCatalogue) -> MigProfiles:
    """The profiles of each card; one whose profiles are not known is left out."""
    cards = [catalogue[gpu_id] for gpu_id in catalogue]
    cut = {card.id for card in cards if card.mig}
    return {
        card.id: _profiles_of(card)
        for card in cards
        if (card.mig.profiles if card.mig else cut.isdisjoint(card.variants))
    }


def _profiles_of(card: Gpu) -> tuple[MigProfile, ...]:
    if card.mig is None:
        return ()
    sizes = {
        name: (int(found["slices"]), int(found["memory"]))
        for name in card.mig.profiles
        if (found := _PROFILE.fullmatch(name))
    }
    whole_gb = max(memory for _, memory in sizes.values())
    profiles = [
        MigProfile(
            name=name,
            share=max(slices / card.mig.slices, memory / whole_gb),
            compute=slices / card.mig.slices,
            memory_mb=memory * _MIB_A_GB,
        )
        for name, (slices, memory) in sizes.items()
    ]
    return tuple(sorted(profiles, key=lambda each: (each.share, each.memory_mb)))
