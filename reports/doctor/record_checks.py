"""Odd records: clocks that disagree, states that nobody knows."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import polars as pl

from ingest.states import FINALITY
from reports.doctor.evidence import ClusterEvidence
from reports.doctor.symptom import Symptom
from reports.wording import plural

_AHEAD: Final = timedelta(minutes=5)
_CLOCKS: Final = "compare `date -u` on the host of slurmctld and on its nodes; chrony keeps them"


def clock_skew(cluster: ClusterEvidence) -> Iterator[Symptom]:
    """Jobs that started before they were submitted, ended before they started, or lie ahead."""
    latest = pl.max_horizontal("submit", "start", "end")
    faults = {
        "started before they were submitted": pl.col("start") < pl.col("submit"),
        "ended before they started": pl.col("end") < pl.col("start"),
        "have a time in the future": latest > pl.lit(cluster.now + _AHEAD),
    }
    counts = cluster.jobs.select(
        pl.when(fault).then("job_id").count().alias(f"{name}#") for name, fault in faults.items()
    )
    examples = cluster.jobs.select(
        pl.when(fault).then("job_id").min().alias(name) for name, fault in faults.items()
    )
    found = pl.concat([counts, examples], how="horizontal").collect(engine="streaming")
    row = found.row(0, named=True)
    for name in faults:
        if row[f"{name}#"]:
            yield Symptom(
                "clock skew",
                "warning",
                cluster.name,
                f"{plural(row[f'{name}#'], 'job')} {name}, such as {row[name]}",
                _zone_or_clock(name, cluster),
            )


def _zone_or_clock(fault: str, cluster: ClusterEvidence) -> str:
    if "future" in fault and cluster.zone_assumed:
        return f"timezone: Europe/London  # in plimsoll.yaml, under cluster {cluster.name}"
    return _CLOCKS


def unknown_states(cluster: ClusterEvidence) -> Iterator[Symptom]:
    """Job states that no known version of Slurm has: kept, and taken for what times say."""
    states = (
        cluster.jobs.filter(~pl.col("job_state").is_in(list(FINALITY)))
        .group_by("job_state")
        .agg(jobs=pl.len(), example=pl.col("job_id").min())
        .sort("job_state")
        .collect(engine="streaming")
    )
    for state, jobs, example in states.iter_rows():
        yield Symptom(
            "unknown states",
            "warning",
            cluster.name,
            f"{plural(jobs, 'job')} in state {state}, which no Slurm is known to have",
            f"look at one: sacct -D -j {example} -o JobID,State,Start,End",
        )
