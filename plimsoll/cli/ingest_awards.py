"""`plimsoll ingest awards`: what was applied for and granted, into the store."""

import click

from ingest.award_sources import AWARD_FORMATS, AwardFormat
from ingest.awards import AwardOptions, ingest_awards
from plimsoll.cli.context import Session, pass_session
from plimsoll.cli.ingest_call import PATHS, STRICT, run_ingest


@click.command()
@PATHS
@click.option(
    "--format",
    "format_name",
    type=click.Choice(AWARD_FORMATS),
    default="auto",
    show_default=True,
    help="The system that wrote it; auto tells it by the content.",
)
@click.option(
    "--map",
    "mapping",
    metavar="FILE",
    help="YAML that names, for our columns, those of the files.",
)
@click.option("--cluster", help="Cluster of accounts that are named without one.")
@STRICT
@pass_session
def awards(
    session: Session,
    *,
    paths: tuple[str, ...],
    format_name: AwardFormat,
    mapping: str | None,
    cluster: str | None,
    strict: bool,
) -> None:
    """Read awards from CSV, XLSX or Parquet, Waldur, ColdFront or Slurm.

    `plimsoll awards template` shows the columns; --map reads others' (SAFE and the like). Waldur
    is JSON of its API, all files in one call, or its CSV export; ColdFront JSON of its API;
    Slurm the GPU-minutes of sacctmgr -P show assoc. What was requested stays unknown where the
    source does not tell it.
    """
    options = AwardOptions(format=format_name, mapping=mapping, cluster=cluster)
    store = session.open_store(create=True)
    run_ingest(
        session,
        "Reading awards",
        lambda progress: ingest_awards(store, paths, options=options, progress=progress),
        strict=strict,
    )
