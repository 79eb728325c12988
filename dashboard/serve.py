"""A production server in this process: threads, no fork, because Polars does not survive one."""

import logging
from threading import Event, Thread
from typing import Final

import waitress
from dash import Dash

from dashboard.app import WARM

LOOPBACK: Final = "127.0.0.1"
PORT: Final = 8050
_THREADS: Final = 24
"""Most of them wait: questions are reckoned two at a time, and what is known is sent at once."""


def serve(app: Dash, host: str = LOOPBACK, port: int = PORT) -> None:
    """Serve the dashboard until interrupted; only this machine can reach it unless told so."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    warming, stop = app.server.extensions[WARM], Event()
    Thread(target=warming.run, args=(stop,), name="plimsoll-warm", daemon=True).start()
    try:
        waitress.serve(app.server, host=host, port=port, threads=_THREADS, ident=None, _quiet=True)
    finally:
        stop.set()
