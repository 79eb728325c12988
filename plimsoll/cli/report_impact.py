"""`plimsoll report impact`: what a proposal would draw and emit."""

from datetime import UTC, datetime
from pathlib import Path

import click

from model.errors import InputError
from model.grid_carbon import YEARLY_SERIES, YearlySeries
from plimsoll.cli.context import Session, pass_session
from reports.impact import Proposal, impact_statement
from reports.impact_text import STYLES, Style, rendered


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
@click.option("--format", "style", type=click.Choice(STYLES), default="text", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), help="Write to a file.")
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
    style: Style,
    output: Path | None,
) -> None:
    """Print an environmental impact statement for a proposal. Needs no store.

    Energy, operational and embodied carbon, and what they may be set beside, each low, central
    and high, with every assumption and source.
    """
    proposal = Proposal(
        gpu=gpu,
        gpu_hours=gpu_hours,
        year=year or datetime.now(UTC).year,
        site=site,
        region=region,
        pue=pue,
        utilisation=utilisation,
        series=factors,
    )
    statement = impact_statement(proposal, settings=session.settings, registry=session.registry)
    text = rendered(statement, style)
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"cannot write: {error.strerror}", where=str(output), hint="choose another file."
        ) from error
    session.note(f"wrote {output}")
