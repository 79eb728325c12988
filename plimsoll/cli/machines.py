"""`plimsoll machines`: the capacity registry, its records and its checks."""

import click

from model.errors import ConfigError, InputError
from model.registry_checks import check_registry
from model.suggestions import did_you_mean
from plimsoll.cli.context import Session, pass_session
from plimsoll.cli.machine_text import machine_text


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
    machine = session.registry.machine(machine_id)
    if machine is None:
        ids = [each.id for each in session.registry.machines]
        hint = did_you_mean(machine_id, ids)
        raise InputError(f"no machine {machine_id!r}", hint=_short(hint))
    click.echo(machine_text(machine))


@machines.command()
@pass_session
def check(session: Session) -> None:
    """Look for figures without origin, overlapping slices and sums that count twice."""
    findings = check_registry(session.registry)
    if findings:
        faults = [f"{each.machine}: {each.problem}: {each.what}" for each in findings]
        raise ConfigError(faults, where="registry")
    click.echo(f"{len(session.registry.machines)} records, no fault")


def _short(hint: str) -> str:
    return hint if hint.startswith("did") else "`plimsoll machines list` has them."
