"""Who held which nodes: the contributions to lists of nodes, shared out over their nodes."""

from typing import Final

import polars as pl

from model.hostlist import expand

_SCHEMA: Final = {
    "cluster": pl.String(),
    "node_list": pl.String(),
    "node": pl.String(),
    "share": pl.Float64(),
}


def on_nodes(rows: pl.DataFrame, nodes: pl.DataFrame) -> pl.DataFrame:
    """`rows` by `node_role` and `gpu_model` in place of `node_list`, evenly over its nodes.

    `nodes` has `cluster, node, node_role, gpu_model`; what a node has at first counts.
    """
    kinds = nodes.select("cluster", "node", "node_role", "gpu_model").unique(
        ["cluster", "node"], keep="first", maintain_order=True
    )
    lists = rows.select("cluster", "node_list").unique().drop_nulls()
    spread = [
        (cluster, text, node, 1 / len(names))
        for cluster, text in lists.iter_rows()
        for names in [expand(text)]
        for node in names
    ]
    shares = (
        pl.DataFrame(spread, schema=_SCHEMA, orient="row")
        .join(kinds, on=["cluster", "node"], how="left")
        .group_by("cluster", "node_list", "node_role", "gpu_model")
        .agg(pl.col("share").sum())
    )
    shared = rows.join(shares, on=["cluster", "node_list"])
    return shared.with_columns(pl.col("amount") * pl.col("share")).drop("share", "node_list")
