"""How a second of a GPU's time is classed by what the device alone tells.

A class is finer than a state: which of the states `free`, `allocated_unused`,
`model_loaded_idle`, `low`, ... a second belongs to needs the allocation too. Thresholds after
NVIDIA DCGM (SM_ACTIVE under 0.5 "likely ineffective", 0.8 "necessary") and published bands of
occupancy (5, 15, 50 %).
"""

from dataclasses import dataclass
from typing import Final

UNSEEN: Final = "-"
"""The letter of seconds about which no sample says anything."""

NO_ACTIVITY: Final = "n"
"""The letter of seconds in which the device was seen, but not how active it was."""

LOADED_MB: Final = 1024.0
"""Device memory in use, in MiB, from which something counts as loaded."""


@dataclass(frozen=True)
class SecondsClass:
    """One class of seconds: its letter in a timeline and its column in the table."""

    letter: str
    column: str
    meaning: str


CLASSES: Final = (
    SecondsClass(NO_ACTIVITY, "no_data_s", "seen, activity unknown (MIG, [N/A], NaN)"),
    SecondsClass("a", "zero_memory_low_s", "activity 0, memory under 1 GB"),
    SecondsClass("b", "zero_memory_high_s", "activity 0, memory 1 GB or more"),
    SecondsClass("c", "zero_memory_unknown_s", "activity 0, memory unknown"),
    SecondsClass("d", "under_5_memory_low_s", "activity above 0, under 5 %, memory under 1 GB"),
    SecondsClass("e", "under_5_memory_high_s", "activity above 0, under 5 %, memory 1 GB or more"),
    SecondsClass("f", "under_5_memory_unknown_s", "activity above 0, under 5 %, memory unknown"),
    SecondsClass("g", "under_15_s", "activity 5 to 15 %"),
    SecondsClass("h", "util_under_50_s", "GPU_UTIL alone, 15 to 50 %"),
    SecondsClass("i", "util_under_80_s", "GPU_UTIL alone, 50 to 80 %"),
    SecondsClass("j", "util_80_up_s", "GPU_UTIL alone, 80 % or more"),
    SecondsClass("k", "sm_under_50_s", "SM_ACTIVE 15 to 50 %"),
    SecondsClass("l", "sm_under_80_s", "SM_ACTIVE 50 to 80 %"),
    SecondsClass("m", "sm_80_up_s", "SM_ACTIVE 80 % or more"),
)
"""Every class in the order of its letter; with the unseen seconds they fill an hour."""

UNDER_5: Final = 0.05
UNDER_15: Final = 0.15
UNDER_50: Final = 0.5
UNDER_80: Final = 0.8
"""The upper ends of the bands, as shares of the time."""
