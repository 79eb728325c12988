"""Requests that may change something come from a page of this dashboard, and from nowhere else.

A page of another site can make a reader's browser send a request here, with whatever lets that
browser in. Browsers say where a request comes from, and that cannot be forged by a page.
"""

from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import flask

_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OURS: Final = frozenset({"same-origin", "none"})


def refuse_other_origins(server: flask.Flask) -> None:
    """Answer 403 to what another origin sends, and 415 to what is no JSON."""

    @server.before_request
    def check() -> flask.Response | None:
        if flask.request.method in _READING:
            return None
        if not _from_here(flask.request):
            return _refused("This request comes from another site.", HTTPStatus.FORBIDDEN)
        if flask.request.mimetype != "application/json":
            return _refused("Only JSON is read here.", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        return None


def _from_here(request: flask.Request) -> bool:
    """Whether the browser vouches for it; programs that are no browser send neither header.

    `Sec-Fetch-Site` is the browser's own judgement, also behind a proxy that names another host.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in _OURS
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _refused(why: str, status: HTTPStatus) -> flask.Response:
    return flask.Response(f"{why}\n", status, content_type="text/plain; charset=utf-8")
