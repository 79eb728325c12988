"""slurmdbd's own database as a source: rows as they stand, as one JSON document a question."""

from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import msgspec

from ingest.sources.base import Ask
from model.errors import InputError
from model.source_settings import SlurmdbdSource
from store.slurmdbd import SlurmDatabase

_IDS_AT_ONCE: Final = 2000
_ENCODER: Final = msgspec.json.Encoder()


class Slurmdbd:
    """The job table of one cluster."""

    windowed = True
    ids_at_once = _IDS_AT_ONCE

    def __init__(self, settings: SlurmdbdSource, cluster: str) -> None:
        self._database = SlurmDatabase(settings.url, cluster=cluster, password=_password(settings))
        self.name = f"slurmdbd {self._database.name}"

    def fetch(self, ask: Ask, into: BinaryIO) -> tuple[str, ...]:
        """Write the jobs that ended in the window, and up to now those that have not ended."""
        try:
            into.write(b'{"slurmdbd":' + _ENCODER.encode(self._database.facts()) + b',"jobs":[')
            first = True
            for page in self._pages(ask):
                rows = b",\n".join(_ENCODER.encode(row) for row in page)
                into.write(rows if first else b",\n" + rows)
                first = False
            into.write(b"]}\n")
        finally:
            self._database.close()
        return ()

    def _pages(self, ask: Ask) -> Iterator[list[dict[str, Any]]]:
        if ask.job_ids:
            yield from self._database.by_id(ask.job_ids)
        if ask.window:
            begin, end = (int(moment.timestamp()) for moment in ask.window)
            yield from self._database.ended(begin, end)
        if ask.latest:
            yield from self._database.open()


def _password(settings: SlurmdbdSource) -> str | None:
    file = settings.password_file
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"the password cannot be read: {error}",
            where=str(file),
            hint="the user that runs plimsoll must be able to read it.",
        ) from error
