"""What `sacct` prints of each run, as columns of text."""

from typing import Final

import polars as pl

from plimsoll.demo.estate import Cluster
from plimsoll.demo.play import END_S, History
from plimsoll.demo.tres import pool_table

FIELDS: Final = (
    "JobID",
    "JobIDRaw",
    "Cluster",
    "User",
    "Account",
    "Partition",
    "QOS",
    "JobName",
    "Submit",
    "Eligible",
    "Start",
    "End",
    "ElapsedRaw",
    "Suspended",
    "TimelimitRaw",
    "AllocTRES",
    "ReqTRES",
    "AllocCPUS",
    "AllocNodes",
    "NodeList",
    "State",
    "ExitCode",
    "Reason",
    "Reservation",
)
"""The columns of every export, in sacct's own names."""

_EXIT_CODES: Final = {"FAILED": "1:0", "OUT_OF_MEMORY": "0:125", "NODE_FAIL": "1:0"}
_POLICY_REASON: Final = "QOSMaxGRESPerUser"
_HALF_AN_HOUR_S: Final = 1_800


def job_columns(history: History) -> pl.DataFrame:
    """One row of text for each run, `FIELDS` as columns, and `_run` to join steps to their job."""
    cluster = history.cluster
    frame = history.frame.join(pool_table(cluster), on=["pool", "node_count", "slots"], how="left")
    started = pl.col("start").is_not_null()
    ended = pl.col("end").is_not_null()
    frame = frame.with_row_index("_run").with_columns(
        started=started, waited=pl.coalesce("start", "end", pl.lit(END_S)) - pl.col("submit")
    )
    elapsed = pl.when(started).then(pl.col("end").fill_null(END_S) - pl.col("start")).otherwise(0)
    return frame.select(
        "_run",
        JobID="label",
        JobIDRaw=pl.col("job_id").cast(pl.String),
        Cluster=pl.lit(cluster.name),
        User="user",
        Account="account",
        Partition="partition",
        QOS=pl.when("scavenger").then(pl.lit("scavenger")).otherwise(pl.lit("normal")),
        JobName="name",
        Submit=moment(pl.col("submit"), cluster),
        Eligible=moment(_eligible(), cluster),
        Start=_start(cluster, started, ended),
        End=moment(pl.col("end"), cluster).fill_null("Unknown"),
        ElapsedRaw=elapsed.cast(pl.String),
        Suspended=pl.lit("00:00:00"),
        TimelimitRaw=(pl.col("limit_s") // 60).cast(pl.String),
        AllocTRES=pl.when(started | _carries_tres(cluster))
        .then("alloc_tres")
        .otherwise(pl.lit("")),
        ReqTRES=pl.when(pl.col("job_id") % 10 < 3).then("untyped_tres").otherwise("alloc_tres"),  # noqa: PLR2004
        AllocCPUS="cpus",
        AllocNodes=pl.when(started).then(pl.col("node_count")).otherwise(0).cast(pl.String),
        NodeList=pl.col("nodes").fill_null("None assigned"),
        State=_state(),
        ExitCode=pl.col("state").replace_strict(_EXIT_CODES, default="0:0"),
        Reason=_reason(started),
        Reservation=pl.lit(""),
    )


def moment(seconds: pl.Expr, cluster: Cluster) -> pl.Expr:
    """Epoch seconds as this cluster's operators print them: epoch, or naive local time."""
    if cluster.epoch_times:
        return seconds.cast(pl.String)
    local = pl.from_epoch(seconds, time_unit="s").dt.replace_time_zone("UTC")
    return local.dt.convert_time_zone(cluster.timezone).dt.strftime("%Y-%m-%dT%H:%M:%S")


def _eligible() -> pl.Expr:
    """A few jobs waited for another one first: not eligible for half of their wait."""
    depended = pl.col("job_id") % 37 == 0
    return pl.col("submit") + pl.when(depended).then(pl.col("waited") // 2).otherwise(0)


def _start(cluster: Cluster, started: pl.Expr, ended: pl.Expr) -> pl.Expr:
    never = moment(pl.col("end"), cluster) if cluster.old_never_started else pl.lit("None")
    return (
        pl.when(started)
        .then(moment(pl.col("start"), cluster))
        .when(ended)
        .then(never)
        .otherwise(pl.lit("Unknown"))
    )


def _carries_tres(cluster: Cluster) -> pl.Expr:
    """Old Slurm wrote an AllocTRES, and a start, even on jobs cancelled while pending."""
    return pl.lit(cluster.old_never_started) & (pl.col("state") == "CANCELLED")


def _state() -> pl.Expr:
    by = pl.when(pl.col("job_id") % 11 == 0).then(pl.lit(0)).otherwise(pl.col("uid"))
    cancelled = pl.col("state") == "CANCELLED"
    return pl.when(cancelled).then(pl.format("CANCELLED by {}", by)).otherwise(pl.col("state"))


def _reason(started: pl.Expr) -> pl.Expr:
    policy = (pl.col("job_id") % 23 == 0) & (pl.col("waited") > _HALF_AN_HOUR_S)
    return (
        pl.when(policy)
        .then(pl.lit(_POLICY_REASON))
        .when(started)
        .then(pl.lit("None"))
        .when(pl.col("job_id") % 3 == 0)
        .then(pl.lit("Resources"))
        .otherwise(pl.lit("Priority"))
    )
