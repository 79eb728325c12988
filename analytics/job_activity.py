"""How active the devices of each job were: telemetry of nodes shared out over their jobs."""

from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import uuid4

import polars as pl

from analytics.calendar import Calendar
from analytics.device_hours import MILLIONTHS
from analytics.device_reach import Reach, reach_of
from analytics.device_states import columns_of_state
from analytics.device_time import SUMS_SCHEMA, compacted, summed
from analytics.estate import Estate
from analytics.fingerprint import fingerprint
from analytics.gpu_states import with_states
from analytics.held_devices import held_devices
from analytics.node_labels import of_clusters
from analytics.occupancy import placed_jobs
from analytics.parted import Frames, Parted, Rows, of_all
from analytics.tally import batches
from analytics.timeline import periods_of, timeline
from model.schemas import GPU_SAMPLES, JOBS

JOB_ACTIVITY_SCHEMA: Final = pl.Schema(
    {
        "cluster": pl.String(),
        "job_id": pl.Int64(),
        "submit": JOBS.schema["submit"],
        "bin": pl.Int64(),
        "allocated_gpu_s": pl.Int64(),
        "covered_gpu_s": pl.Float64(),
        "activity_gpu_s": pl.Float64(),
        "effective_gpu_s": pl.Float64(),
        "energy_j": pl.Float64(),
        "energy_s": pl.Float64(),
        "estimated_gpu_s": pl.Float64(),
        "estimated": pl.Boolean(),
    }
)

_JOB: Final = ("cluster", "job_id", "submit")
_NODE: Final = ["cluster", "node"]
_PER_GPU: Final = ("covered", "activity", "effective", "by_sm", "energy_s", "energy_j", "guessed")
_NOTHING: Final = pl.Schema(
    {
        "segment": pl.Int64(),
        **{name: SUMS_SCHEMA[name] for name in ("covered", "activity_u", "by_sm_s", "crowded_s")},
        **{name: SUMS_SCHEMA[name] for name in columns_of_state("effective")},
        "energy_s": pl.Float64(),
        "energy_j": pl.Float64(),
    }
).to_frame()
_MOMENTS: Final = 1 << 40
"""More than any moment in epoch seconds: node and moment make one sortable integer."""


@dataclass(frozen=True)
class DeviceRates:
    """What one allocated GPU of each node had done up to each moment.

    `until` has `key`, `at_s` and, for one GPU since the calendar began, seconds of covered time,
    of activity, in state effective, told by SM_ACTIVE, of known power, of guessed allocation
    (`covered`, `activity`, ...), and `energy_j`. It begins with a row of zeros for each node.
    `reach` is where there is telemetry, `source` a digest of all that the rates were made of.
    """

    until: pl.DataFrame
    keys: pl.DataFrame
    calendar: Calendar
    reach: Reach
    source: str

    def near(self, jobs: Rows) -> Rows:
        """The jobs of which telemetry may tell anything."""
        return self.reach.touched_by(jobs)

    def of_jobs(self, jobs: pl.LazyFrame) -> pl.DataFrame:
        """JOB_ACTIVITY_SCHEMA of some jobs of the estate: see `job_activity`."""
        begin_s, end_s = self.calendar.begin_s, self.calendar.end_s
        placed = placed_jobs(
            jobs.filter(pl.col("gpus") > 0), begin_s=begin_s, end_s=end_s, keys=self.keys
        )
        held = placed.filter(pl.col("gpus") > 0).select(*_JOB, "key", "begin_s", "end_s", "gpus")
        parts = _in_bins(held, self.calendar)
        first, last = self._at(parts, "begin_s"), self._at(parts, "end_s")
        grown = (last[name] - first[name] for name in _PER_GPU)
        return _of_jobs(parts.with_columns(grown))

    def _at(self, parts: pl.DataFrame, moment: str) -> pl.DataFrame:
        known = self.until.select(pl.col("key") * _MOMENTS + pl.col("at_s")).to_series()
        wanted = parts.select(pl.col("key") * _MOMENTS + pl.col(moment)).to_series()
        return self.until[known.search_sorted(wanted, side="right") - 1]


