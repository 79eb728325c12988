"""The lines to run on a cluster, and those that read what they print."""

import shlex
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

UNIT_SEPARATOR: Final = "\x1f"
"""Parts the columns: nobody types it into a job's name, unlike `|`."""

SACCT_FIELDS: Final = (
    "JobIDRaw",
    "JobID",
    "Cluster",
    "User",
    "Account",
    "Partition",
    "QOS",
    "Submit",
    "Eligible",
    "Start",
    "End",
    "ElapsedRaw",
    "Suspended",
    "TimelimitRaw",
    "State",
    "Reason",
    "NodeList",
    "AllocNodes",
    "AllocCPUS",
    "AllocTRES",
    "ReqTRES",
    "Reservation",
    "ConsumedEnergyRaw",
    "Container",
    "JobName",
)
"""The fields that the normal form uses; free text last, so that a cut-off row loses least."""

DCGM_QUERY: Final = (
    '{__name__=~"DCGM_FI_(DEV_(GPU_UTIL|FB_USED|POWER_USAGE)|PROF_(SM|GR_ENGINE|DRAM)_ACTIVE)"}'
)
"""What is of use of NVIDIA's dcgm-exporter, in one question."""

_NEWER_FIELDS: Final = {"Reason": (21, 8), "Container": (21, 8)}


@dataclass(frozen=True)
class Advice:
    """What to run for one cluster and window: on the cluster, then where plimsoll is."""

    sacct: str
    nodes: str
    events: str
    telemetry: str
    ingest_jobs: str
    ingest_nodes: str
    ingest_events: str
    ingest_telemetry: str
    ingest_awards: tuple[str, str]

    def text(self) -> str:
        """The lines with a word on each, as `plimsoll init` prints them."""
        return "\n".join(
            [
                "On the cluster, as somebody who may see all users' jobs (bash):",
                f"  {self.sacct}",
                f"  {self.nodes}",
                f"  {self.events}",
                "sacct prints all users (-a), requeued runs too (-D), and job steps (they carry",
                "energy); times are epochs, so that no time zone can be mistaken. If a Slurm older",
                "than 21.08 calls Reason or Container invalid, leave them out. Take the nodes",
                "again whenever they change. Events tell when nodes were down or drained.",
                "",
                "Where Prometheus has the metrics of the GPUs (here a day of NVIDIA's exporter; it",
                "gives 11,000 points at once, and `ingest run` asks for more in windows):",
                f"  {self.telemetry}",
                "",
                "Where plimsoll is:",
                f"  {self.ingest_jobs}",
                f"  {self.ingest_nodes}",
                f"  {self.ingest_events}",
                f"  {self.ingest_telemetry}",
                "The window's days begin in the cluster's time zone: plimsoll.yaml names it, or",
                "--timezone Europe/London does.",
                "",
                "And for what was applied for and granted:",
                *(f"  {line}" for line in self.ingest_awards),
            ]
        )


def advice(cluster: str, *, since: date | None = None, until: date | None = None) -> Advice:
    """The lines for a cluster over [since, until), by default the last twelve months and today."""
    end = until or datetime.now(UTC).date()
    begin = since or end.replace(year=end.year - 1, day=1)
    name = shlex.quote(cluster)
    jobs, nodes = shlex.quote(f"{cluster}.sacct.txt.gz"), shlex.quote(f"{cluster}.nodes.txt")
    events = shlex.quote(f"{cluster}.events.txt")
    telemetry = shlex.quote(f"{cluster}.telemetry.json")
    return Advice(
        sacct=f"{sacct_line(since=begin, until=end)} | gzip > {jobs}",
        nodes=f"SLURM_TIME_FORMAT=%s scontrol show node > {nodes}",
        events=(
            f"SLURM_TIME_FORMAT=%s sacctmgr -P show event Start={begin} End={end} "
            f"format=Cluster,NodeName,TimeStart,TimeEnd,State,Reason,User > {events}"
        ),
        telemetry=f"{prometheus_line(end - timedelta(days=1))} > {telemetry}",
        ingest_jobs=f"plimsoll ingest jobs {jobs} --cluster {name} --window {begin}/{end}",
        ingest_nodes=f"plimsoll ingest nodes {nodes} --cluster {name}",
        ingest_events=f"plimsoll ingest events {events} --cluster {name}",
        ingest_telemetry=f"plimsoll ingest telemetry {telemetry} --cluster {name}",
        ingest_awards=(
            "plimsoll awards template --output awards.csv",
            "plimsoll ingest awards awards.csv",
        ),
    )


def prometheus_line(day: date) -> str:
    """The call (bash) that asks a Prometheus for a day of the metrics of dcgm-exporter."""
    asked = {"start": f"{day}T00:00:00Z", "end": f"{day + timedelta(days=1)}T00:00:00Z", "step": 30}
    parts = [
        "curl -fsG http://PROMETHEUS:9090/api/v1/query_range",
        f"--data-urlencode {shlex.quote(f'query={DCGM_QUERY}')}",
        *(f"-d {name}={value}" for name, value in asked.items()),
    ]
    return " ".join(parts)


def sacct_line(
    *, since: date | None = None, until: date | None = None, version: tuple[int, int] | None = None
) -> str:
    """The `sacct` call (bash) with every field in use; `-S` and `-E` only where days are given."""
    window = [f"-S {since}" if since else "", f"-E {until}" if until else ""]
    parts = [
        "SLURM_TIME_FORMAT=%s sacct -a -D -P",
        r"--delimiter=$'\x1f'",
        *filter(None, window),
        f"-o {','.join(sacct_fields(version))}",
    ]
    return " ".join(parts)


def sacct_fields(version: tuple[int, int] | None = None) -> tuple[str, ...]:
    """The fields in use, less those that a Slurm version (21, 8) does not know yet."""
    if version is None:
        return SACCT_FIELDS
    return tuple(name for name in SACCT_FIELDS if _NEWER_FIELDS.get(name, (0, 0)) <= version)
