"""`plimsoll store`: what the store holds, and its upkeep."""

import json

import click

from plimsoll.cli.context import Session, pass_session


@click.group()
def store() -> None:
    """Look at the store and keep it in order."""


@store.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def info(session: Session, *, as_json: bool) -> None:
    """Show each table's rows, files, bytes and version."""
    tables = session.open_store().info()
    if as_json:
        click.echo(json.dumps(tables, indent=2, default=str))
        return
    for table in tables:
        click.echo("  ".join(f"{name} {value}" for name, value in table.items()))


@store.command()
@pass_session
def compact(session: Session) -> None:
    """Join small files and remove those that no recent version needs."""
    session.open_store().compact()
    click.echo("compacted")
