"""`plimsoll store`: what the store holds, and its upkeep."""

import json
from dataclasses import asdict

import click
import polars as pl

from plimsoll.cli.ahead import reckon_ahead
from plimsoll.cli.context import Session, pass_session
from plimsoll.cli.output import render_table


@click.group()
def store() -> None:
    """Look at the store and keep it in order."""


@store.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
def info(session: Session, *, as_json: bool) -> None:
    """Show each table's rows, files, bytes and version."""
    tables = [asdict(table) for table in session.open_store().info()]
    if as_json:
        click.echo(json.dumps(tables, indent=2, default=str))
        return
    click.echo(render_table(pl.DataFrame(tables)), nl=False)


@store.command()
@pass_session
def reckon(session: Session) -> None:
    """Reckon ahead what the dashboard and the full report ask without a filter.

    The answers are kept in the store, so that the first reader after an ingest does not wait.
    `plimsoll ingest run` does this whenever it brought something, and `plimsoll serve` before it
    shows new data; after other ingests, call it yourself. What is kept already costs little.
    """
    reckon_ahead(session)


@store.command()
@pass_session
def compact(session: Session) -> None:
    """Join small files and remove those that no recent version needs."""
    done = [asdict(table) for table in session.open_store().compact()]
    click.echo(render_table(pl.DataFrame(done)), nl=False)
