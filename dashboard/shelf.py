"""Answers on disk, so that a server that starts again need not reckon them again."""

import hashlib
import io
import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

import polars as pl

import analytics
import model
import reports
import store as store_package
from model.question import Answer, Question
from model.registry import Registry
from model.resources import config_path
from model.settings import Settings

FOLDER: Final = ".answers"
_LARGEST_BYTES: Final = 4 << 20
_LIMIT_BYTES: Final = 128 << 20


class Shelf:
    """A folder of answers, one folder within it for each edition of the store.

    An answer lies under a digest of everything it depends on: the edition, the question, the
    settings, the registry and the program's own code. What lies there for another edition is
    deleted; all of it may be deleted at any time. A folder that cannot be written is done without.
    """

    def __init__(self, folder: Path, settings: Settings, registry: Registry) -> None:
        self._folder = folder
        surveys = (digest(path.read_bytes().hex()) for path in settings.surveys if path.is_file())
        self._made_by = digest(program(), settings.model_dump_json(), repr(registry), *surveys)

    def find(self, edition: str, told: str, question: Question) -> Answer | None:
        """The answer to a question, None where it does not lie there or cannot be read."""
        path = self._path(edition, told, question)
        try:
            head, _, body = path.read_bytes().partition(b"\n")
            return _answer(question, json.loads(head), pl.read_ipc(io.BytesIO(body)))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
            with suppress(OSError):
                path.unlink()
            return None

    def put(self, edition: str, told: str, answer: Answer) -> None:
        """Lay an answer down, whole or not at all; one that is large is not kept."""
        if answer.frame.estimated_size() > _LARGEST_BYTES:
            return
        path = self._path(edition, told, answer.question)
        with suppress(OSError, pl.exceptions.PolarsError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if sum(_sizes(path.parent)) < _LIMIT_BYTES:
                _write(path, _told(answer), answer.frame)

    def keep_only(self, edition: str) -> None:
        """Delete what lies there for any other edition, settings or program."""
        kept = self._path(edition, "", Question("")).parent
        with suppress(OSError):
            for folder in self._folder.iterdir():
                if folder != kept:
                    shutil.rmtree(folder, ignore_errors=True)

    def _path(self, edition: str, told: str, question: Question) -> Path:
        name = digest(repr(question), told)
        return self._folder / digest(self._made_by, edition)[:32] / f"{name[:40]}.arrow"


def digest(*parts: str) -> str:
    """A digest of texts, each told apart from the next."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@cache
def program() -> str:
    """The version of the program with a digest of the code and the data that make answers."""
    found = hashlib.sha256()
    for path in sorted(_sources()):
        found.update(path.name.encode() + path.read_bytes())
    return f"{version('plimsoll')} {found.hexdigest()} polars {pl.__version__}"


def _sources() -> Iterator[Path]:
    for package in (analytics, model, reports, store_package):
        yield from Path(next(iter(package.__path__))).rglob("*.py")
    yield from (path for path in config_path("machines").parent.rglob("*") if path.is_file())


def _told(answer: Answer) -> dict[str, Any]:
    told = asdict(replace(answer, frame=pl.DataFrame(), question=Question("")))
    del told["frame"], told["question"]
    as_of = answer.data_as_of
    return told | {"data_as_of": as_of.isoformat() if as_of else None}


def _answer(question: Question, told: dict[str, Any], frame: pl.DataFrame) -> Answer:
    as_of = told["data_as_of"]
    told |= {
        "notes": tuple(told["notes"]),
        "data_as_of": datetime.fromisoformat(as_of) if as_of else None,
    }
    return Answer(question=question, frame=frame, **told)


def _write(path: Path, told: dict[str, Any], frame: pl.DataFrame) -> None:
    with NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        try:
            part.write(json.dumps(told).encode() + b"\n")
            frame.write_ipc(part, compression="zstd")
            part.close()
            Path(part.name).replace(path)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise


def _sizes(folder: Path) -> Iterator[int]:
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            yield path.stat().st_size
