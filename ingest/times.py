"""Moments and durations as Slurm prints them, whole columns at a time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl

from model.schemas import UTC_US

UNKNOWN_WORDS: Final = ("Unknown", "None", "N/A", "0", "NONE", "UNKNOWN", "(null)", "Invalid")
"""What stands in a time column where there is no time."""

NEVER_S: Final = 4_294_967_294
"""Epochs from here on are Slurm's NO_VAL and INFINITE, not moments."""

_ISO = "%Y-%m-%dT%H:%M:%S"
_US = 1_000_000
_DAY_S = 86_400
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_PLAIN, _DOUBLED, _SKIPPED = 0, 1, 2

_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(_LAST_YEAR, 1, 1, tzinfo=UTC)

Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Moments:
    """A column of times: `utc` (null where unknown), `latest` the other reading of an hour that
    daylight saving doubles (null elsewhere), `bad` what could not be read, `shifted` how many
    stood in an hour that daylight saving skips.
    """

    utc: pl.Series
    latest: pl.Series | None
    bad: pl.Series
    shifted: int

    @property
    def ambiguous(self) -> int:
        """How many stood in an hour that daylight saving doubles."""
        return 0 if self.latest is None else self.latest.len() - self.latest.null_count()


@dataclass(frozen=True)
class _LocalHours:
    """The offsets of a zone by local time: segment i begins at `edges[i - 1]` (local µs)."""

    edges: Int64s
    offsets: Int64s
    later_offsets: Int64s
    kinds: npt.NDArray[np.int8]


def moments(column: pl.Series, zone: str) -> Moments:
    """Read a column of local times, epochs or times with an offset.

    Unknown words and zero are null; an hour that daylight saving doubles is read as the earlier
    one, one that it skips as an hour later.
    """
    naive = column.str.to_datetime(_ISO, time_unit="us", strict=False, cache=False)
    utc, latest, shifted = _localised(naive, zone)
    bad = _none_of(column)
    if naive.null_count() != column.null_count():
        left = naive.is_null() & column.is_not_null() & ~column.is_in(UNKNOWN_WORDS)
        text = column.filter(left)
        read = _other_forms(text)
        never = (text.str.to_integer(strict=False) >= NEVER_S).fill_null(value=False)
        bad = bad.scatter(left.arg_true(), read.is_null() & ~never)
        utc = utc.scatter(left.arg_true(), read)
    absurd = ~utc.is_between(_FIRST, _LAST).fill_null(value=True)
    if absurd.any():
        utc, bad = utc.set(absurd, None), bad | absurd
    return Moments(utc, latest, bad, shifted)


def seconds(column: pl.Series) -> pl.Series:
    """Read durations: `D-HH:MM:SS`, `HH:MM:SS`, `MM:SS`, each with or without fractions, or
    plain seconds. What is none of these is null.
    """
    plain = column.str.contains(r"^(?:\d+-)?\d+:\d\d:\d\d$")
    if plain.all():
        return _clock_seconds(column)
    parts = column.str.extract_groups(
        r"^(?:(?P<d>\d+)-)?(?:(?P<h>\d+):)?(?:(?P<m>\d+):)(?P<s>\d+)(?:\.\d+)?$"
    )
    fields = parts.struct.unnest().select(pl.all().cast(pl.Int64, strict=False))
    clocked = fields.select(
        pl.col("d").fill_null(0) * _DAY_S
        + pl.col("h").fill_null(0) * 3600
        + pl.col("m") * 60
        + pl.col("s")
    ).to_series()
    return clocked.fill_null(column.cast(pl.Int64, strict=False)).rename(column.name)


