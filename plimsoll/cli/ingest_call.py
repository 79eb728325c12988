"""What the commands of `plimsoll ingest` share: options, the run, the lines at its end."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from ingest.report import IngestReport
from model.errors import InputError, QuarantinedError
from model.progress import Progress
from plimsoll.cli.context import Session
from plimsoll.cli.progress import progress_bar

PATHS = click.argument("paths", nargs=-1, required=True, metavar="PATH...")
CLUSTER = click.option("--cluster", required=True, help="Name of the cluster that wrote it.")
STRICT = click.option("--strict", is_flag=True, help="Exit with 3 where a row was quarantined.")
ZONE = click.option(
    "--timezone", help="Zone of times without an offset.  [default: the cluster's, else UTC]"
)


def run_ingest(
    session: Session,
    title: str,
    work: Callable[[Progress | None], IngestReport],
    *,
    strict: bool,
) -> None:
    """Do the work under a progress bar and say what came of it.

    Raises:
        QuarantinedError: with `strict`, where a row was set aside.
    """
    with progress_bar(title, shown=session.shows_progress) as progress:
        report = work(progress)
    click.echo(report.summary())
    for line in report_notes(report):
        session.note(line)
    if strict and report.rows_quarantined:
        raise QuarantinedError(
            f"{report.rows_quarantined:,} rows were quarantined",
            hint="`plimsoll ingest status` names the reasons.",
        )


def report_notes(report: IngestReport) -> list[str]:
    """The lines under a summary: what was assumed, what the file cannot tell."""
    assumed = [
        f"Assumed: {sentence}" + (f" ({rows:,} rows)" if rows else "")
        for sentence, rows in report.assumptions.items()
    ]
    unknown = [f"Unknown, for want of the column: {', '.join(report.unknown)}."]
    return assumed + (unknown if report.unknown else [])


def moment_of(text: str, zone: str, option: str) -> datetime:
    """The aware moment that an option's text names, in `zone` unless it has an offset."""
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except ZoneInfoNotFoundError:
        raise InputError(
            f"no time zone {zone!r}", hint="use a name such as Europe/London."
        ) from None
    except ValueError:
        raise InputError(
            f"{option}: {text!r} is no date or time", hint="use 2026-05-01 or 2026-05-01T09:00."
        ) from None
