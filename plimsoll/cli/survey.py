"""`plimsoll survey`: the form in which clusters without a job log are told."""

from pathlib import Path

import click

from ingest.survey import read_surveys, survey_template
from model.errors import InputError


@click.group()
def survey() -> None:
    """Group clusters that have no Slurm, as their owners tell of them."""


@survey.command()
@click.option("--output", type=click.Path(path_type=Path), help="Write to a file.")
def template(output: Path | None) -> None:
    """Print an empty, commented survey file."""
    if output is None:
        click.echo(survey_template(), nl=False)
        return
    if output.exists():
        raise InputError("the file is there already", where=str(output), hint="name a new one.")
    output.write_text(survey_template(), encoding="utf-8")
    click.echo(f"wrote {output}")


@survey.command()
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path)
)
def check(files: tuple[Path, ...]) -> None:
    """Look for every fault of survey files; all come in one report."""
    rows = read_surveys(files)
    gpus = int(rows["gpus"].sum())
    click.echo(f"{rows.height} rows, {gpus:,} GPUs, no fault")
