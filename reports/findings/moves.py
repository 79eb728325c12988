"""Which inference nodes to give to others, in sentences."""

import polars as pl

from reports.wording import between, number, plural, share

_MOST = 0.9


def moves_finding(moves: pl.DataFrame) -> str:
    """How many inference nodes have GPU-hours to give, and how few of them have most of these."""
    giving = moves.filter(pl.col("gpu_hours_freed_low") > 0)
    if giving.is_empty():
        return "No inference node is known to have GPU-hours to give to others"
    low = float(giving["gpu_hours_freed_low"].sum())
    high = giving["gpu_hours_freed_high"]
    bounds = between(low, None if high.null_count() else float(high.sum()))
    said = f"Moving {plural(giving.height, 'inference node')} to others would free {bounds}"
    few = giving.filter(
        pl.col("gpu_hours_freed_low").cum_sum().shift(1, fill_value=0) < _MOST * low
    )
    if few.height == giving.height:
        return f"{said} GPU-hours in a period like this one"
    return f"{said} GPU-hours in a period like this one; the first {number(few.height)} free most"


def first_move_sentence(moves: pl.DataFrame) -> str | None:
    """The node that frees most; None where there is none."""
    if moves.is_empty():
        return None
    row = moves.row(0, named=True)
    used = row["utilisation_available"]
    busy = f" held for {share(used, decimals=1)} of its available time," if used is not None else ""
    freed = between(row["gpu_hours_freed_low"], row["gpu_hours_freed_high"])
    return (
        f"The first of the list, {row['node']} of {row['cluster']},{busy} frees {freed} GPU-hours."
    )
