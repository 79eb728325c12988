"""The report as one HTML file: styles and drawings within, no script, nothing from elsewhere."""

from base64 import b64encode
from collections.abc import Iterator
from html import escape
from importlib.resources import files
from typing import Final

from reports.document import (
    Callout,
    ChartBlock,
    Commands,
    Definitions,
    Document,
    Finding,
    ListBlock,
    Paragraph,
    Runs,
    Section,
    Subheading,
    TableBlock,
    numbering,
)
from reports.document.blocks import Block
from reports.document.notes import footnote_words, notes_under, table_name
from reports.drawing import draw_svg
from reports.palette import DARK, LIGHT, SYNTHETIC
from reports.wording import day
from reports.writers.html_table import table_html
from reports.writers.html_text import runs_html

_WIDTH_PX: Final = 720
_MEDIA: Final = {"svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg"}
_STYLE: Final = "report.css"
_MADE_UP: Final = "The clusters and awards shown here are invented: no figure of theirs is real."
_CLASSES: Final = {"body": "", "lead": ' class="lead"', "note": ' class="small"'}
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def write_html(document: Document) -> bytes:
    """The report as UTF-8: a page that needs no network, in light and dark, on paper too."""
    return "".join(_Page(document).parts()).encode()


class _Page:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._numbers = numbering(document)
        self._anchors = {
            *(section.key for section in document.sections),
            *(heading.key for heading in document.blocks(Subheading)),
            *document.printed_tables,
        }
        self._under = notes_under(document)
        self._told: set[str] = set()

    def parts(self) -> Iterator[str]:
        """The page from its first line to its last."""
        yield self._head()
        yield '<body>\n<a class="skip" href="#main">Skip to the report</a>\n'
        yield self._cover()
        yield self._contents()
        yield '<main id="main">\n'
        for section in self._document.sections:
            yield from self._section(section)
        yield self._notes()
        yield "</main>\n"
        yield self._foot()
        yield "</body>\n</html>\n"

    def _head(self) -> str:
        document = self._document
        brand = document.branding
        colours = f":root {{ --accent: {brand.accent}; --on-accent: {brand.on_accent}; }}\n"
        style = (files("reports.writers") / _STYLE).read_text(encoding="utf-8")
        made_up = f" ({SYNTHETIC})" if document.synthetic else ""
        return (
            f'<!DOCTYPE html>\n<html lang="{escape(document.language)}">\n<head>\n'
            '<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="color-scheme" content="light dark">\n'
            f'<meta name="generator" content="Plimsoll {escape(document.program_version)}">\n'
            f'<meta name="dcterms.issued" content="{document.edition.isoformat()}">\n'
            f"<title>{escape(document.title)}, {escape(document.period)}{made_up}</title>\n"
            f"<style>\n{colours}{style}</style>\n</head>\n"
        )

    def _cover(self) -> str:
        document = self._document
        whose = document.organisation
        facts = "".join(
            f"<dt>{escape(what)}</dt><dd>{escape(told)}</dd>" for what, told in document.about
        )
        name = f'<p class="organisation">{escape(whose)}</p>\n' if whose else ""
        band = f'<div class="band">{name}{self._logo()}</div>\n' if whose or self._logo() else ""
        made_up = _callout("synthetic", SYNTHETIC, _MADE_UP, None) if document.synthetic else ""
        return (
            f"<header>\n{band}<h1>{escape(document.title)}</h1>\n"
            f'<p class="subtitle">{escape(document.subtitle)}</p>\n{made_up}'
            f'<dl class="facts">{facts}</dl>\n</header>\n'
        )

    def _logo(self) -> str:
        logo = self._document.branding.logo
        if logo is None:
            return ""
        picture = b64encode(logo.picture).decode()
        source = f"data:{_MEDIA[logo.kind]};base64,{picture}"
        return f'<img class="logo" alt="{escape(logo.alternative)}" src="{source}">'

    def _contents(self) -> str:
        if self._document.leaflet:
            return ""
        listed = "".join(
            f'<li><a href="#{section.key}">{escape(section.heading)}</a></li>\n'
            for section in self._document.sections
        )
        return (
            '<nav aria-labelledby="contents">\n<h2 id="contents">Contents</h2>\n'
            f"<ol>\n{listed}</ol>\n</nav>\n"
        )

    def _section(self, section: Section) -> Iterator[str]:
        heading = f"heading-{section.key}"
        yield f'<section id="{section.key}" aria-labelledby="{heading}">\n'
        yield f'<h2 id="{heading}">{escape(section.heading)}</h2>\n'
        for block in section.blocks:
            yield self._block(block, section.key)
        yield "</section>\n"

    def _block(self, block: Block, section: str) -> str:
        match block:
            case Finding():
                return self._finding(block, as_heading=section != "findings")
            case ChartBlock():
                return self._chart(block)
            case TableBlock():
                return table_html(
                    block, self._numbers, under=self._under[block.key], anchors=self._anchors
                )
            case Subheading():
                return f'<h3 id="{block.key}">{escape(block.text)}</h3>\n'
            case _:
                return self._text(block)

    def _text(self, block: Block) -> str:
        match block:
            case Paragraph():
                return f"<p{_CLASSES[block.manner]}>{self._runs(block.runs)}</p>\n"
            case ListBlock():
                kind = "ol" if block.ordered else "ul"
                items = "".join(f"<li>{self._runs(item)}</li>\n" for item in block.items)
                return f"<{kind}>\n{items}</{kind}>\n"
            case Commands():
                return _commands(block.text)
            case Definitions():
                return self._definitions(block)
            case Callout():
                return _callout(block.tone, block.heading, self._runs(block.runs), block.commands)
            case _:
                raise TypeError(block)

    def _finding(self, finding: Finding, *, as_heading: bool) -> str:
        number = self._numbers.findings[finding.key]
        first = finding.key not in self._told
        self._told.add(finding.key)
        place = f' id="ref-{finding.key}"' if first else ""
        mark = (
            f'<sup><a{place} href="#note-{finding.key}" role="doc-noteref" '
            f'aria-label="Note {number}">{number}</a></sup>'
        )
        said = self._runs(finding.runs)
        if as_heading:
            return f"<h3>{said}{mark}</h3>\n"
        return f'<p class="finding">{said}{mark}</p>\n'

    def _chart(self, block: ChartBlock) -> str:
        caption = f"figure-{block.key}"
        title = f"Figure {self._numbers.charts[block.key]}. {escape(block.chart.title)}"
        drawings = "".join(
            f'<div class="{theme.scheme}" role="img" aria-label="{escape(block.alternative)}">'
            f"{draw_svg(block.chart, theme=theme, width_px=_WIDTH_PX)}</div>"
            for theme in (LIGHT, DARK)
        )
        return (
            f'<figure id="chart-{block.key}">\n'
            f'<figcaption id="{caption}">{title}</figcaption>\n'
            f'<div class="scroll drawing" role="region" tabindex="0" aria-labelledby="{caption}">'
            f"{drawings}</div>\n</figure>\n"
        )

    def _definitions(self, block: Definitions) -> str:
        entries = "".join(
            f"<dt>{escape(each.term)}</dt><dd>{self._runs(each.runs)}</dd>\n"
            for each in block.entries
        )
        return f"<dl>\n{entries}</dl>\n"

    def _notes(self) -> str:
        each_once = {finding.key: finding for finding in self._document.findings}
        if not each_once:
            return ""
        listed = "".join(self._note(finding) for finding in each_once.values())
        return (
            '<section id="notes" role="doc-endnotes" aria-labelledby="heading-notes">\n'
            f'<h2 id="heading-notes">Notes to the findings</h2>\n<ol>\n{listed}</ol>\n</section>\n'
        )

    def _note(self, finding: Finding) -> str:
        note, number = finding.footnote, self._numbers.findings[finding.key]
        place = escape(table_name(note.table, self._document, self._numbers))
        if note.table in self._anchors:
            place = f'<a href="#{note.table}">{place}</a>'
        command = f" <code>{escape(note.command)}</code>" if note.command else ""
        back = (
            f'<a href="#ref-{finding.key}" role="doc-backlink" '
            f'aria-label="Back to finding {number}">↑</a>'
        )
        said = escape(footnote_words(note))
        return f'<li id="note-{finding.key}">{place}. {said}{command} {back}</li>\n'

    def _foot(self) -> str:
        document = self._document
        made_up = f"{SYNTHETIC}. " if document.synthetic else ""
        return (
            f"<footer><p>{made_up}Plimsoll {escape(document.program_version)}, edition of "
            f"{day(document.edition)}.</p></footer>\n"
        )

    def _runs(self, runs: Runs) -> str:
        return runs_html(runs, self._anchors)


def _callout(tone: str, heading: str, said: str, commands: str | None) -> str:
    shown = _commands(commands) if commands else ""
    return (
        f'<div class="callout {tone}" role="note"><p class="callout-title">{escape(heading)}</p>\n'
        f"<p>{said}</p>\n{shown}</div>\n"
    )


def _commands(text: str) -> str:
    return f'<pre tabindex="0"><code>{escape(text)}</code></pre>\n'
