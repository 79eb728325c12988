"""`plimsoll awards`: the form in which a programme tells what was asked and granted."""

from pathlib import Path

import click

from ingest.awards import awards_template
from model.errors import InputError


@click.group()
def awards() -> None:
    """Applications, requests and grants."""


@awards.command()
@click.option("--output", type=click.Path(path_type=Path), help="Write to a file.")
def template(output: Path | None) -> None:
    """Print an empty, commented awards file; four of its columns are enough."""
    if output is None:
        click.echo(awards_template(), nl=False)
        return
    if output.exists():
        raise InputError("the file is there already", where=str(output), hint="name a new one.")
    output.write_text(awards_template(), encoding="utf-8")
    click.echo(f"wrote {output}")
