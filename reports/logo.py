"""The logo of reports: read once, and refused where a program could not draw it."""

import json
from pathlib import Path
from typing import Any, Final, Literal
from xml.etree import ElementTree as ET

from model.errors import InputError
from reports.document import Logo

Kind = Literal["svg", "png", "jpg"]

_LARGEST_BYTES: Final = 2_000_000
_BEGINNINGS: Final[dict[bytes, Kind]] = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}
_HINT: Final = "name an SVG, PNG or JPEG as `reports.logo` in plimsoll.yaml."
_ENDS: Final[dict[Kind, bytes]] = {"png": b"IEND", "jpg": b"\xff\xd9", "svg": b">"}
_NEAR_THE_END: Final = 64
_HERE: Final = ("#", "data:")


def logo_of(path: Path, organisation: str | None) -> Logo:
    """The logo in a file, which its owner's name stands for where it is not seen.

    Raises:
        InputError: for a file that cannot be read, is too large or no picture, and for a drawing
            that refers to something outside itself, which no report would show.
    """
    try:
        picture = path.read_bytes()
    except OSError as fault:
        raise _refused(path, f"cannot read the logo: {fault.strerror or fault}") from fault
    if len(picture) > _LARGEST_BYTES:
        raise _refused(path, f"the logo has {len(picture):,} bytes, more than {_LARGEST_BYTES:,}")
    kind = _kind(picture)
    if kind == "svg" and (outside := _outside(picture)):
        raise _refused(path, f"the logo refers to {outside!r}, which no report can show")
    if kind is None or not _is_whole(picture, kind) or not _can_be_drawn(picture, kind):
        raise _refused(path, "the logo is no picture that can be drawn")
    return Logo(picture, kind, f"Logo of {organisation}" if organisation else "Logo")


def _kind(picture: bytes) -> Kind | None:
    found = (kind for begins, kind in _BEGINNINGS.items() if picture.startswith(begins))
    return next(found, "svg" if b"<svg" in picture else None)


def _is_whole(picture: bytes, kind: Kind) -> bool:
    return _ENDS[kind] in picture[-_NEAR_THE_END:]


def _can_be_drawn(picture: bytes, kind: Kind) -> bool:
    """Whether the program that sets the PDF draws it: no other test is as good."""
    import typst  # large, and wanted only where there is a logo

    page = (
        "#set page(width: 40pt, height: 40pt, margin: 0pt)\n"
        f'#image(bytes(json("logo.json")), format: "{kind}", width: 40pt)'
    )
    sources: Any = {"main.typ": page.encode(), "logo.json": json.dumps(list(picture)).encode()}
    try:
        typst.compile(sources)
    except typst.TypstError:
        return False
    return True


def _outside(picture: bytes) -> str | None:
    """The first reference of a drawing that leads out of it; None where it is no drawing."""
    try:
        drawing = ET.fromstring(picture)  # noqa: S314  # the site's own file
    except ET.ParseError:
        return None
    for part in drawing.iter():
        for name, value in part.items():
            if name.rpartition("}")[2] == "href" and not value.startswith(_HERE):
                return value
    return None


def _refused(path: Path, why: str) -> InputError:
    return InputError(why, where=str(path), hint=_HINT)
