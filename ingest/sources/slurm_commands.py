"""The argument lists of Slurm's own commands for each feed, windows filled in."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from ingest.advice import UNIT_SEPARATOR, sacct_fields
from ingest.sources.base import Ask

ENVIRONMENT: Final = {"TZ": "UTC", "SLURM_TIME_FORMAT": "%s"}
"""Windows are said in UTC and times come as epochs, whatever zone the cluster keeps."""

START: Final = "{start}"
END: Final = "{end}"

_SACCT: Final = ("-a", "-D", "-P", f"--delimiter={UNIT_SEPARATOR}")
_DEFAULTS: Final = {
    "jobs": ("sacct",),
    "nodes": ("scontrol", "show", "node"),
    "events": (
        "sacctmgr",
        "-P",
        "show",
        "event",
        f"Start={START}",
        f"End={END}",
        "format=Cluster,NodeName,TimeStart,TimeEnd,State,Reason,User",
    ),
    "awards": (
        "sacctmgr",
        "-P",
        "show",
        "assoc",
        "format=Cluster,Account,User,ParentName,GrpTRESMins,QOS",
    ),
}


class SlurmCommand:
    """The command of one source. `sacct` alone is given every argument that is of use."""

    def __init__(self, feed: str, command: Sequence[str] | None) -> None:
        self._command = tuple(command or _DEFAULTS[feed])
        self._advised = feed == "jobs" and len(self._command) == 1
        self._version: tuple[int, int] | None = None

    @property
    def program(self) -> str:
        """The program that is called."""
        return self._command[0]

    @property
    def windowed(self) -> bool:
        """Whether the command is asked for a window."""
        return self._advised or any(START in part or END in part for part in self._command)

    @property
    def asks_by_id(self) -> bool:
        """Whether jobs can be asked for by id."""
        return self._advised

    def arguments(self, ask: Ask) -> list[str]:
        """The whole argument list of one question."""
        begin, end = (_utc(moment) for moment in ask.window) if ask.window else ("", "")
        if not self._advised:
            return [part.replace(START, begin).replace(END, end) for part in self._command]
        about = ["-S", begin, "-E", end] if ask.window else ["-j", _joined(ask.job_ids)]
        fields = ",".join(sacct_fields(self._version))
        return [*self._command, *_SACCT, *about, "-o", fields]

    def lacks_newer_fields(self, said: str) -> bool:
        """Whether sacct refused a field that older ones lack; it is left out from then on."""
        if self._version or not self._advised or "Invalid field requested" not in said:
            return False
        self._version = (20, 11)
        return True


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _joined(ids: Sequence[int]) -> str:
    return ",".join(map(str, ids))
