"""`sreport -P cluster AccountUtilizationByUser`, read exactly or refused."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from model.errors import InputError

USAGE_SCHEMA: Final = pl.Schema(
    {
        "cluster": pl.String(),
        "account": pl.String(),
        "depth": pl.Int64(),
        "user": pl.String(),
        "gpu_s": pl.Int64(),
    }
)

_GPU: Final = "gres/gpu"
_UNITS: Final = {"Seconds": 1, "Minutes": 60, "Hours": 3600}
_TITLE: Final = re.compile(
    r"Cluster/Account/User Utilization (?P<begin>\S+) - (?P<end>\S+) \((?P<seconds>\d+) secs\)"
)
_UNIT: Final = re.compile(r"Usage reported in (?:TRES|CPU) (?P<unit>[A-Z][a-z]+)")
_HEADER: Final = "Cluster|Account|Login|Proper Name|TRES Name|Used"
_USED: Final = re.compile(r"(?P<amount>\d+)(?:\(\d+(?:\.\d+)?%\))?")
_ADVICE: Final = (
    "sreport -P cluster AccountUtilizationByUser tree -t Seconds --tres=gres/gpu "
    "start=2026-05-01 end=2026-06-01"
)
_ISO: Final = "%Y-%m-%dT%H:%M:%S"


@dataclass(frozen=True)
class SreportUsage:
    """GPU usage of accounts and users over [begin, end), in the order of the report.

    `rows` has USAGE_SCHEMA: `user` is null in a row of an account, which contains its users and
    its child accounts; `depth` is the nesting of the account where the report shows it, else 0
    throughout. `unit_s` is what figures were rounded to, in seconds.
    """

    begin: datetime
    end: datetime
    unit_s: int
    rows: pl.DataFrame

    @property
    def clusters(self) -> list[str]:
        """The clusters that the report speaks of."""
        return self.rows["cluster"].unique(maintain_order=True).to_list()

    @property
    def shows_nesting(self) -> bool:
        """Whether child accounts stand indented under their parents (`sreport ... tree`)."""
        return bool((self.rows["depth"] > 0).any())


def read_sreport(path: Path, *, timezone: str) -> SreportUsage:
    """The report in a file, whose times are in `timezone`.

    Raises:
        InputError: for what is no such report, one of fixed width or without GPUs.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as fault:
        raise InputError(f"cannot read it: {fault.strerror}", where=str(path)) from None
    return parse_sreport(text, timezone=timezone, where=str(path))


def parse_sreport(text: str, *, timezone: str, where: str = "sreport") -> SreportUsage:
    """The report in a text: see `read_sreport`."""
    lines = text.splitlines()
    title = next(filter(None, map(_TITLE.match, lines)), None)
    if title is None:
        raise _refused("this is no report of AccountUtilizationByUser", where)
    unit = next((found["unit"] for found in map(_UNIT.match, lines) if found), None)
    if unit not in _UNITS:
        raise _refused(f"its unit is {unit or 'not stated'}", where)
    if _HEADER not in lines:
        lacks = "columns separated by | (-P) and a TRES (--tres=gres/gpu)"
        raise _refused(f"it does not have {lacks}", where)
    first = lines.index(_HEADER) + 1
    return SreportUsage(
        *_window(title, timezone, where),
        unit_s=_UNITS[unit],
        rows=_rows(lines[first:], first + 1, _UNITS[unit], where),
    )


def _refused(what: str, where: str) -> InputError:
    return InputError(what, where=where, hint=f"run `{_ADVICE}`.")


def _window(title: re.Match[str], timezone: str, where: str) -> tuple[datetime, datetime]:
    """The window in UTC: its seconds are stated, so only its beginning needs the time zone."""
    try:
        local = datetime.strptime(title["begin"], _ISO).replace(tzinfo=ZoneInfo(timezone))
    except ValueError:
        raise _refused(f"its window begins at {title['begin']!r}", where) from None
    begin = local.astimezone(UTC)
    return begin, begin + timedelta(seconds=int(title["seconds"]))


def _rows(lines: list[str], first: int, unit_s: int, where: str) -> pl.DataFrame:
    rows = [
        row
        for number, line in enumerate(lines, start=first)
        if line and (row := _row(line, unit_s, f"{where}, line {number}"))
    ]
    if not rows:
        raise _refused("it has no rows of gres/gpu", where)
    return pl.DataFrame(rows, schema=USAGE_SCHEMA, orient="row")


def _row(line: str, unit_s: int, where: str) -> tuple[str, str, int, str | None, int] | None:
    """One row, or None for another TRES; a proper name may itself hold the separator."""
    cells = line.split("|")
    if len(cells) < _HEADER.count("|") + 1:
        raise _refused(f"{line[:60]!r} is cut off", where)
    cluster, account, user, *_, tres, used = cells
    if tres != _GPU:
        return None
    amount = _USED.fullmatch(used)
    if amount is None:
        raise _refused(f"{used[:40]!r} is no amount", where)
    name = account.lstrip(" ")
    depth = len(account) - len(name)
    return cluster, name, depth, user or None, int(amount["amount"]) * unit_s
