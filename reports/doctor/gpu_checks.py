"""GPUs that accounting does not track, does not type, or calls by names that nobody knows."""

from collections.abc import Iterator
from typing import Final

import polars as pl

from analytics.gpu_counts import distinct_gpu_types, parse_gpu_types
from model.suggestions import likeliest
from reports.doctor.evidence import ClusterEvidence
from reports.doctor.symptom import Symptom
from reports.wording import plural

_TRACK: Final = (
    "AccountingStorageTRES=gres/gpu,gres/gpu:TYPE  # in slurm.conf, then restart slurmctld: "
    "from there on; what was before stays unknown"
)


def untracked_gpus(cluster: ClusterEvidence) -> Iterator[Symptom]:
    """Months in which a cluster with GPUs has not one job with GPUs on record."""
    months = (
        cluster.tracked_jobs.filter("gpu_untracked")
        .group_by(month=pl.col("start").dt.strftime("%Y-%m"))
        .agg(jobs=pl.len())
        .sort("month")
        .collect(engine="streaming")
    )
    if months.height:
        named = ", ".join(f"{month} ({jobs:,} jobs)" for month, jobs in months.iter_rows())
        yield Symptom(
            "untracked GPUs",
            "warning",
            cluster.name,
            f"accounting did not track GPUs in {named}: GPU-hours are unknown there, not zero",
            _TRACK,
        )


def untyped_gpus(cluster: ClusterEvidence) -> Iterator[Symptom]:
    """Jobs with GPUs of no stated type: their model is unknown."""
    untyped = (pl.col("gpus") > 0) & (pl.col("gpu_types").fill_null("") == "")
    counts = cluster.jobs.filter(pl.col("gpus") > 0).select(
        pl.len().alias("all"), untyped=untyped.sum()
    )
    row = counts.collect(engine="streaming").row(0, named=True)
    if row["untyped"]:
        yield Symptom(
            "untyped GPUs",
            "note",
            cluster.name,
            f"{row['untyped']:,} of {plural(row['all'], 'GPU job')} do not say which GPU they held",
            _TRACK,
        )


def unknown_gpu_names(cluster: ClusterEvidence) -> Iterator[Symptom]:
    """GPU types of jobs and nodes that neither the catalogue nor an alias knows."""
    for name in sorted(_gpu_names(cluster)):
        if cluster.catalogue.resolve(name, cluster.aliases) is None:
            card = likeliest(name.lower(), cluster.catalogue)
            yield Symptom(
                "GPU names",
                "warning",
                cluster.name,
                f"GPU type {name} is in neither the catalogue nor gpu_aliases: its model, memory "
                "and power are unknown",
                f"gpu_aliases: {{{name}: {card or 'ID-OF-THE-CATALOGUE'}}}  # in plimsoll.yaml, "
                f"under cluster {cluster.name}" + (", if it is that card" if card else ""),
            )


def _gpu_names(cluster: ClusterEvidence) -> set[str]:
    asked = cluster.jobs.select(gpu_types=pl.col("req_gpu_types"))
    frames = (cluster.jobs, asked, cluster.nodes.lazy())
    cells = {cell for frame in frames for cell in distinct_gpu_types(frame)}
    return {name for cell in cells for name in parse_gpu_types(cell)}
