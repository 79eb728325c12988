"""What many small clusters beside one large one say, in sentences."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from reports.wording import duration, large, number, plural, share


def stranded_finding(row: Mapping[str, Any]) -> str:
    """How much of the idle GPU time faced a job that waited in another pool."""
    if row["pools"] == 1:
        return "One cluster alone strands nothing: choose several to set them beside each other"
    stranded, idle = row["stranded_gpu_hours"], row["idle_gpu_hours"]
    if stranded is None or not idle:
        return "Whether GPUs stood idle while jobs waited in another cluster is not known"
    return (
        f"At most {share(stranded / idle)} of idle GPU-hours stood idle while a job waited in "
        f"another cluster: {large(stranded)} of {large(idle)}"
    )


def peaks_sentence(row: Mapping[str, Any]) -> str | None:
    """What pooling would save at peaks; None where it is not known."""
    if row["pools"] == 1 or not row["peak_sum"] or row["peak_pooled"] is None:
        return None
    said = (
        f"Peaks of held and waited-for GPUs, cluster by cluster, add up to "
        f"{number(row['peak_sum'])}; together they peak at {number(row['peak_pooled'])}, "
        f"{share(row['pooling_gain'])} less."
    )
    if row["pooled_gpus_same_wait"] is None:
        return said
    return (
        f"{said} After Erlang, {number(row['pooled_gpus_same_wait'])} GPUs in one pool would give "
        f"the mean wait of {number(row['gpus_split'])} in {number(row['pools'])}: an illustration."
    )


def sizes_finding(frame: pl.DataFrame) -> str:
    """How small clusters were used beside central ones, from `small_and_central`."""
    lines = {row["size_class"]: row for row in frame.iter_rows(named=True)}
    small, central = lines.get("small"), lines.get("central")
    if small is None or central is None:
        kind = "small" if small else "central"
        return f"All clusters of this choice with an inventory are {kind}: there is no other side"
    used = [row["utilisation_available"] for row in (small, central)]
    waits = [row["wait_p95_s"] for row in (small, central)]
    said = (
        f"{plural(small['clusters'], 'small cluster')} ran at {share(used[0])} of available "
        f"GPU-hours, {plural(central['clusters'], 'central one')} at {share(used[1])}"
    )
    if None in waits:
        return said
    return (
        f"{said}; one job in twenty waited more than {duration(waits[0])} in the small and "
        f"{duration(waits[1])} in the central"
    )


def growth_finding(frame: pl.DataFrame) -> str:
    """How many local and Tier-2 clusters there were at first and at last."""
    if frame.is_empty():
        return "The registry knows no local or Tier-2 cluster of the UK"
    rows = frame.sort("year")
    first, last = rows.row(0, named=True), rows.row(-1, named=True)
    return (
        f"The UK had {number(first['clusters'])} known local and Tier-2 clusters at the end of "
        f"{first['year']} and {number(last['clusters'])} at the end of {last['year']}; "
        f"{share(last['share_below_32_gpus'])} of their GPUs stood in clusters of fewer than 32"
    )
