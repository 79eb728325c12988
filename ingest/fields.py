"""sacct's field names in every version, and what each may hold."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

_NAMES: Final = """
Account AdminComment AllocCPUS AllocGRES AllocNodes AllocTRES AssocID AveCPU AveCPUFreq
AveDiskRead AveDiskWrite AvePages AveRSS AveVMSize BlockID Cluster Comment Constraints
ConsumedEnergy ConsumedEnergyRaw Container CPUTime CPUTimeRAW DBIndex DerivedExitCode Elapsed
ElapsedRaw Eligible End ExitCode Extra FailedNode Flags GID Group JobID JobIDRaw JobName Layout
Licenses MaxDiskRead MaxDiskReadNode MaxDiskReadTask MaxDiskWrite MaxDiskWriteNode
MaxDiskWriteTask MaxPages MaxPagesNode MaxPagesTask MaxRSS MaxRSSNode MaxRSSTask MaxVMSize
MaxVMSizeNode MaxVMSizeTask McsLabel MinCPU MinCPUNode MinCPUTask NCPUS NNodes NodeList NTasks
Partition Planned PlannedCPU PlannedCPURAW Priority QOS QOSRAW QOSREQ Reason ReqCPUFreq
ReqCPUFreqGov ReqCPUFreqMax ReqCPUFreqMin ReqCPUS ReqGRES ReqMem ReqNodes ReqReserv
ReqReservation ReqTRES Reservation ReservationId Reserved ResvCPU ResvCPURAW Restarts SegmentSize
SLUID Start State StdErr StdErrExpanded StdIn StdInExpanded StdOut StdOutExpanded Submit
SubmitLine Suspended SystemComment SystemCPU Timelimit TimelimitRaw TotalCPU TRESUsageInAve
TRESUsageInMax TRESUsageInMaxNode TRESUsageInMaxTask TRESUsageInMin TRESUsageInMinNode
TRESUsageInMinTask TRESUsageInTot TRESUsageOutAve TRESUsageOutMax TRESUsageOutMaxNode
TRESUsageOutMaxTask TRESUsageOutMin TRESUsageOutMinNode TRESUsageOutMinTask TRESUsageOutTot UID
User UserCPU WCKey WCKeyID WorkDir
"""

CANONICAL: Final = {name.lower(): name for name in _NAMES.split()}
"""Every field of `sacct --helpformat` from 17.11 to 26.05, by its lower-case name."""

WANTED: Final = frozenset(
    [
        "JobID",
        "JobIDRaw",
        "Cluster",
        "User",
        "Account",
        "Partition",
        "QOS",
        "State",
        "Submit",
        "Eligible",
        "Start",
        "End",
        "Elapsed",
        "ElapsedRaw",
        "Suspended",
        "Timelimit",
        "TimelimitRaw",
        "AllocTRES",
        "ReqTRES",
        "AllocGRES",
        "ReqGRES",
        "AllocNodes",
        "NNodes",
        "AllocCPUS",
        "NCPUS",
        "NodeList",
        "Reason",
        "Reservation",
        "JobName",
        "Container",
        "ConsumedEnergyRaw",
    ]
)
"""The fields that the normal form is made of; no other column of a log is kept."""

FREE_TEXT: Final = frozenset(
    {
        "AdminComment",
        "Comment",
        "Constraints",
        "Container",
        "Extra",
        "JobName",
        "Licenses",
        "StdErr",
        "StdErrExpanded",
        "StdIn",
        "StdInExpanded",
        "StdOut",
        "StdOutExpanded",
        "SubmitLine",
        "SystemComment",
        "WorkDir",
    }
)
"""Fields in which people may write anything, delimiters and newlines included."""

USEFUL: Final = (
    "NodeList",
    "ReqTRES",
    "Eligible",
    "Timelimit",
    "Reason",
    "User",
    "Account",
    "Partition",
    "QOS",
    "JobName",
)
"""Fields without which a log is read, but something stays unknown."""

_WIDTH = re.compile(r"%-?\d+$")


def canonical(name: str) -> str:
    """Sacct's own spelling of a column name in any case, without its `%20` width."""
    bare = _WIDTH.sub("", name.strip())
    return CANONICAL.get(bare.lower(), bare)


def is_field(name: str) -> bool:
    """Whether some version of sacct has a field of this name."""
    return _WIDTH.sub("", name.strip()).lower() in CANONICAL


def missing_required(columns: Iterable[str]) -> list[str]:
    """What a log with these columns lacks to be read at all, in words."""
    have = set(columns)
    lacking = []
    if not have & {"JobIDRaw", "JobID"}:
        lacking.append("JobIDRaw")
    lacking += [name for name in ("Submit", "State", "Start") if name not in have]
    if not have & {"End", "Elapsed", "ElapsedRaw"}:
        lacking.append("End or ElapsedRaw")
    return lacking


def missing_useful(columns: Sequence[str]) -> tuple[str, ...]:
    """Useful fields that a log with these columns leaves unknown."""
    have = set(columns)
    if have & {"TimelimitRaw"}:
        have.add("Timelimit")
    if have & {"ReqGRES"}:
        have.add("ReqTRES")
    lacking = [name for name in USEFUL if name not in have]
    if not have & {"AllocTRES", "AllocGRES", "ReqGRES"}:
        lacking.insert(0, "AllocTRES")
    return tuple(lacking)
