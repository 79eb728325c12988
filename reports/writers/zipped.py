"""Files that are ZIP packages of XML: text that they can hold, bytes that do not change."""

import re
from collections.abc import Mapping
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

_UNHOLDABLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
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


def holdable(text: str) -> str:
    """Text with each character that XML cannot hold, or should not, replaced by "\ufffd"."""
    return _UNHOLDABLE.sub("\ufffd", text.replace("\r\n", "\n"))
