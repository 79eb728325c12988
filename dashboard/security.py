"""Headers of every response: a strict content policy, what may be kept, and how it is packed."""

from http import HTTPStatus
from typing import Final

import flask
from dash import Dash

from dashboard.compression import Packer
from dashboard.drawn import fill

_SUITES: Final = "_dash-component-suites/"
_ASSETS: Final = "assets/"
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_NOT_KEPT: Final = "private, no-cache"


def protect(app: Dash) -> None:
    """Send the policy and the packed body with every response of the app's server."""
    packer, base = Packer(), app.config.routes_pathname_prefix

    @app.server.after_request  # type: ignore[untyped-decorator]
    def finish(response: flask.Response) -> flask.Response:
        headers = response.headers
        headers["Content-Security-Policy"] = _policy(app)
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        headers["Referrer-Policy"] = "no-referrer"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        fill(response)
        part = _kept(flask.request.path.removeprefix(base), response)
        return packer.pack(response, part=part)


def _policy(app: Dash) -> str:
    scripts = " ".join(app.csp_hashes())
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def _kept(path: str, response: flask.Response) -> str | None:
    """The name of a part of the program that never changes under its address, None for another.

    What is no such part may hold the store's data: nobody between may keep it.
    """
    request = flask.request
    once = request.query_string.decode("latin-1") if path.startswith(_ASSETS) else ""
    lasting = (path.startswith(_SUITES) and response.cache_control.max_age) or once
    if response.status_code == HTTPStatus.OK and lasting:
        response.headers["Cache-Control"] = _FOR_EVER
        return f"{path}?{once}"
    if not path.startswith((_ASSETS, _SUITES)):
        response.headers.setdefault("Cache-Control", _NOT_KEPT)
    return None
