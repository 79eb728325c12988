"""`plimsoll carbon`: carbon intensities of Great Britain's grid, where the network allows."""

from datetime import date
from pathlib import Path

import click

from ingest.sources.carbon_intensity import API_URL, Fetcher
from model.errors import InputError
from model.grid_carbon import GREAT_BRITAIN, GridRegion, known_grid_region, load_grid_carbon
from plimsoll.cli.context import Session, pass_session
from plimsoll.cli.show import ISO_DATE


@click.group()
def carbon() -> None:
    """Carbon intensity of electricity."""


@carbon.command()
@click.option("--from", "since", type=ISO_DATE, required=True, help="First day, inclusive (UTC).")
@click.option("--to", "until", type=ISO_DATE, required=True, help="Last day, exclusive (UTC).")
@click.option(
    "--region",
    "regions",
    multiple=True,
    help="Name or number; give it again for more.  [default: those of the settings, else GB]",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("carbon-intensity"),
    show_default=True,
    help="Folder for the snapshots.",
)
@click.option("--again", is_flag=True, help="Fetch anew what was fetched before.")
@click.option("--url", default=API_URL, show_default=True, help="Address of the API.")
@pass_session
def fetch(
    session: Session,
    *,
    since: date,
    until: date,
    regions: tuple[str, ...],
    output: Path,
    again: bool,
    url: str,
) -> None:
    """Save half-hourly intensities of the Carbon Intensity API as JSON files.

    For `plimsoll ingest intensity`, here or on a machine without a network. Thirteen days a file,
    a second between questions. Actual figures are of all of Great Britain; regions have forecasts.
    """
    if since >= until:
        raise InputError(
            f"--from {since} is not before --to {until}", hint="--to is exclusive: the day after."
        )
    wanted = [_region(text) for text in regions] or _of_settings(session)
    fetcher = Fetcher(output, url=url, again=again)
    files = 0
    for region in wanted:
        for each in fetcher.fetch(region, since, until):
            files += bool(each.half_hours or each.kept)
            said = "was there" if each.kept else f"{each.half_hours:,} half-hours"
            session.note(f"{each.path}: {said}")
    snapshots = "1 snapshot" if files == 1 else f"{files} snapshots"
    click.echo(f"{snapshots} in {output}; `plimsoll ingest intensity {output}/*` reads them")


def _region(text: str) -> GridRegion:
    try:
        code = known_grid_region(text)
    except ValueError as error:
        raise InputError(str(error)) from None
    return _of_code(code)


def _of_settings(session: Session) -> list[GridRegion]:
    codes = [each.grid_region for each in session.settings.clusters if each.grid_region]
    found = (_of_code(code) for code in dict.fromkeys(codes))
    return [region for region in found if region.api_id] or [_of_code(GREAT_BRITAIN)]


def _of_code(code: str) -> GridRegion:
    region = load_grid_carbon().region(code)
    if region is None:
        raise InputError(f"no grid region {code!r}")
    return region
