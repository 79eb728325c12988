"""`plimsoll demo`: everything on an invented estate, in one command."""

import shutil
from datetime import date
from pathlib import Path

import click

from model.errors import InputError
from plimsoll.cli.context import Session, pass_session
from plimsoll.cli.findings import print_findings
from plimsoll.cli.ingest import report_notes
from plimsoll.cli.progress import progress_bar
from plimsoll.cli.serve import HOST, PORT, serve_session

FOLDER = Path("plimsoll-demo")
_READY = "estate-ready"


@click.command()
@click.option("--no-serve", is_flag=True, help="Stop after the findings.")
@HOST
@PORT
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=FOLDER,
    show_default=True,
    help="Where the invented estate and its store are kept.",
)
@click.option(
    "--scale",
    type=click.FloatRange(0.005, 4),
    default=1.0,
    show_default=True,
    help="Size of the estate; 1 has about 500,000 jobs.",
)
@pass_session
def demo(
    session: Session, *, no_serve: bool, host: str, port: int, folder: Path, scale: float
) -> None:
    """Make a synthetic estate, ingest it as a user would, print findings, open the dashboard.

    Two Tier-2 clusters and six group clusters over twelve months, all of it invented and
    labelled so. Run it again and it goes on from where it was.
    """
    played = prepare(session, folder=folder, scale=scale)
    print_findings(played, on=date(2026, 11, 1))
    if not no_serve:
        serve_session(played, host=host, port=port)


def prepare(session: Session, *, folder: Path, scale: float) -> Session:
    """Generate what is missing and ingest it; a session of the demo's own settings and store."""
    from plimsoll.demo.generate import SEED, generate_estate
    from plimsoll.demo.run import ingest_estate

    _refuse_other_folder(folder)
    estate_folder = folder / "estate"
    ready = folder / _READY
    made_as = f"seed {SEED} scale {scale}"
    if ready.is_file() and ready.read_text(encoding="utf-8") != made_as:
        shutil.rmtree(folder)
    session.note(f"Synthetic estate in {estate_folder}")
    with progress_bar("Scheduling invented jobs", shown=session.shows_progress) as progress:
        estate = generate_estate(estate_folder, scale=scale, progress=progress)
    ready.write_text(made_as, encoding="utf-8")
    played = Session(
        config_file=estate.settings,
        store_folder=folder / "store",
        quiet=session.quiet,
        debug=session.debug,
    )
    with progress_bar("Ingesting", shown=session.shows_progress) as progress:
        reports = ingest_estate(estate, played.open_store(create=True), progress=progress)
    for report in reports:
        session.note(report.summary())
        if session.debug:
            for line in report_notes(report):
                session.note(line)
    return played


def _refuse_other_folder(folder: Path) -> None:
    if folder.is_file():
        raise InputError("this is a file", where=str(folder), hint="name a folder with --folder.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / _READY).exists():
        if {path.name for path in folder.iterdir()} <= {"estate", "store"}:
            return
        raise InputError(
            "this folder holds other things",
            where=str(folder),
            hint="name an empty or a new folder with --folder.",
        )
