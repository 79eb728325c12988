"""Which windows a source is to be asked for: bounded, one after another, never backwards."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from ingest.sources.base import Window

_SLACK: Final = timedelta(seconds=1)


@dataclass(frozen=True)
class Span:
    """What is to be asked for in all, and what must be said of it."""

    begin: datetime
    end: datetime
    note: str | None = None

    def windows(self, longest: timedelta) -> Iterator[Window]:
        """The span in windows that are no longer than `longest`; none where it is empty."""
        begin = self.begin
        while begin < self.end:
            end = min(begin + longest, self.end)
            yield begin, end
            begin = end


def span_to_ask(
    *,
    now: datetime,
    watermark: datetime | None,
    overlap: timedelta,
    reach: timedelta,
    since: date | None = None,
    youngest: datetime | None = None,
) -> Span:
    """From where a source was read to, less the overlap, up to now.

    A source that was never asked begins at `since`, else as far back as `reach`. Where the clock
    stands before the watermark, one of the two was wrong: what is certain is `youngest`, the
    youngest record in the store. All moments are aware.
    """
    end = now.replace(microsecond=0)
    if watermark is None:
        first = datetime(since.year, since.month, since.day, tzinfo=UTC) if since else end - reach
        return Span(min(first, end), end)
    if watermark <= end + _SLACK:
        return Span(min(watermark, end) - overlap, end)
    begin = min(filter(None, (end, youngest))) - overlap
    return Span(
        begin,
        end,
        f"the clock says {end:%Y-%m-%d %H:%M:%S} UTC, but this source was read up to "
        f"{watermark:%Y-%m-%d %H:%M:%S}: one of the two was wrong, so it is asked again from "
        f"{begin:%Y-%m-%d %H:%M:%S}",
    )
