"""A Prometheus as a source: the metrics of GPUs, one window a question."""

from typing import BinaryIO, Final

import msgspec

from ingest.sources.base import Ask
from ingest.sources.http import read_token
from ingest.sources.prometheus_windows import TELEMETRY_QUERY, query_windows
from model.errors import InputError
from model.source_settings import PrometheusSource


class _Data(msgspec.Struct):
    result: list[msgspec.Raw]


class _Answer(msgspec.Struct):
    data: _Data


_ANSWER: Final = msgspec.json.Decoder(_Answer)


class Prometheus:
    """One Prometheus."""

    windowed = True
    ids_at_once = 0

    def __init__(self, settings: PrometheusSource) -> None:
        self._settings = settings
        self.name = f"prometheus {settings.url}"

    def fetch(self, ask: Ask, into: BinaryIO) -> tuple[str, ...]:
        """Write the series of a window as one answer, of however many questions it took."""
        if ask.window is None:
            raise InputError("a Prometheus is asked for a window", where=self.name)
        begin, end = ask.window
        answers = query_windows(
            self._settings.url,
            self._settings.query or TELEMETRY_QUERY,
            begin,
            end,
            self._settings.step_s,
            read_token(self._settings.token_file),
        )
        into.write(b'{"status":"success","data":{"resultType":"matrix","result":[')
        first = True
        for answer in answers:
            for series in _series(answer, self.name):
                into.write(bytes(series) if first else b",\n" + bytes(series))
                first = False
        into.write(b"]}}\n")
        return ()


def _series(answer: bytes, name: str) -> list[msgspec.Raw]:
    try:
        return _ANSWER.decode(answer).data.result
    except msgspec.DecodeError as error:
        raise InputError(f"this is no answer of Prometheus: {error}", where=name) from error
