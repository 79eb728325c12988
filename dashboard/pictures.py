"""Charts as files: the chart of a panel, drawn as reports draw it, with what it must not lose.

A picture travels without its page: title, period and filters, source, age and version of the
data stand in it, and made-up data are marked across the drawing.
"""

from collections.abc import Callable
from html import escape
from http import HTTPStatus
from re import search
from textwrap import wrap
from typing import Final

import flask

from dashboard.filters import Filters, read_filters
from dashboard.panels import PICTURES, Drawn
from dashboard.standing import chosen
from model.errors import PlimsollError
from reports.command import command_of
from reports.drawing import FACE, draw_svg
from reports.palette import LIGHT, SYNTHETIC
from reports.wording import day

PageDrawer = Callable[[str, Filters, Callable[[Drawn], None]], None]
"""Draws the page of a path with filters, and tells a watcher of each chart."""

_TYPES: Final = {"svg": "image/svg+xml; charset=utf-8", "png": "image/png"}
_SCALE: Final = 2
_EDGE_PX: Final = 20
_TITLE_PX: Final = 18
_FOOT_PX: Final = 12
_LINE: Final = 1.35
_LETTER: Final = 0.48
"""The mean width of a letter of the typeface, in its size."""


def add_pictures(server: flask.Flask, draw_page: PageDrawer, *, prefix: str) -> None:
    """Serve `download/chart/KEY.svg` and `.png` of the page and filters in the query."""

    @server.get(f"{prefix}download/chart/<key>.<kind>")
    def picture(key: str, kind: str) -> flask.Response:
        if kind not in PICTURES:
            flask.abort(HTTPStatus.NOT_FOUND)
        filters = read_filters(flask.request.query_string.decode("utf-8", "replace"))
        found: dict[str, Drawn] = {}
        try:
            draw_page(
                flask.request.args.get("page", ""),
                filters,
                lambda drawn: found.update({drawn.key: drawn}),
            )
        except PlimsollError as fault:
            return _refused(str(fault))
        if key not in found:
            return _refused(f"This page has no chart “{key}” with these filters.")
        drawn = found[key]
        made_up = "-synthetic" if drawn.chart.synthetic else ""
        name = f"plimsoll-{drawn.key}{made_up}.{kind}"
        return flask.Response(
            as_picture(drawn, filters, kind),
            content_type=_TYPES[kind],
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def as_picture(drawn: Drawn, filters: Filters, kind: str) -> bytes:
    """The chart with its title and its provenance, as SVG or PNG."""
    svg = framed(draw_svg(drawn.chart), drawn.chart.title, provenance(drawn, filters))
    if kind == "svg":
        return svg.encode()
    import vl_convert

    return vl_convert.svg_to_png(svg, scale=_SCALE)


def provenance(drawn: Drawn, filters: Filters) -> list[str]:
    """The lines under a picture: source, filters, age and version of the data, mark."""
    answer = drawn.answer
    age = f"Data as of {day(answer.data_as_of)}. " if answer.data_as_of else ""
    version = f"Store version {answer.store_version}." if answer.store_version else ""
    source = "the store's records" if answer.store_version else "the capacity registry"
    lines = [f"Source: Plimsoll, {source}. {age}{version}"]
    if said := chosen(filters):
        lines.append(f"Filters: {said}.")
    lines.append(f"The same figures: {command_of(answer.question)}")
    if drawn.chart.synthetic:
        lines.append(f"{SYNTHETIC}: these figures are made up, for demonstration only.")
    return lines


def framed(svg: str, title: str, foot: list[str]) -> str:
    """A drawing on a white ground, its title above it and lines of text below it."""
    size = search(r'width="([\d.]+)" height="([\d.]+)"', svg)
    if size is None:
        raise ValueError("the drawing tells no size")
    wide, high = (float(part) for part in size.groups())
    head = _lines([title], _TITLE_PX, wide)
    below = _lines(foot, _FOOT_PX, wide)
    top = _EDGE_PX + len(head) * _TITLE_PX * _LINE + _EDGE_PX / 2
    whole = top + high + _EDGE_PX / 2 + len(below) * _FOOT_PX * _LINE + _EDGE_PX
    inside = svg.replace("<svg ", f'<svg x="{_EDGE_PX}" y="{top:g}" ', 1)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide + 2 * _EDGE_PX:g}" '
        f'height="{whole:g}" font-family="{FACE}, Arial, sans-serif">'
        f'<rect width="100%" height="100%" fill="{LIGHT.ground}"/>'
        f"{_text(head, _TITLE_PX, _EDGE_PX, LIGHT.ink, bold=True)}{inside}"
        f"{_text(below, _FOOT_PX, top + high + _EDGE_PX / 2, LIGHT.soft_ink)}</svg>"
    )


def _lines(texts: list[str], size_px: float, wide_px: float) -> list[str]:
    letters = int(wide_px / (size_px * _LETTER))
    return [line for text in texts for line in wrap(text, letters)]


def _text(
    lines: list[str], size_px: float, top_px: float, colour: str, *, bold: bool = False
) -> str:
    weight = ' font-weight="600"' if bold else ""
    return "".join(
        f'<text x="{_EDGE_PX}" y="{top_px + (place + 0.8) * size_px * _LINE:g}" '
        f'font-size="{size_px}" fill="{colour}"{weight}>{escape(line)}</text>'
        for place, line in enumerate(lines)
    )


def _refused(why: str) -> flask.Response:
    return flask.Response(
        f"{why}\n", HTTPStatus.BAD_REQUEST, content_type="text/plain; charset=utf-8"
    )
