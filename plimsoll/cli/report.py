"""`plimsoll report`: documents to hand on."""

from typing import Final

import click

from plimsoll.cli.lazy import LazyGroup

_REPORTS: Final = {
    "capacity": "plimsoll.cli.report_capacity:capacity",
    "due": "plimsoll.cli.report_due:due",
    "impact": "plimsoll.cli.report_impact:impact",
}


@click.group(cls=LazyGroup, lazy=_REPORTS)
def report() -> None:
    """Make a document with its sources and assumptions."""
