"""`plimsoll machines`: the capacity registry, its records and its checks."""

import click

from model.errors import ConfigError
from plimsoll.cli.context import Session, pass_session


@click.group()
def machines() -> None:
    """The capacity registry: machines, their figures, the source of each."""


@machines.command("list")
@pass_session
def list_machines(session: Session) -> None:
    """List every record, whatever its date."""
    for machine in session.registry.machines:
        count = "unknown" if machine.gpus is None else f"{machine.gpus:,}"
        click.echo(f"{machine.id:28} {machine.country}  {count:>8} GPUs  {machine.name}")


@machines.command("show")
@click.argument("machine_id", metavar="ID")
@pass_session
def show_machine(session: Session, machine_id: str) -> None:
    """Show one record with the source of each figure."""
    click.echo(session.registry.machine(machine_id).describe())


@machines.command()
@pass_session
def check(session: Session) -> None:
    """Look for figures without origin, overlapping slices and sums that count twice."""
    faults = session.registry.faults()
    if faults:
        raise ConfigError(faults, where="registry")
    click.echo(f"{len(session.registry.machines)} records, no fault")
