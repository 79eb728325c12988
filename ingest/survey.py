"""Survey files of clusters without a job log: CSV, checked whole, all faults in one report."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import polars as pl
from pydantic import ValidationError

from model.errors import ConfigError, InputError
from model.model_keys import explain
from model.suggestions import did_you_mean
from model.survey import SURVEY_SCHEMA, SurveyRow

COLUMNS: Final = tuple(SURVEY_SCHEMA.names())
REQUIRED: Final = tuple(
    name for name, field in SurveyRow.model_fields.items() if field.is_required()
)
_TEXTS: Final = {
    "name": "what the cluster is called (required)",
    "institution": "whose it is (required)",
    "gpus": "physical cards, never MIG instances (required)",
    "gpu_model": "what they are, best an id of the GPU catalogue such as a100-sxm-80",
    "year_from": "year in which it came into service with this count (required)",
    "year_to": "year in which it was switched off or its count changed (empty = still in service)",
    "pue": "power usage effectiveness of its room, such as 1.6",
    "source": "who says so, and where (required)",
    "grade": "A-operator, B-top500, C-epoch, C-press, D-secondary; empty = E-unverified",
    "note": "what a reader must know",
}
_HINT: Final = "`plimsoll survey template` prints an empty file with every column."
_DELIMITERS: Final = ",;\t"

Told = tuple[str, SurveyRow]
"""A row, and the file and line that it stands on."""


def read_surveys(paths: Sequence[Path]) -> pl.DataFrame:
    """The rows of all files together, SURVEY_SCHEMA; a frame without rows for no file.

    Raises:
        InputError: where a file cannot be read or lacks a column.
        ConfigError: with every row that is wrong, `file:line: what`.
    """
    faults: list[str] = []
    told = [row for path in paths for row in _rows(path, faults)]
    faults += _doubled(told)
    if faults:
        raise ConfigError(faults, where="survey")
    rows = [row.model_dump() for _, row in told]
    return pl.DataFrame(rows, schema=SURVEY_SCHEMA)


def survey_template() -> str:
    """CSV text: comment lines (`#`, which the reader skips) and the header of all columns."""
    width = max(map(len, COLUMNS))
    lines = [
        "# Clusters that no job log tells of: a line a cluster, or a line for each count it had.",
        "# Leave empty what you do not know. Name the file under `surveys:` in plimsoll.yaml.",
        "#",
        *(f"# {column:<{width}}  {_TEXTS[column]}" for column in COLUMNS),
        "#",
        ",".join(COLUMNS),
    ]
    return "\n".join(lines) + "\n"


def _rows(path: Path, faults: list[str]) -> Iterator[Told]:
    lines = _records(path)
    _, header = next(lines, (0, []))
    names = _names(header, path)
    for number, cells in lines:
        place = f"{path}:{number}"
        if len(cells) != len(names):
            faults.append(f"{place}: {len(cells)} cells under {len(names)} columns.")
            continue
        values = {name: cell for name, cell in zip(names, cells, strict=True) if cell}
        try:
            yield place, SurveyRow.model_validate(values)
        except ValidationError as wrong:
            faults += [f"{place}: {explain(error, SurveyRow)}" for error in wrong.errors()]


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows with their line numbers, without comments and blank lines."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise InputError("this is no UTF-8 text", where=str(path), hint=_HINT) from error
    kept = [(number, line) for number, line in enumerate(text.splitlines(), 1) if _tells(line)]
    first = kept[0][1] if kept else ""
    delimiter = max(_DELIMITERS, key=first.count)
    for number, line in kept:
        try:
            cells = next(csv.reader([line], delimiter=delimiter, strict=True))
        except csv.Error as error:
            where = f"{path}:{number}"
            raise InputError(f"the CSV cannot be read: {error}", where=where) from error
        yield number, [cell.strip() for cell in cells]


def _tells(line: str) -> bool:
    return bool(line.strip(",;\t ")) and not line.lstrip().startswith("#")


def _names(header: list[str], path: Path) -> list[str]:
    names = [name.casefold().replace(" ", "_") for name in header]
    for name in names:
        if name not in COLUMNS:
            what = f"no column {name!r} is known"
            raise InputError(what, where=str(path), hint=did_you_mean(name, COLUMNS))
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        what = f"missing column{'s' if len(missing) > 1 else ''} {', '.join(missing)}"
        raise InputError(what, where=str(path), hint=_HINT)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"column {', '.join(twice)} stands twice", where=str(path))
    return names


def _doubled(told: Sequence[Told]) -> Iterator[str]:
    """Rows that tell of one cluster at one time what another row tells already."""
    for number, (place, row) in enumerate(told):
        for earlier, other in told[:number]:
            if row.overlaps(other):
                yield f"{place}: {row.name} of {row.institution} stands in {earlier} already."
                break
