"""`plimsoll ingest`: job logs, node inventories and events into the store."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Final

import click

from ingest.events import ingest_events
from ingest.formats import JOB_FORMATS
from ingest.jobs import ingest_jobs
from ingest.nodes import ingest_nodes
from ingest.options import JobOptions
from ingest.report import left_out_word
from ingest.tres_ids import read_tres_ids
from model.errors import InputError
from plimsoll.cli.context import Session, pass_session
from plimsoll.cli.ingest_call import CLUSTER, PATHS, STRICT, ZONE, moment_of, run_ingest
from plimsoll.cli.lazy import LazyGroup
from plimsoll.cli.source_lines import source_line, source_members

_ELSEWHERE: Final = {
    "awards": "plimsoll.cli.ingest_awards:awards",
    "intensity": "plimsoll.cli.ingest_intensity:intensity",
    "telemetry": "plimsoll.cli.telemetry:telemetry",
    "run": "plimsoll.cli.ingest_run:run",
    "schedule": "plimsoll.cli.ingest_run:schedule",
}

_SHOWN: Final = 50
"""Entries of the ledger that people are shown: a timer adds some every quarter of an hour."""


@click.group(cls=LazyGroup, lazy=_ELSEWHERE)
def ingest() -> None:
    """Read logs, inventories, telemetry and awards into the store.

    Safe to repeat and to interrupt: a file that was read before changes nothing, and nothing
    of a file shows before all of it was read.
    """


@ingest.command()
@PATHS
@CLUSTER
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["auto", *(form.name for form in JOB_FORMATS)]),
    default="auto",
    show_default=True,
)
@ZONE
@click.option(
    "--window",
    metavar="FROM/TO",
    help="What the log was asked for (sacct -S -E), such as 2026-05-01/2026-06-01.",
)
@click.option("--fields", metavar="A,B,...", help="Columns of a log without a header.")
@click.option("--delimiter", metavar="C", help="Column separator.  [default: from the header]")
@click.option(
    "--tres",
    "tres_file",
    metavar="FILE",
    help="What TRES ids mean in a log that counts by them: output of sacctmgr -P show tres.",
)
@STRICT
@pass_session
def jobs(
    session: Session,
    *,
    paths: tuple[str, ...],
    cluster: str,
    format_name: str,
    timezone: str | None,
    window: str | None,
    fields: str | None,
    delimiter: str | None,
    tres_file: str | None,
    strict: bool,
) -> None:
    """Read job logs: plain, gz, xz or zst; `-` is stdin.

    The format is told by the content: sacct -P or -p, sacct --json or --yaml and slurmrestd's
    slurmdb jobs, dumps of pyslurm in JSON or YAML, the log of jobcomp/filetxt.
    """
    zone = timezone or session.settings.cluster_timezone(cluster)
    options = JobOptions(
        format=format_name,
        timezone=zone,
        window=_window(window, zone or "UTC"),
        fields=_names(fields),
        delimiter=_delimiter(delimiter),
        tres_names=read_tres_ids(tres_file) if tres_file else None,
        keep_job_names=session.settings.privacy.keep_job_names,
        pseudonymise_users=session.settings.privacy.pseudonyms,
        name_key=session.settings.privacy.key(),
    )
    store = session.open_store(create=True)
    run_ingest(
        session,
        "Reading jobs",
        lambda progress: ingest_jobs(
            store, paths, cluster=cluster, options=options, progress=progress
        ),
        strict=strict,
    )


@ingest.command()
@PATHS
@CLUSTER
@click.option("--at", metavar="TIME", help="When it was taken.  [default: from the text itself]")
@ZONE
@STRICT
@pass_session
def nodes(
    session: Session,
    *,
    paths: tuple[str, ...],
    cluster: str,
    at: str | None,
    timezone: str | None,
    strict: bool,
) -> None:
    """Read node inventories: of `scontrol show node`, sinfo, slurmrestd or pyslurm.

    Text, JSON and YAML are told by their content; sinfo's text needs node names and GRES.
    """
    zone = timezone or session.settings.cluster_timezone(cluster)
    moment = moment_of(at, zone or "UTC", "--at") if at else None
    store = session.open_store(create=True)
    run_ingest(
        session,
        "Reading nodes",
        lambda progress: ingest_nodes(
            store, paths, cluster=cluster, at=moment, timezone=zone, progress=progress
        ),
        strict=strict,
    )


@ingest.command()
@PATHS
@CLUSTER
@ZONE
@STRICT
@pass_session
def events(
    session: Session,
    *,
    paths: tuple[str, ...],
    cluster: str,
    timezone: str | None,
    strict: bool,
) -> None:
    """Read when nodes were down, drained, in maintenance or reserved.

    From `sacctmgr -P show event`, and reservations of scontrol, slurmrestd or sacctmgr.
    """
    zone = timezone or session.settings.cluster_timezone(cluster)
    store = session.open_store(create=True)
    run_ingest(
        session,
        "Reading events",
        lambda progress: ingest_events(
            store, paths, cluster=cluster, timezone=zone, progress=progress
        ),
        strict=strict,
    )


@ingest.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def status(session: Session, *, as_json: bool) -> None:
    """Show each source's watermark and last run, and what became of each file's rows."""
    catalogue = session.open_store().catalogue
    files = [asdict(file) for file in catalogue.files()]
    sources, now = catalogue.sources(), datetime.now(UTC)
    if as_json:
        told = {"sources": [source_members(each, now=now) for each in sources], "files": files}
        click.echo(json.dumps(told, indent=2, default=str))
        return
    for source in sources:
        click.echo(source_line(source, now=now))
    if not files:
        click.echo("nothing ingested yet. Hint: `plimsoll init` prints the lines to begin with.")
    for file in files[-_SHOWN:]:
        click.echo(_status_line(file))
    if len(files) > _SHOWN:
        session.note(f"... and {len(files) - _SHOWN:,} earlier entries: --json lists all.")


def _status_line(file: dict[str, object]) -> str:
    reasons = file["reasons"] or ""
    return (
        f"{file['ingested_at']}  {file['cluster'] or '-'}  {file['kind']}  {file['path']}  "
        f"read {file['rows_read']}, accepted {file['rows_accepted']}, "
        f"{left_out_word(str(file['kind']))} {file['rows_steps']}, "
        f"quarantined {file['rows_quarantined']} {reasons}"
    ).rstrip()


def _names(text: str | None) -> tuple[str, ...] | None:
    return tuple(part.strip() for part in text.split(",")) if text else None


def _delimiter(text: str | None) -> str | None:
    return text.encode().decode("unicode_escape") if text else None


def _window(text: str | None, zone: str) -> tuple[datetime, datetime] | None:
    if text is None:
        return None
    begin, slash, end = text.partition("/")
    if not slash:
        raise InputError(
            f"--window {text!r} is not of the form FROM/TO",
            hint="for example --window 2026-05-01/2026-06-01.",
        )
    window = moment_of(begin, zone, "--window"), moment_of(end, zone, "--window")
    if window[0] >= window[1]:
        raise InputError(f"--window {text!r} ends before it begins", hint="swap the two.")
    return window