def job_activity(estate: Estate, *, calendar: Calendar) -> pl.DataFrame:
    """What telemetry tells of each job in each calendar period (JOB_ACTIVITY_SCHEMA).

    A row a job (`cluster, job_id, submit`) and period `bin` in which anything of its GPUs' time
    is covered; a job without a row has no telemetry. In GPU-seconds: `allocated_gpu_s`, all that
    it held in the period; `covered_gpu_s`, those whose activity is known; `activity_gpu_s`, the
    covered ones times the activity of their device in that hour; `effective_gpu_s`, those with
    SM_ACTIVE of 80 % or more, null where only GPU_UTIL is known. `energy_j` is that of its
    devices over `energy_s` GPU-seconds, null where no power is known.

    A second of a node is shared out over the jobs on it in proportion to their GPUs. What part
    of it lies on a node held only in part, so that its devices are an assumption, is in
    `estimated_gpu_s`; `estimated` says whether there is any.
    """
    rates = device_rates(estate, calendar=calendar)
    if rates is None:
        return JOB_ACTIVITY_SCHEMA.to_frame()
    return pl.concat(rates.of_jobs(batch) for batch in batches(rates.near(estate.jobs)))


def device_rates(estate: Estate, *, calendar: Calendar) -> DeviceRates | None:
    """What `job_activity` looks up, for callers with jobs in batches; None without telemetry."""
    if estate.samples is None:
        return None
    reach = reach_of(estate.samples)
    watched = of_clusters(estate, {"cluster": reach.clusters})
    periods = periods_of(watched, until_s=calendar.end_s)
    source = _source(watched, periods, calendar, reach)
    make = partial(_rated, watched, periods, reach, reach.within(calendar, watched.jobs))
    until, keys = of_all(reach.touched_by(watched.jobs), "rates of devices", make, source)
    return DeviceRates(until=until, keys=keys, calendar=calendar, reach=reach, source=source)


def _rated(estate: Estate, periods: pl.DataFrame, reach: Reach, calendar: Calendar) -> Frames:
    """`until` and `keys` of DeviceRates, reckoned a cluster at a time to spare memory."""
    found = [
        _rated_in(
            of_clusters(estate, {"cluster": [name]}),
            periods.filter(pl.col("cluster") == name),
            calendar,
        )
        for name in sorted(reach.clusters)
    ]
    until, keys = (pl.concat(kind) for kind in zip(*found, strict=True))
    numbered = keys.select(_NODE).sort(_NODE).with_row_index("key").cast({"key": pl.Int64})
    placed = until.join(numbered, on=_NODE, maintain_order="left").drop(_NODE)
    return [placed.select("key", pl.exclude("key")).sort("key", "at_s"), numbered]


def _rated_in(estate: Estate, periods: pl.DataFrame, calendar: Calendar) -> Frames:
    """The same of one cluster, `until` by `cluster` and `node` in place of `key`."""
    line = timeline(estate, calendar, periods=periods)
    segments = with_states(line).with_row_index("segment").filter(pl.col("bin").is_not_null())
    held = segments.select(
        pl.col("segment").cast(pl.Int64), "key", "begin_s", "end_s", "capacity", "allocated", "gpus"
    )
    samples = GPU_SAMPLES.schema.to_frame().lazy() if estate.samples is None else estate.samples
    rated = held.join(_by_segment(samples, line.jobs.keys, held), on="segment")
    until = (
        rated.sort("key", "begin_s")
        .select("key", at_s="end_s", **_per_gpu())
        .with_columns(pl.col(name).cum_sum().over("key") for name in _PER_GPU)
    )
    zeros = line.jobs.keys.select(
        "key", pl.lit(0, pl.Int64).alias("at_s"), *(pl.lit(0.0).alias(name) for name in _PER_GPU)
    )
    named = pl.concat([zeros, until]).join(line.jobs.keys, on="key").drop("key")
    return [named, line.jobs.keys]


