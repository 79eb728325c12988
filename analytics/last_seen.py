"""Until when each cluster was observed, and what that is of some days before a moment."""

import polars as pl


def last_seen(observed: pl.DataFrame) -> pl.DataFrame:
    """The end of what was observed of each cluster: `cluster, seen_s, stated_until_s`.

    `observed` has OBSERVED_SCHEMA. `seen_s` is the second after the last; where no window was
    stated, the last moment of the records is let in. `stated_until_s` is the end of the last
    window that was stated, null where none was.
    """
    seen_s = pl.col("end_s") + pl.col("assumed").cast(pl.Int64)
    return (
        observed.group_by("cluster")
        .agg(seen_s=seen_s.max(), stated_until_s=pl.col("end_s").filter(~pl.col("assumed")).max())
        .sort("cluster")
    )
