"""What can go wrong, and the exit code that each kind of fault ends with."""

from typing import ClassVar


class PlimsollError(Exception):
    """A fault that a person can act on: what, where, and a hint."""

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        hint = f" Hint: {self.hint}" if self.hint else ""
        return f"{place}{self.what}{hint}"


class InputError(PlimsollError):
    """The call, the configuration or the input is wrong; nothing was written."""

    exit_code = 2


class UnavailableError(InputError):
    """What was asked does not answer now: asking again later may help."""


class ConfigError(InputError):
    """A configuration or registry file holds faults; `faults` lists all of them, one a line."""

    def __init__(self, faults: list[str], *, where: str | None = None) -> None:
        count = f"{len(faults)} fault{'s' if len(faults) != 1 else ''}"
        super().__init__(f"{count}\n" + "\n".join(f"  {fault}" for fault in faults), where=where)
        self.faults = faults


class StoreLockedError(PlimsollError):
    """Another ingest holds the store's writer lock."""

    exit_code = 4


class QuarantinedError(PlimsollError):
    """The work is done, but something was quarantined and `--strict` was given."""

    exit_code = 3
