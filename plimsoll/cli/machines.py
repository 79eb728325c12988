"""`plimsoll machines`: the capacity registry, its records and its checks."""

from pathlib import Path

import click

from model.errors import InputError
from model.registry import check_files
from model.suggestions import did_you_mean
from plimsoll.cli.context import Session, pass_session
from plimsoll.cli.lazy import LazyGroup
from plimsoll.cli.machine_text import machine_line, machine_text, machines_frame
from reports.wording import plural


@click.group(cls=LazyGroup, lazy={"import": "plimsoll.cli.machines_import:import_list"})
def machines() -> None:
    """The capacity registry: machines, their figures, the source of each."""


@machines.command("list")
@click.option(
    "--format",
    "style",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
)
@pass_session
def list_machines(session: Session, *, style: str) -> None:
    """List every record, whatever its date, with the grade of its count."""
    frame = machines_frame(session.registry.machines)
    if style == "csv":
        click.echo(frame.write_csv(), nl=False)
    elif style == "json":
        click.echo(frame.write_json())
    else:
        for machine in session.registry.machines:
            click.echo(machine_line(machine))


@machines.command("show")
@click.argument("machine_id", metavar="ID")
@click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@pass_session
def show_machine(session: Session, machine_id: str, *, style: str) -> None:
    """Show one record with the source of each figure."""
    machine = session.registry.machine(machine_id)
    if machine is None:
        ids = [each.id for each in session.registry.machines]
        hint = did_you_mean(machine_id, ids)
        raise InputError(f"no machine {machine_id!r}", hint=_short(hint))
    click.echo(machine.model_dump_json(indent=2) if style == "json" else machine_text(machine))


@machines.command()
@click.argument(
    "files", nargs=-1, type=click.Path(path_type=Path, dir_okay=False), metavar="[FILE]..."
)
def check(files: tuple[Path, ...]) -> None:
    """Look for every fault of the registry, or of FILEs as if they stood in it.

    Refused are: a figure or a source without origin or date, a GPU that the catalogue does not
    know, slices that overlap, cards that a sum would count twice, counts that do not add up, and
    dies counted as cards. All faults come in one report, each with its file and line. A record of
    a FILE stands in for the registry's record of the same id.
    """
    records = check_files(files)
    click.echo(f"{plural(records, 'record')}, no fault")


def _short(hint: str) -> str:
    return hint if hint.startswith("did") else "`plimsoll machines list` has them."
