"""Files that are ZIP packages, made the same from run to run."""

from collections.abc import Mapping
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

_MOMENT: Final = (1980, 1, 1, 0, 0, 0)
_NOT_PACKED: Final = frozenset({"mimetype"})
"""The first member of an OpenDocument file tells its type to who reads the raw bytes."""


def repacked(package: bytes, changed: Mapping[str, bytes] | None = None) -> bytes:
    """A package with its members in their order, none with a time of day; some with new bytes."""
    new = changed or {}
    told = BytesIO()
    with ZipFile(BytesIO(package)) as old, ZipFile(told, "w") as written:
        for name in old.namelist():
            member = ZipInfo(name, _MOMENT)
            member.compress_type = ZIP_STORED if name in _NOT_PACKED else ZIP_DEFLATED
            written.writestr(member, new.get(name) or old.read(name))
    return told.getvalue()
