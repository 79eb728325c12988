"""The dashboard's application."""

from functools import partial
from pathlib import Path
from typing import Final

from dash import Dash

from dashboard.ahead import in_child
from dashboard.downloads import add_downloads
from dashboard.freshness import add_freshness
from dashboard.grid_callbacks import add_grid_rows
from dashboard.monitoring import add_monitoring
from dashboard.pictures import add_pictures
from dashboard.reader import AT_ONCE, Reader
from dashboard.reckoners import Reckoners
from dashboard.report_jobs_page import add_report_jobs
from dashboard.routing import add_callbacks, draw_page, warm
from dashboard.same_origin import refuse_other_origins
from dashboard.security import protect
from dashboard.shell import INDEX, shell
from dashboard.warming import Warming
from model.registry import Registry
from model.settings import Settings
from store import Store

WARM: Final = "plimsoll-warm"
"""Under this name the server's extensions hold what draws the pages ahead of a reader."""

_ASSETS: Final = Path(__file__).parent / "assets"


def create_app(
    store: Store | None, settings: Settings, registry: Registry, *, beside: bool = False
) -> Dash:
    """A Dash application over a store (or none), ready for `serve` or any WSGI server.

    It answers under `settings.dashboard.base_path`. `beside` has questions reckoned in processes
    beside this one, from the packaged registry.
    """
    base = settings.dashboard.base_path
    reckoners = Reckoners(store, settings, at_once=AT_ONCE) if store and beside else None
    reader = Reader(store=store, settings=settings, registry=registry, reckoners=reckoners)
    app = Dash(
        "plimsoll",
        assets_folder=str(_ASSETS),
        index_string=INDEX,
        title="Plimsoll",
        update_title="",
        url_base_pathname=base,
        serve_locally=True,
        use_pages=False,
        suppress_callback_exceptions=True,
        add_log_handler=False,
    )
    app.layout = lambda: shell(base=base, synthetic=reader.synthetic())
    add_callbacks(app, reader, base=base)
    add_downloads(app.server, reader, prefix=base)
    add_pictures(app.server, partial(draw_page, reader, base=base), prefix=base)
    add_grid_rows(app, reader, partial(draw_page, reader, base=base), base=base)
    add_freshness(app.server, reader, prefix=base)
    refuse_other_origins(app.server)
    add_report_jobs(app, reader, base=base)
    add_monitoring(app.server, reader, prefix=base)
    protect(app)
    app.server.extensions[WARM] = Warming(
        partial(_warm, app, reader), reader.edition, reckon=in_child(reader)
    )
    return app


def _warm(app: Dash, reader: Reader) -> None:
    base = app.config.routes_pathname_prefix
    with app.server.test_request_context(base):
        warm(reader, base=base)
