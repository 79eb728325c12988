"""A production server in this process: threads, no fork, because Polars does not survive one."""

import logging
import signal
from threading import Event, Thread
from types import FrameType
from typing import Final

import waitress
from dash import Dash

from dashboard.app import WARM
from dashboard.readiness import tell_ready, tell_stopping

LOOPBACK: Final = "127.0.0.1"
PORT: Final = 8050
_THREADS: Final = 24
"""Most of them wait: questions are reckoned two at a time, and what is known is sent at once."""


def serve(app: Dash, host: str = LOOPBACK, port: int = PORT) -> None:
    """Serve the dashboard until interrupted or terminated; only this machine can reach it.

    `host` opens it to others. What is being answered when it is told to end is answered yet.
    """
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    warming, stop = app.server.extensions[WARM], Event()
    Thread(target=warming.run, args=(stop,), name="plimsoll-warm", daemon=True).start()
    server = waitress.create_server(app.server, host=host, port=port, threads=_THREADS, ident=None)
    signal.signal(signal.SIGTERM, _end)
    tell_ready()
    try:
        server.run()
    finally:
        tell_stopping()
        stop.set()


def _end(_signal: int, _frame: FrameType | None) -> None:
    """Leave the server's loop, which then waits for the answers at work."""
    raise SystemExit
