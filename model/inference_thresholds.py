"""What counts as GPU time that could be given to others: thresholds of the site."""

from typing import Annotated

from pydantic import Field

from model.origin import Record


class InferenceThresholds(Record):
    """What counts as reclaimable.

    A GPU must stand free, or held and unused, for `free_window_s` on end. So many GPUs of a pool
    stay free that no more than `late_share` of arrivals wait longer than `target_wait_s`.
    """

    free_window_s: Annotated[int, Field(gt=0)] = 7200
    """For how many seconds on end a GPU stands free, or held and unused, to count (7200)."""
    late_share: Annotated[float, Field(gt=0, le=1)] = 0.05
    """The share of arrivals that may wait longer than `target_wait_s` (0.05)."""
    target_wait_s: Annotated[int, Field(ge=0)] = 600
    """The wait, in seconds, for which head-room is kept (600)."""
