"""Bodies made small for the way: zstd where the reader knows it, gzip where not.

Parts of the program (scripts, styles) are packed once and kept; answers are packed as they go,
with what is fastest for its size. Measured in docs/adr/0019-dashboard-speed.md.
"""

import gzip
from http import HTTPStatus
from typing import Final

import flask
import zstandard

from dashboard.memory import Memory

_SMALL_BYTES: Final = 1_000
_COMPRESSIBLE: Final = (
    "text/", "application/json", "application/javascript", "image/svg",
)  # fmt: skip
_PACKED_BYTES: Final = 16 << 20
_ZSTD_ONCE: Final = 9
_ZSTD: Final = 3
_GZIP_ONCE: Final = 6
_GZIP: Final = 4


class Packer:
    """Packs the bodies of responses; remembers those of the program's own parts."""

    def __init__(self) -> None:
        self._packed: Memory[bytes] = Memory(_PACKED_BYTES, len)

    def pack(self, response: flask.Response, *, part: str | None) -> flask.Response:
        """The response, packed if that pays; `part` names a body that never changes."""
        how = encoding()
        if how is None or not _is_packable(response):
            return response
        response.direct_passthrough = False
        body = response.get_data()
        if len(body) < _SMALL_BYTES:
            return response
        if part is None:
            packed = compressed(body, how)
        else:
            packed = self._packed.recall((part, how), lambda: compressed(body, how, once=True))
        response.set_data(packed)
        response.headers["Content-Encoding"] = how
        response.vary.add("Accept-Encoding")
        return response


def encoding() -> str | None:
    """How the reader of this request wants bodies packed, None for not at all."""
    accepted = flask.request.accept_encodings
    return next((how for how in ("zstd", "gzip") if accepted[how] > 0), None)


def compressed(body: bytes, how: str, *, once: bool = False) -> bytes:
    """A body packed; `once` takes the time that pays for what is sent many times."""
    if how == "zstd":
        return zstandard.ZstdCompressor(level=_ZSTD_ONCE if once else _ZSTD).compress(body)
    return gzip.compress(body, compresslevel=_GZIP_ONCE if once else _GZIP, mtime=0)


def _is_packable(response: flask.Response) -> bool:
    return (
        response.status_code == HTTPStatus.OK
        and not response.headers.get("Content-Encoding")
        and (response.content_type or "").startswith(_COMPRESSIBLE)
    )
