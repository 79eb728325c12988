"""Where and when there is telemetry at all: only what touches it has to be looked at."""

from dataclasses import dataclass

import polars as pl

from analytics.calendar import Calendar
from analytics.device_hours import HOUR_S
from analytics.parted import Frames, Part, Rows, lazy, of_each, touching


@dataclass(frozen=True)
class Reach:
    """The clusters with samples, and the seconds [begin_s, end_s) that their hours cover."""

    clusters: tuple[str, ...]
    begin_s: int
    end_s: int

    def touched_by(self, jobs: Rows) -> Rows:
        """The jobs that held anything there and then."""
        start_s, until_s = pl.col("start").dt.epoch("s"), pl.col("held_until").dt.epoch("s")
        return touching(jobs, self.begin_s, self.end_s).filter(
            pl.col("cluster").is_in(self.clusters), start_s < self.end_s, until_s > self.begin_s
        )

    def within(self, calendar: Calendar, jobs: Rows) -> Calendar:
        """The part of a calendar in which the jobs that touch the telemetry held anything.

        A stretch of a node's time in which nothing changes may begin before the telemetry and end
        after it, but not before or after the jobs that hold the node in it.
        """
        held = lazy(self.touched_by(jobs)).select(
            pl.col("start").min().dt.epoch("s"), pl.col("held_until").max().dt.epoch("s")
        )
        first, last = held.collect(engine="streaming").row(0)
        begin_s = self.begin_s if first is None else min(first, self.begin_s)
        end_s = self.end_s if last is None else max(last, self.end_s)
        inside = calendar.bins.filter(pl.col("begin_s") < end_s, pl.col("end_s") > begin_s)
        cut = (inside if inside.height else calendar.bins.head(1)).with_columns(
            pl.int_range(pl.len(), dtype=pl.Int64).alias("bin")
        )
        return Calendar(cut, calendar.period, calendar.timezone)


def reach_of(samples: Rows) -> Reach:
    """Where samples reach; of no sample, nowhere."""
    found = pl.concat([frame for (frame,) in of_each(samples, "reach of samples", _of_part)])
    if found.is_empty():
        return Reach((), 0, 0)
    begin_s, end_s = found.select(pl.col("first_s").min(), pl.col("last_s").max()).row(0)
    return Reach(tuple(found["cluster"].unique().sort()), begin_s, end_s + HOUR_S)


def _of_part(part: Part) -> Frames:
    hour_s = pl.col("hour").dt.epoch("s")
    ends = part.frame.group_by("cluster").agg(first_s=hour_s.min(), last_s=hour_s.max())
    return [ends.collect(engine="streaming")]
