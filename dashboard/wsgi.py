"""The dashboard for another WSGI server: `gunicorn --worker-class gthread 'dashboard.wsgi:make()'`.

The server must import it after it forked (no preloading), and in one process: Polars does not
survive a fork, and reports that pages make are looked after by the process that was asked.
"""

import os
from pathlib import Path
from threading import Event, Thread
from typing import Final

import flask

from dashboard.app import WARM, create_app
from model.errors import InputError
from model.registry import load_registry
from model.settings import Settings, load_settings
from store import Store, open_store

STORE_VARIABLE: Final = "PLIMSOLL_STORE"


def make() -> flask.Flask:
    """The application of PLIMSOLL_CONFIG and PLIMSOLL_STORE, or of what the settings name."""
    settings = load_settings()
    app = create_app(_store(settings), settings, load_registry(), beside=True)
    warming = app.server.extensions[WARM]
    Thread(target=warming.run, args=(Event(),), name="plimsoll-warm", daemon=True).start()
    server: flask.Flask = app.server
    return server


def _store(settings: Settings) -> Store | None:
    """The store, None where there is none to open: the pages then say so."""
    named = os.environ.get(STORE_VARIABLE)
    folder = Path(named) if named else settings.store or Path("plimsoll-data")
    try:
        return open_store(folder, catalogue_url=settings.catalogue_url)
    except InputError:
        return None
