"""Which state a second of an allocated GPU is in, by the class that its device tells."""

from collections.abc import Mapping
from typing import Final

from model.gpu_states import CLASSES, NO_ACTIVITY, UNSEEN

STATE_OF_CLASS: Final[Mapping[str, str]] = {
    "a": "allocated_unused",
    "b": "model_loaded_idle",
    "e": "model_loaded_idle",
    "c": "low",
    "d": "low",
    "f": "low",
    "g": "low",
    "k": "ineffective",
    "l": "partial",
    "m": "effective",
    "h": "active",
    "i": "active",
    "j": "active",
    NO_ACTIVITY: "no_data",
    UNSEEN: "no_data",
}
"""The state of an allocated second by its class (ADR 7)."""

BUSIEST_FIRST: Final = "mlkjihgefdbcn-a"
"""The order in which a node's devices are taken to be the allocated ones.

Slurm does not say which of a node's GPUs a job holds. Work comes first, then held memory, then
what is not known; last what shows neither work nor memory.
"""

UNUSED: Final = "a"
"""The class of an allocated second that nothing uses."""

COLUMN_OF: Final[Mapping[str, str]] = {each.letter: each.column for each in CLASSES}
"""The column of GPU_SAMPLES with the seconds of a class; the unseen ones have none."""

CLASS_COLUMNS: Final = tuple(COLUMN_OF.values())

COVERED: Final = tuple(column for letter, column in COLUMN_OF.items() if letter != NO_ACTIVITY)
"""The columns of seconds whose activity is known."""

TELEMETRY_STATES: Final = tuple(
    state for state in dict.fromkeys(STATE_OF_CLASS.values()) if state != "no_data"
)
"""The states that only telemetry can tell."""


def columns_of_state(state: str) -> tuple[str, ...]:
    """The class columns whose seconds are in a state."""
    return tuple(column for letter, column in COLUMN_OF.items() if STATE_OF_CLASS[letter] == state)
