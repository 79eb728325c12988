"""Files that are there whole or not at all."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from model.errors import InputError


@contextmanager
def places_for(paths: Sequence[Path]) -> Iterator[Mapping[Path, Path]]:
    """An empty file beside each path, to be written within the block.

    When the block ends well each takes the name of its path; otherwise all are removed, and what
    was there before stays.

    Raises:
        InputError: where a path cannot be written; most reasons are found before the block.
    """
    made: dict[Path, Path] = {}
    try:
        for path in paths:
            made[path] = _beside(path)
        yield made
        for path, temporary in made.items():
            temporary.replace(path)
    except OSError as fault:
        where = [path for path, part in made.items() if str(part) == str(fault.filename)]
        named = where or [fault.filename] if fault.filename else paths
        raise _cannot(fault.strerror or str(fault), ", ".join(map(str, named))) from fault
    finally:
        for temporary in made.values():
            temporary.unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    if path.is_dir():
        raise _cannot("it is a folder", path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.touch(exist_ok=False)
    except OSError as fault:
        raise _cannot(fault.strerror or str(fault), path) from fault
    return temporary


def _cannot(why: str, path: object) -> InputError:
    return InputError(f"cannot write: {why}", where=str(path), hint="choose another file.")
