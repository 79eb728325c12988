"""Jobs in parts that never change, so that sums of a part need be reckoned but once.

The facts lie by month of submission. What is summed over the jobs of a month stays what it is until
a log brings rows of that month again; then its files are others, and so is the plan that reads
them. A sum is therefore kept under a digest of the plan of its part, of all else that it depends
on, and of the code that reckons it: see `fingerprint`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, Protocol

import polars as pl

from analytics.fingerprint import fingerprint

Frames = Sequence[pl.DataFrame]


class Kept(Protocol):
    """Where frames are kept under a digest; it may forget any of them at any time."""

    def read(self, digest: str) -> Frames | None:
        """What was written under the digest, None if nothing is."""

    def write(self, digest: str, frames: Frames) -> None:
        """Keep frames under the digest."""


@dataclass(frozen=True)
class Part:
    """Some of the jobs: no column of theirs tells of a moment before `first_s` or after `last_s`.

    Either is None where that is not known.
    """

    frame: pl.LazyFrame
    rows: int
    first_s: int | None = None
    last_s: int | None = None

    @cached_property
    def fingerprint(self) -> str:
        """What the rows are: the files that they are read from, and all that is done to them."""
        return fingerprint(self.frame)

    def touches(self, begin_s: int, end_s: int) -> bool:
        """Whether any of the jobs may have to do with the time from `begin_s` to `end_s`."""
        begun = self.first_s is None or self.first_s <= end_s
        return begun and (self.last_s is None or self.last_s >= begin_s)

    def within(self, begin_s: int, end_s: int) -> tuple[int, int]:
        """What of a stretch of time [begin_s, end_s) any of the jobs may have to do with."""
        first_s = begin_s if self.first_s is None else max(begin_s, self.first_s)
        return first_s, end_s if self.last_s is None else min(end_s, self.last_s + 1)


@dataclass(frozen=True)
class Parted:
    """Rows of jobs in parts, and as a `whole`; what is done to them is done to every part.

    It stands in for a LazyFrame: what gives rows of jobs gives Parted, what gives anything
    else (`select`, `group_by`) is asked of the whole.
    """

    whole: pl.LazyFrame
    parts: tuple[Part, ...]
    kept: Kept | None = None

    def map(self, change: Callable[[pl.LazyFrame], pl.LazyFrame]) -> "Parted":
        """The jobs with a change that looks at each row alone."""
        parts = tuple(replace(part, frame=change(part.frame)) for part in self.parts)
        return replace(self, whole=change(self.whole), parts=parts)

    def filter(self, *conditions: Any) -> "Parted":
        """The jobs of which the conditions hold."""
        return self.map(lambda frame: frame.filter(*conditions))

    def with_columns(self, *columns: Any, **named: Any) -> "Parted":
        """The jobs with further columns, each told by its own row."""
        return self.map(lambda frame: frame.with_columns(*columns, **named))

    def join(self, other: pl.LazyFrame, **how: Any) -> "Parted":
        """The jobs with what another frame says of them."""
        return self.map(lambda frame: frame.join(other, **how))

    def drop(self, *columns: str) -> "Parted":
        """The jobs without some columns."""
        return self.map(lambda frame: frame.drop(*columns))

    def clear(self) -> "Parted":
        """None of the jobs, with the same columns."""
        return replace(self, whole=self.whole.clear(), parts=())

    def select(self, *columns: Any, **named: Any) -> pl.LazyFrame:
        """Columns of all jobs."""
        return self.whole.select(*columns, **named)

    def group_by(self, *keys: Any, **named: Any) -> Any:
        """All jobs, to be summed up."""
        return self.whole.group_by(*keys, **named)

    def collect_schema(self) -> pl.Schema:
        """The columns of the jobs."""
        return self.whole.collect_schema()

    def touching(self, begin_s: int, end_s: int) -> "Parted":
        """The parts that may have to do with a stretch of time, and with them the whole."""
        parts = tuple(part for part in self.parts if part.touches(begin_s, end_s))
        if len(parts) == len(self.parts):
            return self
        frames = [part.frame for part in parts]
        return replace(self, whole=pl.concat(frames) if frames else self.whole.clear(), parts=parts)


Rows = pl.LazyFrame | Parted


def lazy(jobs: Rows) -> pl.LazyFrame:
    """All jobs as one frame."""
    return jobs.whole if isinstance(jobs, Parted) else jobs


def touching(jobs: Rows, begin_s: int, end_s: int) -> Rows:
    """The jobs, without the parts that tell of no moment in a stretch of time."""
    return jobs.touching(begin_s, end_s) if isinstance(jobs, Parted) else jobs


def parts_of(jobs: Rows) -> tuple[Part, ...]:
    """The parts of jobs, at least one; jobs that are not parted are one, of unknown size."""
    if not isinstance(jobs, Parted):
        return (Part(jobs, rows=-1),)
    return jobs.parts or (Part(jobs.whole.clear(), rows=0),)


def of_part(
    jobs: Rows, part: Part, what: str, make: Callable[[Part], Frames], *depends: object
) -> Frames:
    """What `make` gives of a part of the jobs; what was kept of it, if it was made before.

    It must depend on the part's rows, on `depends` and on nothing else; `what` names it. Of jobs
    that are not parted nothing is kept.
    """
    kept = jobs.kept if isinstance(jobs, Parted) else None
    return make(part) if kept is None else _kept(kept, partial(make, part), what, part, *depends)


def of_each(
    jobs: Rows, what: str, make: Callable[[Part], Frames], *depends: object
) -> Iterator[Frames]:
    """`of_part` for each part of the jobs."""
    for part in parts_of(jobs):
        yield of_part(jobs, part, what, make, *depends)


def of_all(jobs: Rows, what: str, make: Callable[[], Frames], *depends: object) -> Frames:
    """What `make` gives of all the jobs; what was kept of it, if it was made before."""
    if not isinstance(jobs, Parted) or jobs.kept is None:
        return make()
    return _kept(jobs.kept, make, what, jobs.parts, *depends)


def _kept(kept: Kept, make: Callable[[], Frames], *depends: object) -> Frames:
    digest = fingerprint(*depends)
    found = kept.read(digest)
    if found is None:
        found = make()
        kept.write(digest, found)
    return found


def distinct(jobs: Rows, *columns: str) -> pl.DataFrame:
    """The distinct values of some columns of all jobs, sorted."""

    def of_part(part: Part) -> Frames:
        return [part.frame.select(columns).unique().collect(engine="streaming")]

    parts = [frame for (frame,) in of_each(jobs, f"distinct {columns}", of_part)]
    return pl.concat(parts).unique().sort(columns)
