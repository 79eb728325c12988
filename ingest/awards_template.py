"""An empty awards file, with what each column means, that the reader reads back as no rows."""

from typing import Final

from ingest.award_columns import COLUMNS
from model.units import UNITS

_TEXTS: Final = {
    "application_id": "the application's own number (required)",
    "requested": "amount asked for (required; empty = unknown)",
    "granted": "amount given (required; empty = undecided, 0 = refused)",
    "unit": "what the amounts count (required), one of the units below",
    "call": "the programme or call, such as Access to HPC",
    "round": "the round of the call, such as 2026-1",
    "project": "the project's code",
    "title": "the project's title",
    "pi": "principal investigator",
    "institution": "institution of the principal investigator",
    "discipline": "field of science",
    "council": "research council or other funder",
    "route": "access route, such as panel, director's discretion, pump-priming",
    "pool": "the pool of time that the round drew on",
    "resource": "the machine or part of it that the award is for",
    "recommended": "amount that the merit review recommended",
    "offered": "amount that the whole round had to give, on any one line of the round",
    "status": "decided, undecided or withdrawn (empty = decided if granted is filled in)",
    "start": "first day of the award, 2026-04-01",
    "end": "first day after the award, 2027-04-01",
    "tranche": "part of the award with its own period, such as 2026-Q2",
    "applications": "number of applications, where a line stands for a whole round",
    "awards": "number of awards, where a line stands for a whole round",
    "accounts": "Slurm accounts that spend the award: cluster:account;cluster:account",
}


def awards_template() -> str:
    """CSV text: comment lines (`#`, which the reader skips) and the header of all columns."""
    width = max(map(len, COLUMNS))
    lines = [
        "# Awards of compute time: a line an application, or a line a whole published round.",
        "# Four columns are enough: application_id, requested, granted, unit.",
        "# Leave out columns and cells that you do not have: empty is unknown, never zero.",
        "#",
        *(f"# {column:<{width}}  {_TEXTS[column]}" for column in COLUMNS),
        "#",
        "# Units, never mixed in a sum: " + ", ".join(unit.name for unit in UNITS),
        ",".join(COLUMNS),
    ]
    return "\n".join(lines) + "\n"
