"""What a site's numeric TRES ids mean: `1=20,2=170000,4=1,1001=4` is 20 CPUs and four of what?"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from ingest.formats.yaml_values import NotYamlError, yaml_value
from ingest.whole_file import read_whole
from model.errors import InputError

SLURMS_OWN: Final[Mapping[int, str]] = {
    1: "cpu",
    2: "mem",
    3: "energy",
    4: "node",
    5: "billing",
    6: "fs/disk",
    7: "vmem",
    8: "pages",
}
"""The ids that are the same everywhere; those of GRES, licences and file systems are a site's."""

HINT: Final = "run sacctmgr -P show tres > tres.txt, and give --tres tres.txt."

_LIMIT_BYTES: Final = 4 << 20
_WORDS: Final = frozenset({"type", "name", "type_and_name"})


def read_tres_ids(path: str | Path) -> dict[int, str]:
    """Names by id, `{1001: "gres/gpu", 1002: "gres/gpu:a100"}`, Slurm's own included.

    Reads `sacctmgr -P show tres`, slurmrestd's answer on TRES, and pyslurm's `db.TRES` in JSON
    or YAML. Raises InputError.
    """
    file = read_whole(path, limit_bytes=_LIMIT_BYTES)
    entries = list(_entries(file.data))
    named = dict(_named(entry) for entry in entries if _is_entry(entry))
    if not named:
        raise InputError("no TRES ids in this file", where=file.path, hint=HINT)
    return {**SLURMS_OWN, **named}


def _entries(data: bytes) -> Iterable[Any]:
    text = data.decode("utf-8-sig", errors="replace").strip()
    first = text.partition("\n")[0]
    if "|" in first:
        return _lines(text)
    try:
        value = msgspec.json.decode(text.encode())
    except msgspec.DecodeError:
        try:
            value = yaml_value(data, _WORDS)
        except NotYamlError:
            return []
    if isinstance(value, dict):
        listed = value.get("TRES", value.get("tres", list(value.values())))
        return listed if isinstance(listed, list) else []
    return value if isinstance(value, list) else []


def _lines(text: str) -> Iterable[dict[str, str]]:
    header, *lines = text.splitlines()
    names = [name.strip().lower() for name in header.split("|")]
    return (dict(zip(names, line.split("|"), strict=False)) for line in lines)


def _is_entry(entry: Any) -> bool:
    if not isinstance(entry, dict):
        return False
    return bool(entry.get("type")) and str(entry.get("id", "")).isdecimal()


def _named(entry: dict[str, Any]) -> tuple[int, str]:
    kind, name = str(entry["type"]), str(entry.get("name") or "")
    return int(entry["id"]), f"{kind}/{name}" if name else kind
