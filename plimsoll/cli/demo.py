"""`plimsoll demo`: everything on an invented estate, in one command."""

import shutil
from datetime import date
from pathlib import Path

import click

from model.errors import InputError
from plimsoll.cli.context import Session, pass_session
from plimsoll.cli.findings import print_findings
from plimsoll.cli.progress import progress_bar
from plimsoll.cli.serve import HOST, PORT, serve_session

FOLDER = Path("plimsoll-demo")
_MARKER = "made-as.txt"
_DONE = "done:"


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
    session: Session,
    *,
    no_serve: bool,
    host: str | None,
    port: int | None,
    folder: Path,
    scale: float,
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
    """The demo's own settings and store, made unless they stand complete from an earlier run."""
    from plimsoll.demo.generate import GENERATOR_VERSION, SEED

    made_as = f"generator {GENERATOR_VERSION}, seed {SEED}, scale {scale}"
    marker = _claim(folder)
    if marker.read_text(encoding="utf-8") != f"{_DONE} {made_as}":
        if made_as not in marker.read_text(encoding="utf-8"):
            shutil.rmtree(folder / "estate", ignore_errors=True)
            shutil.rmtree(folder / "store", ignore_errors=True)
        marker.write_text(made_as, encoding="utf-8")
        _make(session, folder=folder, scale=scale)
        marker.write_text(f"{_DONE} {made_as}", encoding="utf-8")
    else:
        session.note(f"Synthetic estate in {folder}, as it was")
    return _played(session, folder)


def _make(session: Session, *, folder: Path, scale: float) -> None:
    from plimsoll.demo.generate import generate_estate
    from plimsoll.demo.run import ingest_estate

    session.note(f"Synthetic estate in {folder}")
    with progress_bar("Scheduling invented jobs", shown=session.shows_progress) as progress:
        estate = generate_estate(folder / "estate", scale=scale, progress=progress)
    store = _played(session, folder).open_store(create=True)
    with progress_bar("Ingesting", shown=session.shows_progress) as progress:
        reports = ingest_estate(estate, store, progress=progress)
    for report in reports:
        session.note(report.summary())


def _played(session: Session, folder: Path) -> Session:
    return Session(
        config_file=folder / "estate" / "plimsoll.yaml",
        store_folder=folder / "store",
        quiet=session.quiet,
        debug=session.debug,
    )


def _claim(folder: Path) -> Path:
    """The marker of a demo's folder, made if need be; InputError for a folder of other things."""
    marker = folder / _MARKER
    if not marker.is_file():
        if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
            raise InputError(
                "this holds other things",
                where=str(folder),
                hint="name an empty or a new folder with --folder.",
            )
        folder.mkdir(parents=True, exist_ok=True)
        marker.touch()
    return marker
