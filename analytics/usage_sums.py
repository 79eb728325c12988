"""The sums of all jobs by group and period, reckoned month by month of submission and kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import narwhals as nw
import polars as pl

from analytics.calendar import Calendar
from analytics.group_numbers import numbered, with_new_groups
from analytics.job_events import Census, job_moments, reduce_jobs, take_census
from analytics.parted import Frames, Part, Rows, of_part, parts_of, touching
from analytics.reductions import CELL, GROUP, complete, summed, ticks
from analytics.stretches import Stretch, by_months, up_to

_CENSUS_SCHEMA: Final = pl.Schema(
    {"load": pl.String(), "unknown": pl.Boolean(), "suspended": pl.Boolean()}
)


@dataclass(frozen=True)
class UsageSums:
    """What has been booked of jobs.

    `groups` has the distinct values of `by` with their number (`GROUP`), `census` what was found
    of the jobs' loads, `sums` what `reductions.booked` gives.
    """

    groups: pl.DataFrame
    census: Census
    sums: pl.DataFrame

    def completed(self, calendar: Calendar) -> pl.DataFrame:
        """The sums on every period for each group: see `reductions.complete`."""
        return complete(self.sums, self.groups.select(GROUP), calendar=calendar)


def usage_sums(
    jobs: Rows, by: Sequence[str], *, calendar: Calendar, physical: pl.Expr | None
) -> UsageSums:
    """Book the jobs that touch the calendar: see `job_moments`."""
    months = by_months(calendar)
    rows, told = [], []
    for part in parts_of(touching(jobs, calendar.begin_s, calendar.end_s)):
        until = up_to(months.calendar, part.last_s)
        make = partial(_of_part, by=by, calendar=until, physical=physical)
        frames = of_part(jobs, part, "usage", make, by, until.spans, physical)
        rows.append(frames[0])
        told.append(frames[1])
    together = _in_whole(pl.concat(rows, how="diagonal"), months, calendar)
    groups = with_new_groups(None, together, by)
    cells = numbered(together, groups, by).with_columns(
        (pl.col(GROUP) * len(calendar) + pl.col("bin")).alias(CELL)
    )
    return UsageSums(groups, _census(pl.concat(told)), summed([cells.drop(GROUP, "bin")]))


def _of_part(
    part: Part, *, by: Sequence[str], calendar: Calendar, physical: pl.Expr | None
) -> Frames:
    """The sums of a part by `by` and `bin`, and its census."""
    moments = job_moments(part.frame, by, physical=physical).filter(_touches(calendar))
    jobs = moments.collect(engine="streaming")
    census, groups = take_census(jobs), with_new_groups(None, jobs, by)
    dates = nw.from_native(ticks(calendar).lazy())
    grouped = nw.from_native(numbered(jobs, groups, by))
    booked = reduce_jobs(grouped, census, dates=dates, calendar=calendar)
    sums = summed([each.to_native() for each in booked])
    cell, periods = pl.col(CELL), len(calendar)
    told = sums.with_columns((cell // periods).alias(GROUP), bin=cell % periods)
    return [told.join(groups, on=GROUP, maintain_order="left").drop(CELL, GROUP), _told(census)]


def _touches(calendar: Calendar) -> pl.Expr:
    first_s = pl.min_horizontal("submit_s", "start_s")
    last_s = pl.max_horizontal("until_s", "waits_until_s")
    return (first_s < calendar.end_s) & (last_s >= calendar.begin_s)


def _told(census: Census) -> pl.DataFrame:
    loads = dict.fromkeys([*census.loads, *sorted(census.unknown)])
    rows = [
        (load if load in census.loads else f"{load}?", load in census.unknown, census.suspended)
        for load in loads
    ]
    return pl.DataFrame(rows, schema=_CENSUS_SCHEMA, orient="row")


def _census(told: pl.DataFrame) -> Census:
    names = told["load"].unique(maintain_order=True).to_list()
    return Census(
        loads=tuple(name for name in names if not name.endswith("?")),
        unknown=frozenset(name.removesuffix("?") for name in told.filter("unknown")["load"]),
        suspended=bool(told["suspended"].any()),
    )


def _in_whole(rows: pl.DataFrame, months: Stretch, calendar: Calendar) -> pl.DataFrame:
    """The sums by the calendar's own periods.

    A load that begins or ends in a month has, of the whole period, also what lies between the
    month's end and the period's.
    """
    ends = pl.DataFrame(
        {
            "bin": range(len(months.numbers)),
            "_more_s": calendar.bins["end_s"].gather(list(months.numbers))
            - months.calendar.bins["end_s"],
        },
        schema={"bin": pl.Int64(), "_more_s": pl.Int64()},
    )
    loads = [name.removesuffix("_part") for name in rows.columns if name.endswith("_part")]
    grown = {
        f"{load}_part": pl.col(f"{load}_part") + pl.col(f"{load}_level") * pl.col("_more_s")
        for load in loads
    }
    told = rows.join(ends, on="bin", how="left", maintain_order="left").with_columns(**grown)
    return months.numbered_in_whole(told.drop("_more_s"))