def _source(estate: Estate, periods: pl.DataFrame, calendar: Calendar, reach: Reach) -> str:
    """A digest of what rates are made of; of rows that have none of their own, one of a kind."""
    jobs, samples = reach.touched_by(estate.jobs), estate.samples
    parts = [each.parts if isinstance(each, Parted) else uuid4().hex for each in (jobs, samples)]
    return fingerprint(
        parts,
        periods.sort(pl.all()),
        estate.events.sort(pl.all()),
        estate.observed.sort(pl.all()),
        calendar.bins,
    )


def _by_segment(samples: Rows, keys: pl.DataFrame, segments: pl.DataFrame) -> pl.DataFrame:
    place = segments.select("segment")
    parts = [_NOTHING]
    for held in held_devices(samples, keys, segments):
        slim = summed(held, place, ["segment"]).select(_NOTHING.columns)
        parts = compacted([*parts, slim], _added)
    return _added(parts)


def _added(parts: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(parts).group_by("segment").agg(pl.all().sum())


def _per_gpu() -> dict[str, pl.Expr]:
    in_part = pl.col("allocated") < pl.col("capacity")
    whole = pl.col("allocated") * (pl.col("end_s") - pl.col("begin_s"))
    sums = {
        "covered": pl.col("covered"),
        "activity": pl.col("activity_u") / MILLIONTHS,
        "effective": pl.sum_horizontal(columns_of_state("effective")),
        "by_sm": pl.col("by_sm_s"),
        "energy_s": pl.col("energy_s"),
        "energy_j": pl.col("energy_j"),
        "guessed": pl.when(in_part).then(whole).otherwise("crowded_s"),
    }
    return {name: total / pl.col("gpus") for name, total in sums.items()}


def _in_bins(held: pl.DataFrame, calendar: Calendar) -> pl.DataFrame:
    """Each job's time on a node, cut at the borders of the calendar's periods."""
    inside = held.with_columns(
        pl.col("begin_s").clip(lower_bound=calendar.begin_s),
        pl.col("end_s").clip(upper_bound=calendar.end_s),
    )
    starts = calendar.bins["begin_s"]
    first = starts.search_sorted(inside["begin_s"], side="right").cast(pl.Int64) - 1
    after = starts.search_sorted(inside["end_s"], side="left").cast(pl.Int64)
    spread = inside.with_columns(first=first, after=after).with_columns(
        bin=pl.int_ranges("first", "after")
    )
    each = spread.drop("first", "after").explode("bin", empty_as_null=False)
    borders = calendar.bins.select("bin", bin_begin_s="begin_s", bin_end_s="end_s")
    return (
        each.join(borders, on="bin", maintain_order="left")
        .with_columns(
            pl.max_horizontal("begin_s", "bin_begin_s").alias("begin_s"),
            pl.min_horizontal("end_s", "bin_end_s").alias("end_s"),
        )
        .drop("bin_begin_s", "bin_end_s")
    )


def _of_jobs(parts: pl.DataFrame) -> pl.DataFrame:
    gpus = pl.col("gpus")
    seconds = gpus * (pl.col("end_s") - pl.col("begin_s"))
    sums = parts.group_by(*_JOB, "bin").agg(
        seconds.sum().alias("allocated_gpu_s"),
        *((gpus * pl.col(name)).sum().alias(name) for name in _PER_GPU),
    )
    known = sums.filter((pl.col("covered") > 0) | (pl.col("energy_s") > 0))
    return (
        known.with_columns(
            effective_gpu_s=pl.when(pl.col("by_sm") > 0).then("effective"),
            energy_j=pl.when(pl.col("energy_s") > 0).then("energy_j"),
            estimated=pl.col("guessed") > 0,
        )
        .rename(
            {
                "covered": "covered_gpu_s",
                "activity": "activity_gpu_s",
                "guessed": "estimated_gpu_s",
            }
        )
        .select(JOB_ACTIVITY_SCHEMA.names())
        .cast(JOB_ACTIVITY_SCHEMA)
        .sort(*_JOB, "bin")
    )
