"""The Carbon Intensity API of Great Britain as a source: answers saved as they come."""

import io
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from ingest.formats.document import read_document
from ingest.formats.intensity_api import CarbonIntensityApi
from ingest.retry import Retry
from ingest.sources.http import Site
from model.errors import InputError
from model.grid_carbon import GREAT_BRITAIN, GridRegion

API_URL: Final = "https://api.carbonintensity.org.uk"
CHUNK: Final = timedelta(days=13)
"""The API answers for up to 14 days at once."""

PAUSE_S: Final = 1.0
_HEADERS: Final = {"Accept": "application/json", "User-Agent": "plimsoll (carbon intensity)"}
_TIMEOUT_S: Final = 60.0


@dataclass(frozen=True)
class Fetched:
    """One answer: where it lies, its half-hours, and whether it lay there before."""

    path: Path
    half_hours: int
    kept: bool = False


@dataclass(frozen=True)
class Fetcher:
    """Saves answers to `folder`, one file a region and chunk, with a pause between questions.

    A file that is there already stays, unless `again`: recent figures are still revised.
    """

    folder: Path
    url: str = API_URL
    again: bool = False
    pause_s: float = PAUSE_S
    retry: Retry = field(default_factory=Retry)

    def fetch(self, region: GridRegion, since: date, until: date) -> Iterator[Fetched]:
        """The days from `since` to the day before `until`, in the order of time.

        Raises:
            InputError: where the region has no number at the API, or an answer is none.
            UnavailableError: where the API does not answer, asked several times.
        """
        if region.api_id is None:
            raise InputError(
                f"the API has no figures of {region.name}",
                hint="it knows the regions of Great Britain; elsewhere yearly factors count.",
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        for begin, end in chunks(since, until):
            path = self.folder / f"carbon-intensity_{region.code}_{begin}_{end}.json"
            if path.exists() and not self.again:
                yield Fetched(path, 0, kept=True)
                continue
            data = self._answer(_path(region, begin, end))
            half_hours = _half_hours(data, path)
            if half_hours:
                _save(path, data)
            yield Fetched(path, half_hours)
            time.sleep(self.pause_s)

    def _answer(self, path: str) -> bytes:
        site = Site(self.url, _HEADERS, timeout_s=_TIMEOUT_S)

        def ask() -> bytes:
            into = io.BytesIO()
            site.get(path, {}, into)
            return into.getvalue()

        return self.retry.calling()(ask)


def chunks(since: date, until: date) -> Iterator[tuple[date, date]]:
    """The span in parts that the API answers at once."""
    begin = since
    while begin < until:
        end = min(begin + CHUNK, until)
        yield begin, end
        begin = end


def _path(region: GridRegion, begin: date, end: date) -> str:
    span = f"{begin}T00:00Z/{end}T00:00Z"
    if region.code == GREAT_BRITAIN:
        return f"/intensity/{span}"
    return f"/regional/intensity/{span}/regionid/{region.api_id}"


def _half_hours(data: bytes, path: Path) -> int:
    try:
        return CarbonIntensityApi().read(read_document(data)).frame.height
    except InputError as fault:
        raise InputError(fault.what, where=path.name, hint="try again later.") from fault


def _save(path: Path, data: bytes) -> None:
    """Whole or not at all."""
    draft = path.with_suffix(".part")
    try:
        draft.write_bytes(data)
        draft.replace(path)
    except OSError as error:
        raise InputError(
            f"cannot write: {error.strerror}", where=str(path), hint="name another --output."
        ) from error
