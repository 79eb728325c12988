"""The frame around every page: header, navigation, banner, main, footer."""

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.aria import aria
from dashboard.pages import PAGES, Page
from reports.palette import FONT

INDEX: str = """<!DOCTYPE html>
<html lang="en-GB">
    <head>
        {%metas%}
        <title>{%title%}</title>
        {%favicon%}
        {%css%}
    </head>
    <body>
        {%app_entry%}
        {%config%}
        {%scripts%}
        {%renderer%}
    </body>
</html>"""

SYNTHETIC_BANNER: str = (
    "Synthetic data. The clusters and awards shown here are made up, to show what Plimsoll does; "
    "only the capacity registry speaks of real machines."
)


def shell(*, base: str, synthetic: bool) -> dmc.MantineProvider:
    """The layout that stays while pages come and go in `main`."""
    return dmc.MantineProvider(
        [
            dcc.Store(id="moved"),
            dcc.Store(id="address"),
            dcc.Store(id="view"),
            dcc.Store(id="arrival"),
            dcc.Store(id="redraw"),
            html.A("Skip to the main content", href="#main", className="pl-skip"),
            _header(),
            *([html.Aside(SYNTHETIC_BANNER, className="pl-synthetic")] if synthetic else []),
            *_state_of_things(),
            html.Div([_navigation(base), html.Main(id="main", tabIndex=-1)], className="pl-body"),
            _footer(),
        ],
        id="provider",
        defaultColorScheme="auto",
        theme={
            "fontFamily": FONT,
            "headings": {"fontFamily": FONT},
            "primaryColor": "plimsoll",
            "colors": {"plimsoll": _BLUES},
            "primaryShade": {"light": 8, "dark": 4},
            "defaultRadius": "xs",
            "respectReducedMotion": True,
        },
    )


_BLUES = [
    "#eaf2f9", "#d3e3f1", "#a9c8e4", "#8bbbe4", "#6BACE6",
    "#4a93d3", "#2073BC", "#195e9c", "#12436D", "#0d3150",
]  # fmt: skip


def _state_of_things() -> list[html.Div]:
    """Places in which `assets/` says what is loading, what failed, and that there are new data."""
    return [
        html.Div(id="pl-progress", className="pl-progress", hidden=True, **aria(hidden="true")),
        html.Div(id="pl-told", className="pl-unseen", role="status"),
        html.Div(id="pl-news", className="pl-news", role="status"),
        html.Div(id="pl-failed", className="pl-news pl-failed", role="alert"),
    ]


def _header() -> html.Header:
    return html.Header(
        [
            html.Div(
                [
                    html.Span("Plimsoll", className="pl-brand"),
                    html.Span(
                        "What GPU work was asked for, granted, run and left idle",
                        className="pl-claim",
                    ),
                ],
                className="pl-titles",
            ),
            html.Button("Dark colours", id="scheme", type="button", className="pl-scheme"),
        ],
        className="pl-header",
    )


def _navigation(base: str) -> html.Nav:
    return html.Nav(
        html.Ul([html.Li(_link(page, base)) for page in PAGES]),
        className="pl-nav",
        **aria(label="Pages"),
    )


def _link(page: Page, base: str) -> dcc.Link:
    path = base + page.path
    return dcc.Link(page.name, href=path, id={"link": page.name, "path": path})


def _footer() -> html.Footer:
    return html.Footer(
        [
            "Every figure here is the answer of ",
            html.Code("plimsoll show"),
            " to the command in its Sources tab. Nothing on this page comes from elsewhere.",
        ],
        className="pl-footer",
    )
