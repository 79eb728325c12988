"""`plimsoll ingest telemetry`: what the GPUs did, by device and hour."""

import click

from ingest.formats.telemetry_base import TelemetryOptions
from ingest.telemetry import ingest_telemetry
from ingest.telemetry_hours import LONGEST_GAP_S
from plimsoll.cli.context import Session, pass_session
from plimsoll.cli.ingest_call import CLUSTER, PATHS, STRICT, ZONE, moment_of, run_ingest


@click.command()
@PATHS
@CLUSTER
@click.option("--at", metavar="TIME", help="When samples were taken that carry no time.")
@click.option("--node", metavar="NAME", help="Node of samples that name none.")
@click.option("--metric", metavar="NAME", help="Metric of series that lost their name.")
@click.option(
    "--max-gap",
    type=click.IntRange(1, LONGEST_GAP_S),
    metavar="S",
    help="Seconds for which a sample stands at most.  [default: twice the usual step, else 120]",
)
@ZONE
@STRICT
@pass_session
def telemetry(
    session: Session,
    *,
    paths: tuple[str, ...],
    cluster: str,
    at: str | None,
    node: str | None,
    metric: str | None,
    max_gap: int | None,
    timezone: str | None,
    strict: bool,
) -> None:
    """Read GPU telemetry: answers of Prometheus, scrapes, promtool's text, CSV of nvidia-smi.

    Summed up by device and hour as seconds in each band of activity. Give all files of a span
    at once, so that metrics in files of their own meet.
    """
    zone = timezone or session.settings.cluster_timezone(cluster)
    options = TelemetryOptions(
        at=moment_of(at, zone or "UTC", "--at") if at else None,
        node=node,
        metric=metric,
        max_gap_s=max_gap,
        timezone=zone,
    )
    store = session.open_store(create=True)
    run_ingest(
        session,
        "Reading telemetry",
        lambda progress: ingest_telemetry(
            store, paths, cluster=cluster, options=options, progress=progress
        ),
        strict=strict,
    )
