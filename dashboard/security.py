"""Headers of every response: a strict content policy, and compression of what is large."""

import gzip
from functools import lru_cache
from typing import Final

import flask
from dash import Dash

_SMALL_BYTES: Final = 1_000
_COMPRESSIBLE: Final = ("text/", "application/json", "application/javascript", "image/svg")


def protect(app: Dash) -> None:
    """Send the policy and the compressed body with every response of the app's server."""

    @app.server.after_request  # type: ignore[untyped-decorator]
    def finish(response: flask.Response) -> flask.Response:
        headers = response.headers
        headers["Content-Security-Policy"] = _policy(app)
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        headers["Referrer-Policy"] = "no-referrer"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        return _compressed(response)


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


def _compressed(response: flask.Response) -> flask.Response:
    wanted = "gzip" in flask.request.headers.get("Accept-Encoding", "")
    kind = response.content_type or ""
    if not wanted or response.headers.get("Content-Encoding") or not kind.startswith(_COMPRESSIBLE):
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < _SMALL_BYTES:
        return response
    response.set_data(_pack(body))
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    return response


@lru_cache(maxsize=64)
def _pack(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=6, mtime=0)
