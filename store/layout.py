"""What makes a folder a store: its marker, its identity and the version of its schema."""

import json
import os
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from model.errors import InputError

SCHEMA_VERSION: Final = 1
"""Raised whenever the fact tables change in a way that an older program cannot read."""

MARKER: Final = "store.json"


@dataclass(frozen=True)
class Marker:
    """The content of `store.json`: which store this is, and where its catalogue lies."""

    store_id: str
    schema_version: int
    catalogue: str  # "sqlite" beside the facts, "url" elsewhere


def open_folder(folder: Path, *, create: bool, catalogue: str) -> Marker:
    """The marker of an existing store, or of a new one if `create`.

    Raises InputError for a missing store, a folder that is not one, a newer schema version and
    a catalogue that is kept elsewhere.
    """
    if not (folder / MARKER).is_file():
        _may_be_made(folder, create=create)
        _write_marker(folder, catalogue)
    marker = _read_marker(folder)
    _check(marker, folder, catalogue)
    return marker


def _may_be_made(folder: Path, *, create: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise InputError("a store is a folder, and this is a file", where=str(folder))
    if folder.is_dir() and any(not entry.name.startswith(".") for entry in folder.iterdir()):
        raise InputError(
            "this folder holds other things and is no Plimsoll store",
            where=str(folder),
            hint="name an empty or a new folder with --store.",
        )
    if not create:
        raise InputError(
            "there is no store here yet",
            where=str(folder),
            hint="`plimsoll init` makes one, as does the first `plimsoll ingest jobs FILE "
            "--cluster NAME`; `plimsoll --store PATH` names another.",
        )


def _write_marker(folder: Path, catalogue: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{MARKER}.{uuid.uuid4().hex}"
    content = {
        "store_id": uuid.uuid4().hex,
        "schema_version": SCHEMA_VERSION,
        "catalogue": catalogue,
    }
    draft.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    try:
        os.link(draft, folder / MARKER)
    except FileExistsError:
        pass  # another process made the store at the same moment: its marker stands
    except OSError:
        draft.replace(folder / MARKER)  # a file system without hard links
    finally:
        draft.unlink(missing_ok=True)


def _read_marker(folder: Path) -> Marker:
    try:
        content = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        return Marker(
            store_id=str(content["store_id"]),
            schema_version=int(content["schema_version"]),
            catalogue=str(content["catalogue"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise InputError(
            f"cannot read {MARKER} ({type(fault).__name__})",
            where=str(folder),
            hint="restore this file from a backup of the store.",
        ) from fault


def _check(marker: Marker, folder: Path, catalogue: str) -> None:
    if marker.schema_version > SCHEMA_VERSION:
        raise InputError(
            f"this store has schema version {marker.schema_version}; "
            f"this program knows versions up to {SCHEMA_VERSION}",
            where=str(folder),
            hint="upgrade plimsoll.",
        )
    if marker.catalogue != catalogue:
        kept = "in a database given by URL" if marker.catalogue == "url" else "beside its facts"
        raise InputError(
            f"this store keeps its catalogue {kept}",
            where=str(folder),
            hint="set the catalogue's URL as it was when the store was made.",
        )
