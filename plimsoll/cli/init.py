"""`plimsoll init`: the first lines on a new machine."""

from pathlib import Path

import click

from ingest.advice import advice
from model.resources import config_path
from plimsoll.cli.context import Session, pass_session


@click.command()
@click.option("--cluster", default="mycluster", show_default=True, help="Name of your cluster.")
@pass_session
def init(session: Session, *, cluster: str) -> None:
    """Write a commented plimsoll.yaml, create the store, print the lines to run on the cluster.

    A plimsoll.yaml that is there already stays as it is.
    """
    settings_file = session.config_file or Path("plimsoll.yaml")
    if settings_file.exists():
        click.echo(f"{settings_file}: kept as it is")
    else:
        settings_file.parent.mkdir(parents=True, exist_ok=True)
        settings_file.write_text(_settings(cluster), encoding="utf-8")
        click.echo(f"{settings_file}: written, edit it to say more of {cluster}")
    if key_file := session.settings.privacy.make_key():
        click.echo(f"{key_file}: a key for pseudonyms, keep it outside the store and safe")
    session.open_store(create=True)
    click.echo(f"{session.store_path}: store ready\n")
    click.echo(advice(cluster).text())


def _settings(cluster: str) -> str:
    """The commented example, with the cluster entered."""
    example = config_path("plimsoll.example.yaml").read_text(encoding="utf-8")
    return example.replace("clusters: []\n", f"clusters:\n  - name: {cluster}\n", 1)
