"""`plimsoll ingest run` and `schedule`: every configured source, again and again."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from ingest.full_disk import telling_a_full_disk
from ingest.metrics_file import write_metrics
from ingest.run import RunOptions, run_sources, worst_exit_code
from ingest.schedule import Place, cron_lines, systemd_units
from model.errors import InputError, PlimsollError
from plimsoll.cli.ahead import reckon_ahead
from plimsoll.cli.context import Session, pass_session
from plimsoll.cli.progress import progress_bar
from plimsoll.cli.source_lines import LogFormat, log_line

if TYPE_CHECKING:
    from ingest.pull import Pulled

_CRON_LOG: Final = Path("/var/log/plimsoll/ingest.log")


class SourcesFailedError(PlimsollError):
    """Some source could not be asked or read; the others were."""

    def __init__(self, count: int, code: int) -> None:
        super().__init__(
            f"{count} source{'s' if count != 1 else ''} failed",
            hint="`plimsoll ingest status` says why; the next run takes up where this one stopped.",
        )
        self.exit_code = code  # type: ignore[misc]


@click.command()
@click.option("--cluster", metavar="NAME", help="Ask the sources of this cluster only.")
@click.option(
    "--log-format",
    type=click.Choice(["json", "text"]),
    default="text",
    show_default=True,
    help="One line a source, for machines or for people.",
)
@click.option(
    "--metrics-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write metrics for the textfile collector of Prometheus' node exporter.",
)
@click.option("--all", "everything", is_flag=True, help="Ask sources that are not due yet, too.")
@click.option(
    "--reckon/--no-reckon",
    default=True,
    show_default=True,
    help="Where something was brought, reckon ahead what pages and reports ask.",
)
@pass_session
def run(
    session: Session,
    *,
    cluster: str | None,
    log_format: LogFormat,
    metrics_file: Path | None,
    everything: bool,
    reckon: bool,
) -> None:
    """Ask every configured source for what is new: what a timer calls.

    Each source is asked in bounded windows, from where it was read to, a little overlapping. What
    fails leaves nothing half read and does not stop the others; the next run takes it up again.
    At the end, figures that pages and reports show without a filter are reckoned and kept, as
    `plimsoll store reckon` does.
    """
    store = session.open_store(create=True)
    done: list[Pulled] = []
    before = store.version()
    with telling_a_full_disk(), progress_bar("Asking", shown=session.shows_progress) as progress:
        options = RunOptions(cluster=cluster, even_if_not_due=everything, progress=progress)
        for pulled in run_sources(store, session.settings, options):
            if pulled.fault and session.debug:
                raise pulled.fault
            done.append(pulled)
            click.echo(log_line(pulled, log_format))
            sys.stdout.flush()
    if metrics_file:
        write_metrics(metrics_file, store.catalogue.sources())
    if reckon and store.version() != before:
        _reckon(session)
    if code := worst_exit_code(done):
        failed = sum(each.state.last_status != "done" for each in done if not each.skipped)
        raise SourcesFailedError(failed, code)


def _reckon(session: Session) -> None:
    """Readers wait where this fails; what was ingested stands."""
    try:
        reckon_ahead(session)
    except Exception as fault:
        if session.debug:
            raise
        told = fault if isinstance(fault, PlimsollError) else f"{type(fault).__name__}: {fault}"
        session.note(f"nothing was reckoned ahead: {told}")


@click.command()
@click.option("--cron", is_flag=True, help="Print lines for cron instead of systemd units.")
@click.option("--user", default="plimsoll", show_default=True, help="Who runs it.")
@click.option(
    "--metrics-file",
    type=click.Path(path_type=Path),
    help="Where the runs write their metrics.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the units to this folder instead of printing them.",
)
@pass_session
def schedule(
    session: Session, *, cron: bool, user: str, metrics_file: Path | None, output: Path | None
) -> None:
    """Print a systemd service and timer, or lines for cron, for this configuration."""
    settings = session.settings
    if settings.path is None:
        raise InputError("there is no settings file to schedule", hint="`plimsoll init` makes one.")
    place = Place(
        program=_program(),
        config=settings.path.resolve(),
        store=session.store_path.resolve(),
        user=user,
        metrics_file=metrics_file.resolve() if metrics_file else None,
    )
    if cron:
        texts = {"plimsoll": cron_lines(settings, place, log=_CRON_LOG)}
        folder = "/etc/cron.d"
    else:
        texts = systemd_units(settings, place)
        folder = "/etc/systemd/system"
    for name, text in texts.items():
        if output:
            _write(output / name, text)
        else:
            click.echo(f"# {folder}/{name}\n{text}")


def _program() -> Path:
    called = Path(sys.argv[0])
    return called.resolve() if called.name == "plimsoll" else Path(sys.prefix) / "bin" / "plimsoll"


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write: {error.strerror}", where=str(path)) from error
    click.echo(f"wrote {path}")
