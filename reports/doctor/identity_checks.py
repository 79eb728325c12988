"""Jobs that are not what they seem: one log under two names, one id of several jobs."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

import polars as pl

from analytics.parted import Frames, Part, Rows, distinct, lazy, of_all, of_each
from model.schemas import JOBS
from reports.doctor.symptom import Symptom
from reports.wording import plural

_SUSPECT: Final = ["job_id", "submit"]
_IDS_AT_A_TIME: Final = 5_000_000
_NO_IDS: Final = pl.Schema({"cluster": pl.String(), "job_id": JOBS.schema["job_id"]})
_SAME: Final = [*_SUSPECT, "start", "end", "user", "account"]


def twins(jobs: Rows) -> Iterator[Symptom]:
    """Jobs that stand under two clusters: one log was ingested under two names."""
    alike: Counter[tuple[str, str]] = Counter()
    of_one: Counter[tuple[str, str]] = Counter()
    for pairs, sizes in of_each(jobs, "jobs under two clusters", _of_part):
        alike.update({(one, other): count for one, other, count in pairs.iter_rows()})
        of_one.update(_in_shared_months(sizes))
    for one, other in sorted(alike):
        count, total = alike[one, other], of_one[one, other]
        yield Symptom(
            "duplicates",
            "error",
            None,
            f"{plural(count, 'job')} of {total:,} stand both under {one} and {other}",
            "one log was read under two names: make the store anew with the right --cluster",
        )


def _of_part(part: Part) -> Frames:
    """Jobs by pair of clusters that both have them, and jobs by cluster and month."""
    sizes = part.frame.group_by("cluster", "month").agg(jobs=pl.len()).collect(engine="streaming")
    suspects = _suspects(part.frame) if sizes["cluster"].n_unique() > 1 else part.frame.clear()
    rows = suspects.select("cluster", *_SAME).with_row_index("row").collect(engine="streaming")
    same = rows.join(rows.drop("row"), on=_SAME, nulls_equal=True, suffix="_other")
    pairs = same.filter(pl.col("cluster") < pl.col("cluster_other"))
    by_pair = pairs.group_by("cluster", "cluster_other").agg(jobs=pl.col("row").n_unique())
    return [by_pair, sizes]


def _suspects(jobs: pl.LazyFrame) -> pl.LazyFrame:
    """Jobs whose id and time of submission another cluster has, too: mostly few."""
    alike = (
        jobs.group_by(_SUSPECT)
        .agg(first=pl.col("cluster").min(), last=pl.col("cluster").max())
        .filter(pl.col("first") != pl.col("last"))
    )
    return jobs.join(alike, on=_SUSPECT, how="semi", nulls_equal=True)


def _in_shared_months(sizes: pl.DataFrame) -> Counter[tuple[str, str]]:
    """By pair of clusters, the first one's jobs in months in which both have some."""
    months = sizes.join(sizes.drop("jobs"), on="month", suffix="_other")
    pairs = months.filter(pl.col("cluster") < pl.col("cluster_other"))
    found = pairs.group_by("cluster", "cluster_other").agg(pl.col("jobs").sum())
    return Counter({(one, other): jobs for one, other, jobs in found.iter_rows()})


def reused_ids(jobs: Rows) -> Iterator[Symptom]:
    """Raw ids that several users' jobs bear: Slurm began to count again. A requeue is no such."""
    (reused,) = of_all(jobs, "ids of several users", lambda: [_reused(jobs)])
    for cluster, count, example in reused.sort("cluster").iter_rows():
        yield Symptom(
            "reused ids",
            "note",
            cluster,
            f"{plural(count, 'raw job id')} of several users' jobs, such as {example}: they are "
            "told apart by their time of submission",
        )


def _reused(jobs: Rows) -> pl.DataFrame:
    """`cluster`, how many ids, and one of them; clusters without any are left out."""
    found = [
        _of_several_users(lazy(jobs).filter(pl.col("cluster") == name))
        for name in distinct(jobs, "cluster")["cluster"]
    ]
    counts = pl.concat([_NO_IDS.to_frame(), *found]).group_by("cluster")
    return counts.agg(pl.len(), pl.col("job_id").min())


def _of_several_users(jobs: pl.LazyFrame) -> pl.DataFrame:
    """`cluster, job_id` of such ids, looked for in some millions of ids at a time."""
    ids = jobs.select(pl.col("job_id").min(), last=pl.col("job_id").max())
    first, last = ids.collect(engine="streaming").row(0)
    if first is None:
        return _NO_IDS.to_frame()
    several = pl.col("user").min() != pl.col("user").max()
    found = [
        jobs.filter(pl.col("job_id").is_between(low, low + _IDS_AT_A_TIME, closed="left"))
        .group_by("cluster", "job_id")
        .agg(several.alias("several"))
        .filter("several")
        .select(_NO_IDS.names())
        .collect(engine="streaming")
        for low in range(first, last + 1, _IDS_AT_A_TIME)
    ]
    return pl.concat(found)
