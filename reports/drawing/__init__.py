"""Chart descriptions drawn as SVG, for documents: no browser, no script, the same bytes each time.

Vega-Lite draws (Altair writes its specifications, vl-convert renders them); the dashboard draws
the same descriptions with Plotly.
"""

from reports.drawing.sheet import FACE, draw_svg, specification

__all__ = ["FACE", "draw_svg", "specification"]
