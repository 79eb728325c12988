"""The numbers that slurmdbd's database keeps, as sacct prints them."""

from collections.abc import Mapping
from typing import Final

NO_VAL: Final = 4_294_967_294
INFINITE: Final = 4_294_967_295
_UNSET_COUNT: Final = 1 << 62
_BASE_STATE: Final = 0xFF

_STATES: Final = (
    "PENDING",
    "RUNNING",
    "SUSPENDED",
    "COMPLETED",
    "CANCELLED",
    "FAILED",
    "TIMEOUT",
    "NODE_FAIL",
    "PREEMPTED",
    "BOOT_FAIL",
    "DEADLINE",
    "OUT_OF_MEMORY",
)
_FLAGS: Final = (
    (1 << 15, "COMPLETING"),
    (1 << 23, "STAGE_OUT"),
    (1 << 14, "CONFIGURING"),
    (1 << 13, "RESIZING"),
    (1 << 10, "REQUEUED"),
    (1 << 20, "REQUEUE_FED"),
    (1 << 11, "REQUEUE_HOLD"),
    (1 << 12, "SPECIAL_EXIT"),
    (1 << 16, "STOPPED"),
    (1 << 19, "REVOKED"),
    (1 << 21, "RESV_DEL_HOLD"),
    (1 << 22, "SIGNALING"),
)
_REASONS: Final = {
    0: "None",
    1: "Priority",
    2: "Dependency",
    3: "Resources",
    4: "PartitionNodeLimit",
    5: "PartitionTimeLimit",
    6: "PartitionDown",
    7: "PartitionInactive",
    8: "JobHeldAdmin",
    9: "BeginTime",
    10: "Licenses",
    11: "AssociationJobLimit",
    12: "AssociationResourceLimit",
    13: "AssociationTimeLimit",
    14: "Reservation",
    15: "ReqNodeNotAvail",
    16: "JobHeldUser",
    19: "PartitionDown",
    20: "NodeDown",
    21: "BadConstraints",
    22: "SystemFailure",
    23: "JobLaunchFailure",
    24: "NonZeroExitCode",
    25: "TimeLimit",
    26: "InactiveLimit",
    27: "InvalidAccount",
    28: "InvalidQOS",
    29: "QOSUsageThreshold",
    30: "QOSJobLimit",
    31: "QOSResourceLimit",
    32: "QOSTimeLimit",
    35: "Cleaning",
    36: "Prolog",
    37: "QOSNotAllowed",
    38: "AccountNotAllowed",
    39: "DependencyNeverSatisfied",
    72: "JobArrayTaskLimit",
}
"""Reasons whose numbers were the same in every Slurm since 20.11; others stay unknown."""


def state_name(code: int) -> str | None:
    """A state as sacct prints it, its flag before its base; None for a number without a name."""
    for flag, name in _FLAGS:
        if code & flag:
            return name
    base = code & _BASE_STATE
    return _STATES[base] if base < len(_STATES) else None


def reason_name(code: int) -> str | None:
    """Why a job waited; None for a number whose name depends on the version."""
    return _REASONS.get(code)


def time_limit(minutes: int) -> str | None:
    """Minutes as text, UNLIMITED, or None where the partition's own limit was to hold."""
    if minutes == INFINITE:
        return "UNLIMITED"
    return None if minutes == NO_VAL else str(minutes)


def tres_names(text: str, names: Mapping[str, str]) -> tuple[str | None, str | None]:
    """`1=4,2=1000,1001=2` as `cpu=4,mem=1000M,gres/gpu=2`, and the energy in joules.

    Counts that are Slurm's "not known" are left out. The text is None where an id has no name:
    it may be a GPU.
    """
    entries = {}
    for entry in filter(None, text.split(",")):
        number, _, count = entry.partition("=")
        if number not in names:
            return None, None
        if count.isdecimal() and int(count) < _UNSET_COUNT:
            entries[names[number]] = f"{count}M" if names[number] == "mem" else count
    told = ",".join(f"{name}={count}" for name, count in entries.items())
    return told, entries.get("energy")


def task_ranges(bitmap: str) -> str:
    """The tasks of a folded array as sacct prints them: `0x7E` is `1-6`."""
    if not bitmap.lower().startswith("0x"):
        return bitmap
    bits = int(bitmap, 16)
    tasks = [task for task in range(bits.bit_length()) if bits >> task & 1]
    runs: list[list[int]] = []
    for task in tasks:
        if runs and runs[-1][1] == task - 1:
            runs[-1][1] = task
        else:
            runs.append([task, task])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
