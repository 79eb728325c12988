"""`plimsoll report due`: what a timer calls to make the reports of the schedule."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import click

from model.errors import InputError, PlimsollError
from model.settings import Settings
from model.suggestions import did_you_mean
from plimsoll.cli.context import Session, pass_session
from plimsoll.cli.progress import progress_bar
from plimsoll.cli.report_lines import tell
from plimsoll.cli.show import ISO_DATE
from plimsoll.cli.source_lines import LogFormat
from reports.scheduled_run import Made, Scheduler

_WRONG, _FAULT, _BUSY = 2, 1, 4
_LEVELS = {"failed": "error", "fault": "error", "busy": "warning", "waiting": "warning"}


class ReportsFailedError(PlimsollError):
    """Some report of the schedule was not made; the others were looked after."""

    def __init__(self, count: int, code: int) -> None:
        super().__init__(
            f"{count} report{'s were' if count != 1 else ' was'} not made",
            hint="the lines above say why; the next run tries again.",
        )
        self.exit_code = code  # type: ignore[misc]


@click.command()
@click.option(
    "--name", "names", multiple=True, metavar="NAME", help="Look at this report of the schedule."
)
@click.option(
    "--today",
    type=ISO_DATE,
    help="Look at the schedule as on this day.  [default: today, in the site's time zone]",
)
@click.option("--dry-run", "dry", is_flag=True, help="Say what would be made, and make nothing.")
@click.option(
    "--log-format",
    type=click.Choice(["json", "text"]),
    default="text",
    show_default=True,
    help="One line a report, for machines or for people.",
)
@pass_session
def due(
    session: Session,
    *,
    names: tuple[str, ...],
    today: date | None,
    dry: bool,
    log_format: LogFormat,
) -> None:
    """Make the reports of reports.schedule that are due: what a timer calls.

    A report is due when its week, month, quarter or year has closed, the data reach its end, and
    no file of that edition is in its folder. Each is made whole or not at all; what fails does not
    stop the others, and the next run tries again. The data package of the edition before, if it is
    in the folder, tells what changed.
    """
    _check(session.settings, names)
    store, failed = session.open_store(), list[Made]()
    shows = session.shows_progress and log_format == "text"
    with progress_bar("Making reports", shown=shows) as advance:
        scheduler = Scheduler(
            store=store,
            settings=session.settings,
            registry=session.registry,
            today=today or datetime.now(ZoneInfo(session.settings.timezone)).date(),
            dry=dry,
        )
        if advance:
            scheduler = replace(scheduler, progress=lambda done, total, _: advance(done, total))
        for made in scheduler.run(names):
            if made.fault and session.debug:
                raise made.fault
            failed += [made] if made.status in {"failed", "fault", "busy"} else []
            _say(made, log_format, dry=dry)
    if failed:
        raise ReportsFailedError(len(failed), _code(failed))


def _check(settings: Settings, names: tuple[str, ...]) -> None:
    known = [report.name for report in settings.reports.schedule]
    if not known:
        raise InputError(
            "no report is scheduled",
            where=str(settings.path) if settings.path else None,
            hint="name one under reports.schedule: docs/how-to/schedule.md.",
        )
    for name in names:
        if name not in known:
            raise InputError(f"no report {name!r} in the schedule", hint=did_you_mean(name, known))


def _say(made: Made, log_format: LogFormat, *, dry: bool) -> None:
    if log_format == "text":
        click.echo(_sentence(made, dry=dry))
        return
    edition = made.edition
    tell(
        "report",
        level=_LEVELS.get(made.status, "info"),
        report=made.report.name,
        status=made.status,
        dry_run=dry,
        edition=edition.label if edition else None,
        since=edition.since.isoformat() if edition and edition.since else None,
        until=edition.until.isoformat() if edition else None,
        files=[str(path) for path in made.files],
        message=made.message,
    )


def _sentence(made: Made, *, dry: bool) -> str:
    edition = f" {made.edition.label}" if made.edition else ""
    status = "would be made" if dry and made.status == "made" else made.status
    files = f": {', '.join(str(path) for path in made.files)}" if made.files else ""
    return f"{made.report.name}{edition}: {status}{files or f': {made.message}'}"


def _code(failed: list[Made]) -> int:
    """1 where the program itself failed, 2 where a report could not be made, 4 where all wait."""
    statuses = {made.status for made in failed}
    if "fault" in statuses:
        return _FAULT
    return _WRONG if "failed" in statuses else _BUSY
