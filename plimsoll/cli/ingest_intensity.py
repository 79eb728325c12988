"""`plimsoll ingest intensity`: how much carbon the electricity of grids bore, into the store."""

import click

from ingest.intensity import ingest_intensity
from plimsoll.cli.context import Session, pass_session
from plimsoll.cli.ingest_call import PATHS, STRICT, run_ingest


@click.command()
@PATHS
@STRICT
@pass_session
def intensity(session: Session, *, paths: tuple[str, ...], strict: bool) -> None:
    """Read carbon intensities of grids: snapshots of an API, CSV, or factors of years.

    Told by their content: answers of the Carbon Intensity API (`plimsoll carbon fetch` saves
    them), the CSV files of NESO's data portal, Electricity Maps and Ember, and the flat file of
    the UK's conversion factors (XLSX).
    """
    store = session.open_store(create=True)
    run_ingest(
        session,
        "Reading intensities",
        lambda progress: ingest_intensity(store, paths, progress=progress),
        strict=strict,
    )
