"""An earlier edition, read from its data package."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from model.errors import InputError

DESCRIPTOR: Final = "datapackage.json"
_HINT: Final = "name the .zip that `plimsoll report capacity --output FILE.zip` wrote."


@dataclass(frozen=True)
class Edition:
    """The tables of an earlier edition by key, every cell as text, empty ones null."""

    name: str
    tables: Mapping[str, pl.DataFrame]


def read_edition(path: Path) -> Edition:
    """The edition in a data package.

    Raises:
        InputError: for a file that is absent, or no data package of a report.
    """
    try:
        with zipfile.ZipFile(path) as package:
            described = json.loads(package.read(DESCRIPTOR))
            tables = dict(_tables(package, described))
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, pl.exceptions.PolarsError) as fault:
        why = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
        raise InputError(
            f"no data package of an earlier edition: {why}", where=str(path), hint=_HINT
        ) from fault
    return Edition(_name(tables), tables)


def _tables(package: zipfile.ZipFile, described: Any) -> list[tuple[str, pl.DataFrame]]:
    resources = described.get("resources") or []
    paths = {str(each["name"]): str(each["path"]) for each in resources}
    return [
        (name, pl.read_csv(io.BytesIO(package.read(path)), infer_schema=False))
        for name, path in paths.items()
        if path.endswith(".csv")
    ]


def _name(tables: Mapping[str, pl.DataFrame]) -> str:
    about = tables.get("about")
    if about is None or "what" not in about.columns:
        return "an earlier date"
    told = about.filter(pl.col("what") == "Edition")
    return str(told["words"][0]) if told.height else "an earlier date"
