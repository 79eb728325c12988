"""From a description to an SVG: which way it is drawn, its theme, and the mark of made-up data."""

import re
from collections.abc import Callable
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any, Final

import altair as alt
import vl_convert

from reports.charts.description import Chart, Kind
from reports.drawing.lying import bars, pairs, ranges, stack
from reports.drawing.over_time import lines, spans
from reports.drawing.paper import Drawing, Paper
from reports.drawing.upright import columns, dots, layers, multiples, periods
from reports.palette import LIGHT, SYNTHETIC, Theme

FACE: Final = "Source Sans Pro"
"""The typeface of documents and of what is drawn in them, from a package."""

WIDTH_PX: Final = 640
_FALLBACK: Final = f"{FACE}, Arial, Helvetica, sans-serif"
_SIZE: Final = re.compile(r'width="([\d.]+)" height="([\d.]+)"')
_ROLES: Final = re.compile(r' (?:role="graphics-[a-z]+"|aria-[a-z]+="[^"]*")')
"""The document says what a drawing shows; its parts say nothing by themselves."""
_LOW_PX: Final = 150

_PAINTERS: Final[dict[Kind, Callable[[Chart, Paper], Drawing]]] = {
    "columns": columns,
    "bars": bars,
    "stack": stack,
    "pairs": pairs,
    "dots": dots,
    "multiples": multiples,
    "ranges": ranges,
    "periods": periods,
    "lines": lines,
    "layers": layers,
    "spans": spans,
}


def draw_svg(chart: Chart, *, theme: Theme = LIGHT, width_px: int = WIDTH_PX) -> str:
    """The drawing of a chart: an SVG element without its title, which the document prints.

    It holds no script and refers to nothing; its text is in the typeface of documents. The same
    chart gives the same bytes.
    """
    drawn = specification(chart, theme=theme, width_px=width_px)
    _learn_the_face()
    svg = _ROLES.sub("", vl_convert.vegalite_to_svg(drawn, allowed_base_urls=[]))
    return _marked(svg, theme) if chart.synthetic else svg


def specification(
    chart: Chart, *, theme: Theme = LIGHT, width_px: int = WIDTH_PX
) -> dict[str, Any]:
    """The drawing of a chart in Vega-Lite, its rows under "datasets", without title or mark."""
    drawing = _PAINTERS[chart.kind](chart, Paper(theme, width_px))
    drawn: dict[str, Any] = _sized(drawing, width_px).to_dict(validate=False, format="vega-lite")
    return {**drawn, "config": _config(theme)}


def _sized(drawing: Drawing, width_px: int) -> Drawing:
    if isinstance(drawing, alt.ConcatChart):
        return drawing
    room = drawing.padding if isinstance(drawing.padding, dict) else {}
    fit = alt.AutoSizeParams(type="fit-x", contains="content" if room else "padding")
    return drawing.properties(width=width_px - room.get("right", 0), autosize=fit)


def _config(theme: Theme) -> dict[str, Any]:
    text = {"labelFont": _FALLBACK, "titleFont": _FALLBACK, "labelFontSize": 12}
    return {
        "aria": False,
        "background": None,
        "font": _FALLBACK,
        "view": {"stroke": None},
        "text": {"fill": theme.ink, "fontSize": 12},
        "axis": {
            **text,
            "gridColor": theme.grid,
            "domainColor": theme.soft_ink,
            "tickColor": theme.soft_ink,
            "labelColor": theme.ink,
            "titleColor": theme.soft_ink,
            "titleFontWeight": "normal",
            "titleFontSize": 12,
        },
        "legend": {**text, "labelColor": theme.ink, "labelLimit": 0, "symbolType": "square"},
        "title": {"color": theme.ink, "fontSize": 13, "anchor": "start", "fontWeight": 600},
    }


@cache
def _learn_the_face() -> None:
    vl_convert.register_font_directory(str(files("font_source_sans_pro") / "files"))


def _marked(svg: str, theme: Theme) -> str:
    """The drawing with the mark of made-up data burned in, across its middle."""
    size = _SIZE.search(svg)
    if size is None:
        raise ValueError("the drawing tells no size")
    wide, high = (float(part) for part in size.groups())
    low = high < _LOW_PX
    turned = "" if low else f' transform="rotate(-18 {wide / 2:g} {high / 2:g})"'
    mark = (
        f'<text x="{wide / 2:g}" y="{high / 2:g}" text-anchor="middle" '
        f'font-family="{escape(_FALLBACK)}" font-size="{24 if low else 34}" font-weight="600" '
        f'fill="{theme.ink}" fill-opacity="0.18" stroke="{theme.ground}" stroke-opacity="0.4" '
        f'stroke-width="1"{turned}>{SYNTHETIC}</text>'
    )
    return svg.removesuffix("</svg>") + mark + "</svg>"
