"""What the jobs of a node say about its use: services that run on it, and for how long."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from analytics.occupancy import expanded
from analytics.parted import Frames, Part, Rows, of_each

SERVING: Final = frozenset(
    {
        "vllm",
        "triton",
        "tgi",
        "ollama",
        "sglang",
        "ray-serve",
        "llama.cpp",
        "lmdeploy",
        "torchserve",
    }
)
INTERACTIVE: Final = frozenset(["jupyter", "desktop", "vscode", "rstudio", "interactive"])
SAYS_INFERENCE: Final = r"(?i)infer(?:$|en|[^a-z])|(?:^|[^a-z])serving"
"""What a name says that stands for inference, and not for an inferno or for reserved nodes."""

_NODE: Final = ("cluster", "node")
_KIND: Final = (
    pl.when(pl.col("service").is_in(SERVING))
    .then(pl.lit("serving"))
    .when(pl.col("service").is_in(INTERACTIVE))
    .then(pl.lit("interactive"))
    .when(pl.col("qos").fill_null("").str.contains(SAYS_INFERENCE))
    .then(pl.lit("qos"))
)


@dataclass(frozen=True)
class Use:
    """Jobs of one kind on one node: their names, number, longest stay, share of its GPU time.

    `longest_s` runs over chains: runs of the same user, service and name that follow each other
    on the node within the hour count as one stay.
    """

    names: tuple[str, ...]
    jobs: int
    longest_s: int
    share: float


def uses(jobs: Rows, *, chain_gap_s: int) -> dict[tuple[str, str], dict[str, Use]]:
    """By (cluster, node): its jobs of each kind, `serving`, `interactive`, `qos`.

    Asked of the whole log, whatever the period in question: a node that served last month is
    still found when it stands idle.
    """
    flagged = _on_nodes(_flagged(jobs))
    chained = _chains(flagged, gap_s=chain_gap_s)
    sums = (
        chained.group_by(*_NODE, "kind")
        .agg(
            pl.col("name").unique().sort(),
            pl.len().alias("jobs"),
            pl.col("stay_s").max(),
            pl.col("gpu_s").sum(),
        )
        .join(_gpu_seconds(jobs), on=list(_NODE), how="left")
        .with_columns(pl.col("gpu_s") / pl.col("all_gpu_s").clip(lower_bound=1))
        .sort(*_NODE, "kind")
    )
    found: dict[tuple[str, str], dict[str, Use]] = {}
    for row in sums.iter_rows(named=True):
        use = Use(tuple(row["name"]), row["jobs"], row["stay_s"], row["gpu_s"])
        found.setdefault((row["cluster"], row["node"]), {})[row["kind"]] = use
    return found


def _flagged(jobs: Rows) -> pl.DataFrame:
    """The runs of services, and of those whose QOS is named for inference."""
    return pl.concat([frame for (frame,) in of_each(jobs, "runs of services", _flagged_of)])


def _flagged_of(part: Part) -> Frames:
    flagged = part.frame.filter(
        "started", _KIND.is_not_null(), pl.col("held_until") > pl.col("start")
    ).select(
        "cluster",
        pl.col("node_list").fill_null(""),
        "user",
        "name_hash",
        _KIND.alias("kind"),
        pl.when(_KIND == "qos").then("qos").otherwise("service").alias("name"),
        begin_s=pl.col("start").dt.epoch("s"),
        end_s=pl.col("held_until").dt.epoch("s"),
        gpus=pl.col("gpus").fill_null(0),
    )
    return [flagged.collect(engine="streaming")]


def _gpu_seconds(jobs: Rows) -> pl.DataFrame:
    """All GPU-seconds that jobs ever held on each node."""
    held_s = pl.col("held_until").dt.epoch("s") - pl.col("start").dt.epoch("s")

    def of_part(part: Part) -> Frames:
        lists = part.frame.filter("started", pl.col("gpus") > 0).group_by(
            "cluster", pl.col("node_list").fill_null("")
        )
        return [lists.agg((pl.col("gpus") * held_s).sum().alias("gpu_s")).collect()]

    parts = [frame for (frame,) in of_each(jobs, "GPU-seconds of node lists", of_part)]
    sums = pl.concat(parts).group_by("cluster", "node_list").agg(pl.col("gpu_s").sum())
    each = _on_nodes(sums)
    return each.group_by(_NODE).agg(pl.col("gpu_s").sum().alias("all_gpu_s"))


def _on_nodes(rows: pl.DataFrame) -> pl.DataFrame:
    """A row for each node; `gpus` and `gpu_s` in equal parts."""
    lists = expanded(rows.select("cluster", "node_list").unique())
    parts = [name for name in ("gpus", "gpu_s") if name in rows.columns]
    return rows.join(lists, on=["cluster", "node_list"]).with_columns(
        pl.col(name) / pl.col("_width") for name in parts
    )


def _chains(rows: pl.DataFrame, *, gap_s: int) -> pl.DataFrame:
    """Add `gpu_s`, and `stay_s` of the chain that each run is part of."""
    who = [*_NODE, "kind", "name", "user", "name_hash"]
    ordered = rows.sort(*who, "begin_s", "end_s")
    before = pl.col("end_s").cum_max().shift(1)
    breaks = (pl.col("begin_s") > before + gap_s).fill_null(False).cum_sum()
    numbered = ordered.with_columns(breaks.over(who).alias("_chain"))
    stay = pl.col("end_s").max() - pl.col("begin_s").min()
    return numbered.with_columns(
        stay.over([*who, "_chain"]).alias("stay_s"),
        (pl.col("gpus") * (pl.col("end_s") - pl.col("begin_s"))).alias("gpu_s"),
    )
