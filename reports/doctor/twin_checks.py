"""Jobs that stand under two clusters: one log was ingested under two names."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

import polars as pl

from analytics.parted import Frames, Part, Rows, of_each
from reports.doctor.symptom import Symptom
from reports.wording import plural

_SUSPECT: Final = ["job_id", "submit"]
_SAME: Final = [*_SUSPECT, "start", "end", "user", "account"]


def twins(jobs: Rows) -> Iterator[Symptom]:
    """Pairs of clusters with jobs in common, of all `jobs`: their facts in JOBS' schema."""
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
