"""`plimsoll report impact`: what a proposal would draw and emit."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

import click

from model.errors import InputError
from model.grid_carbon import YEARLY_SERIES, YearlySeries
from plimsoll.cli.context import Session, pass_session
from plimsoll.cli.show import ISO_DATE
from reports.edition import branding_of, epoch_day
from reports.impact import Proposal, Statement, impact_statement
from reports.impact_document import Imprint, impact_document
from reports.impact_text import STYLES, Style, rendered
from reports.writers import FORMATS, format_of, writer
from reports.writers.files import places_for

_PRINTED: Final = ("text", "md", "csv", "json")
_STYLES: Final[Mapping[str, Style]] = {style: style for style in STYLES}
_ENDINGS: Final = {"txt": "text", "csv": "csv", "json": "json"}
_KINDS: Final = tuple(dict.fromkeys((*_PRINTED, *FORMATS)))


@click.command()
@click.option("--gpu", required=True, help="Card, such as h100-sxm: an id of the GPU catalogue.")
@click.option("--gpu-hours", type=click.FloatRange(min=0, min_open=True), required=True)
@click.option("--site", help="A cluster of the settings, or a machine of the registry.")
@click.option("--region", help="Region of the grid: a name or number, or a country.")
@click.option("--year", type=click.IntRange(1990, 2100), help="[default: this year]")
@click.option("--pue", type=click.FloatRange(1, 5), help="Power usage effectiveness.")
@click.option("--utilisation", type=click.FloatRange(0, 1), help="Mean activity of the GPUs.")
@click.option(
    "--factors",
    type=click.Choice(YEARLY_SERIES),
    help="Yearly factors of the grid.  [default: of the settings]",
)
@click.option(
    "--output",
    "-o",
    "outputs",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="File to write, its format by its ending; give it again for more formats.  "
    "[default: print]",
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(_KINDS),
    help="Format that is printed, or of a file without ending.  [default: text]",
)
@click.option("--organisation", help="Whose statement it is.  [default: of the settings]")
@click.option(
    "--edition",
    type=ISO_DATE,
    help="Day of the statement.  [default: that of SOURCE_DATE_EPOCH, else today]",
)
@pass_session
def impact(
    session: Session,
    *,
    gpu: str,
    gpu_hours: float,
    site: str | None,
    region: str | None,
    year: int | None,
    pue: float | None,
    utilisation: float | None,
    factors: YearlySeries | None,
    outputs: tuple[Path, ...],
    kind: str | None,
    organisation: str | None,
    edition: date | None,
) -> None:
    """Make an environmental impact statement for a proposal. Needs no store.

    Energy, operational and embodied carbon, and what they may be set beside, each low, central
    and high, with every assumption and source. Files: pdf, html, docx, md, xlsx, ods, zip (the
    data package), csv, json and txt, written whole or not at all.
    """
    day = edition or epoch_day() or datetime.now(UTC).date()
    proposal = Proposal(
        gpu=gpu,
        gpu_hours=gpu_hours,
        year=year or day.year,
        site=site,
        region=region,
        pue=pue,
        utilisation=utilisation,
        series=factors,
    )
    statement = impact_statement(proposal, settings=session.settings, registry=session.registry)
    imprint = _imprint(session, day, organisation)
    if outputs:
        _write(session, outputs, kind, (proposal, statement, imprint))
        return
    if kind not in {None, *_PRINTED}:
        raise InputError(f"{kind} is not for a terminal", hint=f"add --output impact.{kind}.")
    click.echo(_made(kind or "text", proposal, statement, imprint).decode(), nl=False)


def _imprint(session: Session, day: date, organisation: str | None) -> Imprint:
    named = session.settings.reports
    whose = organisation or named.organisation
    return Imprint(day, version("plimsoll"), whose, named.contact, branding_of(named, whose))


def _write(
    session: Session,
    outputs: Sequence[Path],
    kind: str | None,
    told: tuple[Proposal, Statement, Imprint],
) -> None:
    if len(set(outputs)) < len(outputs):
        raise InputError("one file is named twice", hint="name each --output once.")
    kinds = {path: kind or _kind_of(path) for path in outputs}
    with places_for(outputs) as places:
        for path, name in kinds.items():
            places[path].write_bytes(_made(name, *told))
    for path in outputs:
        session.note(f"wrote {path}")


def _kind_of(path: Path) -> str:
    ending = path.suffix.lower().removeprefix(".")
    return _ENDINGS.get(ending) or format_of(path)


def _made(name: str, proposal: Proposal, statement: Statement, imprint: Imprint) -> bytes:
    if style := _STYLES.get(name):
        return rendered(statement, style).encode()
    return writer(name)(impact_document(proposal, statement, imprint))
