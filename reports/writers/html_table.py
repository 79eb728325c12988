"""A table as HTML: a caption, header cells with their scope, and what must be known of it."""

from collections.abc import Collection, Iterator
from html import escape

from reports.document import Column, Numbering, TableBlock, printed_rows
from reports.document.notes import UnderTable
from reports.wording import listed
from reports.writers.html_text import runs_html


def table_html(
    table: TableBlock, numbers: Numbering, *, under: UnderTable, anchors: Collection[str]
) -> str:
    """The table in a frame that scrolls sideways by itself where the screen is narrow."""
    columns = table.printed_columns
    heads = "".join(f'<th scope="col"{_class(c)}>{escape(c.heading)}</th>' for c in columns)
    body = "".join(f"<tr>{''.join(_cells(row, columns))}</tr>\n" for row in printed_rows(table))
    caption = f"caption-{table.key}"
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{caption}">\n'
        f'<table id="{table.key}">\n'
        f'<caption id="{caption}"><span>Table {numbers.tables[table.key]}. '
        f"{escape(table.caption)}</span></caption>\n"
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n</div>\n"
        f"{_under(table, numbers, under, anchors)}"
    )


def _cells(row: list[str], columns: tuple[Column, ...]) -> Iterator[str]:
    for cell, column in zip(row, columns, strict=True):
        text = escape(cell)
        if column.header:
            yield f'<th scope="row"{_class(column)}>{text}</th>'
        else:
            yield f"<td{_class(column)}>{text}</td>"


def _class(column: Column) -> str:
    return ' class="number"' if column.numeric else ""


def _under(
    table: TableBlock, numbers: Numbering, under: UnderTable, anchors: Collection[str]
) -> str:
    notes = [escape(note) for note in under.notes]
    if under.shared:
        names = [f'<a href="#{key}">Table {numbers.tables[key]}</a>' for key in under.shared]
        notes.append(f"As under {listed(names)}.")
    if table.command:
        notes.append(f"The same figures: <code>{escape(table.command)}</code>")
    lines = "".join(f"<li>{note}</li>" for note in notes)
    shown = f'<ul class="notes">{lines}</ul>\n' if notes else ""
    return shown + _sources(table, anchors)


def _sources(table: TableBlock, anchors: Collection[str]) -> str:
    if not table.sources:
        return ""
    listed = "".join(f"<li>{runs_html(source, anchors)}</li>" for source in table.sources)
    name = f'Sources<span class="of"> of {escape(table.caption)}</span>'
    return (
        f'<details class="sources"><summary>{name}</summary>'
        f'<ul class="notes">{listed}</ul></details>\n'
    )