def _clock_seconds(column: pl.Series) -> pl.Series:
    frame = column.alias("t").to_frame()
    clock = pl.col("t")
    hours = clock.str.head(-6)
    day_hours = hours.str.splitn("-", 2)
    return frame.select(
        (
            pl.when(hours.str.contains("-", literal=True))
            .then(
                day_hours.struct[0].cast(pl.Int64, strict=False) * _DAY_S
                + day_hours.struct[1].cast(pl.Int64, strict=False) * 3600
            )
            .otherwise(hours.cast(pl.Int64, strict=False) * 3600)
            + clock.str.slice(-5, 2).cast(pl.Int64, strict=False) * 60
            + clock.str.tail(2).cast(pl.Int64, strict=False)
        ).alias(column.name)
    ).to_series()


def _other_forms(text: pl.Series) -> pl.Series:
    epoch = text.str.to_integer(strict=False)
    epoch = epoch.set((epoch <= 0) | (epoch >= NEVER_S), None)
    read = (epoch * _US).cast(UTC_US)
    for form in ("%Y-%m-%dT%H:%M:%S%:z", "%Y-%m-%dT%H:%M:%S%z"):
        if read.null_count() == text.null_count():
            break
        offset = text.str.replace(r"Z$", "+00:00").str.to_datetime(
            form, time_unit="us", time_zone="UTC", strict=False, cache=False
        )
        read = read.fill_null(offset)
    return read


def _none_of(column: pl.Series) -> pl.Series:
    return pl.repeat(False, column.len(), dtype=pl.Boolean, eager=True)


def _localised(naive: pl.Series, zone: str) -> tuple[pl.Series, pl.Series | None, int]:
    if zone == "UTC":
        return naive.dt.replace_time_zone("UTC"), None, 0
    hours = _local_hours(zone)
    known = naive.is_not_null()
    local = naive.to_physical().fill_null(0).to_numpy()
    segment = np.searchsorted(hours.edges, local, side="right")
    utc = pl.Series(naive.name, local - hours.offsets[segment]).cast(UTC_US)
    utc = utc.set(~known, None)
    kinds = hours.kinds[segment]
    if not kinds.any():
        return utc, None, 0
    doubled = pl.Series(kinds == _DOUBLED) & known
    later = pl.Series(naive.name, local - hours.later_offsets[segment]).cast(UTC_US)
    shifted = int((pl.Series(kinds == _SKIPPED) & known).sum())
    return utc, later.set(~doubled, None) if doubled.any() else None, shifted


@lru_cache(maxsize=8)
def _local_hours(zone: str) -> _LocalHours:
    edges: list[int] = []
    first = _offset_s(zone, int(datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp()))
    offsets, later, kinds = [first], [first], [_PLAIN]
    for moment, before, after in _transitions(zone):
        low, high = sorted((moment + before, moment + after))
        edges += [low * _US, high * _US]
        offsets += [before, after]
        later += [after, after]
        kinds += [_DOUBLED if after < before else _SKIPPED, _PLAIN]
    return _LocalHours(
        edges=np.array(edges, np.int64),
        offsets=np.array(offsets, np.int64) * _US,
        later_offsets=np.array(later, np.int64) * _US,
        kinds=np.array(kinds, np.int8),
    )


def _transitions(zone: str) -> list[tuple[int, int, int]]:
    """Each change of a zone's offset: the moment (epoch seconds), offset before and after."""
    begin = int(datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp())
    end = int(datetime(_LAST_YEAR, 1, 1, tzinfo=UTC).timestamp())
    found = []
    step = 7 * _DAY_S
    before = _offset_s(zone, begin)
    for week in range(begin, end, step):
        after = _offset_s(zone, week + step)
        if after != before:
            found.append((_change(zone, week, week + step, before), before, after))
            before = after
    return found


def _change(zone: str, low: int, high: int, before: int) -> int:
    """The first second after `low`, up to `high`, at which the offset is not what it was."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset_s(zone, middle) == before else (low, middle)
    return high


def _offset_s(zone: str, epoch_s: int) -> int:
    offset = datetime.fromtimestamp(epoch_s, ZoneInfo(zone)).utcoffset() or timedelta()
    return int(offset.total_seconds())
