"""`plimsoll machines import`: a published list beside the registry, for a person to review."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, Literal, get_args

import click
import polars as pl

from analytics.listed_machines import Judged, judge, judged_frame
from analytics.listed_proposals import proposals
from ingest.machine_lists.epoch import read_epoch
from ingest.machine_lists.files import readable_date
from ingest.machine_lists.top500 import read_top500
from model.errors import InputError
from model.listings import Listing, Verdict
from model.machine_yaml import machines_yaml
from plimsoll.cli.context import Session, pass_session
from plimsoll.cli.output import render_table
from reports.wording import plural

ListFormat = Literal["table", "csv", "json"]

_SHOWN: Final = {
    "new": ("row", "name", "country", "sector", "gpus", "cards", "in_service", "flag"),
    "conflict": ("row", "name", "machine", "conflicts"),
    "known": ("row", "name", "machine", "changes"),
}
_TITLES: Final = {
    "new": "New: the registry has no record of these",
    "conflict": "In conflict with a better source of the registry, which stays",
    "known": "Known, with figures that would change",
}
_DATE: Final = r"(19|20)\d\d-\d\d(-\d\d)?"
_PARTICULARS: Final = re.compile(r"(?: of .*(?=,)| in .*|: .*| \(.*)")
"""What a reason says of one row alone: a name after "of", "in" or a colon."""


@click.group("import")
def import_list() -> None:
    """Compare a published list with the registry, and propose records for review.

    Every row of the list is accounted for: new, known, conflict, duplicate, superseded or
    excluded, with the reason. Nothing is changed; --write puts proposals into a file of their
    own, in the registry's form.
    """


def _list_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option(
            "--format",
            "style",
            type=click.Choice(get_args(ListFormat)),
            default="table",
            show_default=True,
            help="The table has what is new, changed or in conflict; CSV and JSON every row.",
        ),
        click.option(
            "--write",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE.yaml",
            help="Write proposals that `plimsoll machines check` accepts.",
        ),
        click.option(
            "--date",
            metavar="DATE",
            help="When the list was made, where its name does not say: 2026-03-06, 2025-06.",
        ),
        click.argument("file", type=click.Path(path_type=Path)),
    ):
        command = option(command)
    return command


@import_list.command()
@_list_options
@pass_session
def epoch(
    session: Session, *, file: Path, date: str | None, write: Path | None, style: ListFormat
) -> None:
    """Epoch AI's data on GPU clusters: the CSV of epoch.ai/data/gpu-clusters.

    Phases are cumulative: the last one in service counts. Grade C-epoch, CC BY 4.0.
    """
    listing = read_epoch(file, session.registry.gpus, date=_checked(date))
    _import(session, listing, write=write, style=style)


@import_list.command()
@_list_options
@pass_session
def top500(
    session: Session, *, file: Path, date: str | None, write: Path | None, style: ListFormat
) -> None:
    """A TOP500 or Green500 list as XLSX, TSV or CSV.

    The list has no cards: they are accelerator cores over the units of one card, and only of the
    part that ran the benchmark. What does not divide is flagged and left out. Grade B-top500.
    """
    listing = read_top500(file, session.registry.gpus, date=_checked(date))
    _import(session, listing, write=write, style=style)


def _checked(date: str | None) -> str | None:
    if date and not (re.fullmatch(_DATE, date) and readable_date(date)):
        raise InputError(f"--date {date!r} is no date", hint="2026-03-06 or 2025-06.")
    return date


def _import(session: Session, listing: Listing, *, write: Path | None, style: ListFormat) -> None:
    judged = judge(listing.rows, session.registry)
    if write:
        _write(session, judged, listing, write)
    frame = judged_frame(judged)
    if style == "csv":
        click.echo(frame.write_csv(), nl=False)
    elif style == "json":
        click.echo(frame.write_json())
    else:
        for part in _as_text(judged, frame):
            click.echo(part)
    for note in (*listing.assumptions, listing.attribution):
        session.note(f"Note: {note}.")


def _as_text(judged: Sequence[Judged], frame: pl.DataFrame) -> Iterator[str]:
    yield summary(judged)
    for verdict, columns in _SHOWN.items():
        rows = frame.filter(pl.col("verdict") == verdict)
        if verdict == "known":
            rows = rows.filter(pl.col("changes").is_not_null())
        if rows.height:
            yield f"\n{_TITLES[verdict]}\n{render_table(rows.select(columns))}".rstrip("\n")
    yield "\nLeft out"
    for reason, rows_of in _left_out(judged):
        yield f"{rows_of:6,}  {reason}"


def summary(judged: Sequence[Judged]) -> str:
    """The rows by verdict, in one line; the parts sum to the rows."""
    counts = Counter(each.verdict for each in judged)
    changing = sum(bool(each.changes) for each in judged if each.verdict == "known")
    would = f" ({changing} would change)" if changing else ""
    told = [
        f"{counts[verdict]:,} {verdict}{would if verdict == 'known' else ''}"
        for verdict in get_args(Verdict)
    ]
    return f"{plural(len(judged), 'row')}: {', '.join(told)}"


def _left_out(judged: Sequence[Judged]) -> list[tuple[str, int]]:
    """Reasons, without what they name, and how many rows each has."""
    reasons = Counter(
        f"{each.verdict}: {_PARTICULARS.sub('', each.reason)}"
        for each in judged
        if each.verdict in {"duplicate", "superseded", "excluded"}
    )
    return reasons.most_common()


def _write(session: Session, judged: Sequence[Judged], listing: Listing, path: Path) -> None:
    machines = proposals(judged, session.registry)
    comments = (
        f"Proposals from: {listing.attribution}.",
        "Review each record: its operator, sector, tier and access, whether it is one machine,",
        "and whether the registry has it under another name. Then move it to config/machines/.",
    )
    text = machines_yaml(machines, attribution=[listing.attribution], comments=comments)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        what = "there is a file already, and perhaps a review in it"
        raise InputError(what, where=str(path), hint="choose another name.") from None
    except OSError as error:
        what = f"cannot write: {error.strerror}"
        raise InputError(what, where=str(path), hint="choose another file.") from error
    session.note(f"Wrote {plural(len(machines), 'proposal')} to {path}.")
