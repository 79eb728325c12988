"""A Prometheus asked for a span of time, in windows that it will answer.

It refuses more than 11,000 points of a series at once, and queries that would load too many
samples or take too long: such a window is halved until it is answered.
"""

import io
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from ingest.sources.http import Site
from ingest.telemetry_metrics import METRICS
from model.errors import InputError, UnavailableError

POINTS: Final = 10_000
"""Points of a series in one window; Prometheus' own limit is 11,000."""

TRIES: Final = 4
_FIRST_PAUSE_S: Final = 1.0
_RANGE: Final = "/api/v1/query_range"
_TOO_MUCH: Final = re.compile(r"too many samples|timed out|exceeded maximum resolution")
_ERROR: Final = re.compile(r'"error"\s*:\s*("(?:[^"\\]|\\.)*")')

TELEMETRY_QUERY: Final = f'{{__name__=~"(?i)(amd_)?({"|".join(sorted(METRICS))})"}}'
"""Every metric of GPUs that is of use, in one question, so that an hour is complete at once."""


def query_windows(
    url: str,
    query: str,
    begin: datetime,
    end: datetime,
    step_s: int,
    token: str | None = None,
    *,
    pause: Callable[[float], None] = time.sleep,
) -> Iterator[bytes]:
    """The answers of `query_range` for the points of a grid in [begin, end), window by window.

    `url` is that of the server, `begin` and `end` are aware, and the grid is the multiples of
    `step_s` since the epoch, so that windows asked for anew fall on the same points. `token` goes
    as a bearer token. What a server cannot answer now is asked again, after longer and longer
    pauses. Redirects are not followed; link-local and metadata addresses are refused. Raises
    InputError with Prometheus' own words, UnavailableError where asking again later may help.
    """
    if step_s < 1:
        raise InputError(f"a step of {step_s} s", hint="whole seconds, 1 or more.")
    headers = {"Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    site = Site(url, headers)
    first = -(-int(begin.timestamp()) // step_s)
    last = -(-int(end.timestamp()) // step_s) - 1
    pending = [(start, min(start + POINTS - 1, last)) for start in range(first, last + 1, POINTS)][
        ::-1
    ]
    while pending:
        start, stop = pending.pop()
        answer = _answer(site, query, start * step_s, stop * step_s, step_s, pause)
        if answer is not None:
            yield answer
        elif start == stop:
            raise _at(site, start * step_s, "Prometheus cannot answer even for a single point")
        else:
            middle = (start + stop) // 2
            pending += [(middle + 1, stop), (start, middle)]


def _answer(
    site: Site, query: str, start: int, stop: int, step_s: int, pause: Callable[[float], None]
) -> bytes | None:
    """The answer for a window of points; None where it is too much at once."""
    asked = {"query": query, "start": str(start), "end": str(stop), "step": str(step_s)}
    for number in range(TRIES):
        try:
            return _got(site, asked)
        except InputError as error:
            if _TOO_MUCH.search(error.what):
                return None
            if not isinstance(error, UnavailableError) or number == TRIES - 1:
                raise _in_its_words(error) from error
        pause(_FIRST_PAUSE_S * 2**number)
    raise AssertionError("the last try returns or raises")


def _got(site: Site, asked: Mapping[str, str]) -> bytes:
    body = io.BytesIO()
    site.get(_RANGE, asked, body)
    return body.getvalue()


def _in_its_words(error: InputError) -> InputError:
    found = _ERROR.search(error.what)
    if found is None:
        return error
    said = f"Prometheus answered with an error: {json.loads(found[1])}"
    return type(error)(said, where=error.where, hint=error.hint or "put the query right.")


def _at(site: Site, second: int, what: str) -> InputError:
    moment = datetime.fromtimestamp(second, UTC).isoformat(timespec="seconds")
    hint = "ask for fewer series: by node, or one metric at a time."
    return InputError(f"{what}, {moment}", where=site.url, hint=hint)
