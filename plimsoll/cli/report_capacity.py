"""`plimsoll report capacity`: the capacity report, in one format or several at once."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import click

from model.errors import InputError
from model.report_parts import SECTIONS, TEMPLATES, Template
from plimsoll.cli.context import Session, pass_session
from plimsoll.cli.progress import progress_bar
from plimsoll.cli.report_lines import tell_document, tell_file, tell_progress
from plimsoll.cli.show import ISO_DATE
from plimsoll.cli.source_lines import LogFormat
from reports.capacity_report.order import (
    FILE_STEM,
    Order,
    contents,
    holdings_of,
    report_of,
    selection_of,
)
from reports.capacity_report.selection import chosen_sections
from reports.writers import FORMATS, format_of
from reports.writers.files import places_for


@click.command()
@click.option(
    "--output",
    "-o",
    "outputs",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="File to write, its format by its ending; give it again for more formats.  "
    f"[default: {FILE_STEM}.pdf]",
)
@click.option(
    "--format",
    "style",
    type=click.Choice(list(FORMATS)),
    help="Format of a file without ending, or of the default one.",
)
@click.option("--from", "since", type=ISO_DATE, help="First day, inclusive.")
@click.option("--to", "until", type=ISO_DATE, help="Last day, exclusive.")
@click.option(
    "--cluster", "--clusters", "clusters", multiple=True, metavar="A,B", help="[default: all]"
)
@click.option(
    "--section",
    "sections",
    multiple=True,
    metavar="A,B",
    help=f"Write these alone, of: {', '.join(SECTIONS)}.",
)
@click.option("--without", multiple=True, metavar="A,B", help="Leave these sections out.")
@click.option(
    "--template",
    type=click.Choice(TEMPLATES),
    default="full",
    show_default=True,
    help="The whole report, or key findings on two pages.",
)
@click.option("--organisation", help="Whose report it is.  [default: of the settings]")
@click.option(
    "--edition",
    type=ISO_DATE,
    help="Day of the edition, on which capacity is compared.  [default: that of "
    "SOURCE_DATE_EPOCH, else the day that the data reach]",
)
@click.option(
    "--previous",
    type=click.Path(path_type=Path),
    metavar="PACKAGE.zip",
    help="Data package of an earlier edition, to tell what changed.",
)
@click.option(
    "--no-disclosure-control",
    "open_",
    is_flag=True,
    help="Withhold nothing: for use within the organisation, not to publish.",
)
@click.option(
    "--log-format",
    type=click.Choice(["json", "text"]),
    default="text",
    show_default=True,
    help="How far it has come: a bar for people, or a line of JSON a step on stdout.",
)
@pass_session
def capacity(
    session: Session,
    *,
    outputs: tuple[Path, ...],
    style: str | None,
    since: date | None,
    until: date | None,
    clusters: tuple[str, ...],
    sections: tuple[str, ...],
    without: tuple[str, ...],
    template: Template,
    organisation: str | None,
    edition: date | None,
    previous: Path | None,
    open_: bool,
    log_format: LogFormat,
) -> None:
    """Write the capacity report. Without a store, the registry's part of it.

    The same store gives the same bytes again. Files are written whole or not at all.
    """
    outputs = outputs or (Path(f"{FILE_STEM}.{style or 'pdf'}"),)
    formats = _formats(outputs, style)
    order = Order(
        since=since,
        until=until,
        clusters=_split(clusters),
        sections=chosen_sections(_split(sections), _split(without)),
        template=template,
        organisation=organisation,
        edition=edition,
        protected=not open_,
        previous=previous,
        formats=tuple(dict.fromkeys(formats.values())),
    )
    with places_for(outputs) as places:
        written = _written(session, order, log_format)
        for path, name in formats.items():
            places[path].write_bytes(written[name])
    for path in outputs:
        tell_file(path) if log_format == "json" else session.note(f"wrote {path}")


def _formats(outputs: Sequence[Path], style: str | None) -> dict[Path, str]:
    if len(set(outputs)) < len(outputs):
        raise InputError("one file is named twice", hint="name each --output once.")
    return {path: style or format_of(path) for path in outputs}


def _split(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(part.strip() for text in texts for part in text.split(",") if part.strip())


def _written(session: Session, order: Order, log_format: LogFormat) -> Mapping[str, bytes]:
    store, settings, registry = session.store_if_any(), session.settings, session.registry
    selection = selection_of(order, store=store, settings=settings, registry=registry)
    holdings = holdings_of(store, settings, registry)
    if log_format == "json":
        document = report_of(selection, holdings, progress=partial(tell_progress, "sections"))
        tell_document(document)
        return contents(document, order.formats, progress=partial(tell_progress, "files"))
    with progress_bar("Writing the report", shown=session.shows_progress) as advance:

        def move(done: int, total: int, _: str) -> None:
            if advance:
                advance(done, total)

        document = report_of(selection, holdings, progress=move)
        return contents(document, order.formats, progress=move)
