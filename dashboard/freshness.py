"""What an open page asks every minute: whether the store is still as it was drawn from."""

from datetime import datetime
from typing import Any, Final

import flask

from dashboard.reader import Reader
from model.question import Question
from reports.wording import day

NO_STORE: Final = "none"


def add_freshness(server: flask.Flask, reader: Reader, *, prefix: str) -> None:
    """Serve `freshness`: the version of the store, and the day up to which jobs are known."""

    @server.get(f"{prefix}freshness")
    def freshness() -> flask.Response:
        response = flask.jsonify(state(reader))
        response.headers["Cache-Control"] = "no-store"
        return response


def drawn_from(reader: Reader) -> str:
    """The version of the store as a page notes it."""
    return reader.version() or NO_STORE


def state(reader: Reader) -> dict[str, Any]:
    """`version` and `as_of`, the latter in words, None where no job is known."""
    answer = reader.ask_if_any(Question("observed"))
    last = answer.frame["observed_to"].max() if answer else None
    return {
        "version": drawn_from(reader),
        "as_of": day(last) if isinstance(last, datetime) else None,
    }
