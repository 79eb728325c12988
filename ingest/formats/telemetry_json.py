"""Answers of the Prometheus HTTP API: `query_range` and `query`."""

import json
from collections.abc import Iterator
from typing import Final

import msgspec
import polars as pl

from ingest.formats.base import Reject
from ingest.formats.telemetry_base import SAMPLES, SampleBatch, TelemetryOptions
from ingest.formats.telemetry_text import numbers
from model.errors import InputError

SIZE_LIMIT_BYTES: Final = 2 << 30
_NOTHING: Final = "the query matched nothing: an empty answer"
_BATCH_CHARACTERS: Final = 32 << 20
_RANGE_HINT: Final = "save an answer of /api/v1/query_range."


_NULL: Final = msgspec.Raw(b"null")
_NONE: Final = msgspec.Raw(b"")


class _Answer(msgspec.Struct):
    status: str
    data: msgspec.Raw = _NULL
    error: str = ""
    errorType: str = ""  # noqa: N815  # as Prometheus spells it


class _Result(msgspec.Struct):
    resultType: str | None = None  # noqa: N815
    result: msgspec.Raw = _NULL


class _Series(msgspec.Struct):
    metric: dict[str, str] = {}
    values: msgspec.Raw = _NONE
    value: msgspec.Raw = _NONE


class PrometheusJson:
    """A matrix or a vector; other answers are refused by what they are."""

    name = "prometheus-json"

    def recognises(self, head: bytes) -> bool:
        """Whether the text begins as a JSON object."""
        return head.lstrip().startswith(b"{") and b'"' in head.lstrip()[1:40].split(b"=", 1)[0]

    def batches(self, blocks: Iterator[bytes], options: TelemetryOptions) -> Iterator[SampleBatch]:
        """The samples of an answer, some series at a time.

        Raises InputError with Prometheus' own words for an error, and for what is no answer.
        """
        del options
        series = _series(_whole(blocks))
        if not series:
            yield SampleBatch(pl.DataFrame(schema=SAMPLES), {}, notes=(_NOTHING,))
        begin, done, characters = 0, 0, 0
        for number, each in enumerate(series, 1):
            characters += len(bytes(each.values or each.value))
            if characters > _BATCH_CHARACTERS or number == len(series):
                batch = _batch(series[begin:number], first_line=done + 1)
                done += batch.samples.height + len(batch.rejects)
                begin, characters = number, 0
                yield batch


def _whole(blocks: Iterator[bytes]) -> bytes:
    data = bytearray()
    for block in blocks:
        data += block
        if len(data) > SIZE_LIMIT_BYTES:
            raise InputError(
                f"an answer of more than {SIZE_LIMIT_BYTES >> 30} GB",
                hint="ask Prometheus for shorter windows.",
            )
    return bytes(data)


def _series(data: bytes) -> list[_Series]:
    try:
        answer = msgspec.json.decode(data, type=_Answer)
        if answer.status != "success":
            kind = f" ({answer.errorType})" if answer.errorType else ""
            raise InputError(
                f"Prometheus answered with an error{kind}: {answer.error or answer.status}",
                hint="put the query right and save its answer again.",
            )
        return msgspec.json.decode(_result(answer), type=list[_Series])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(f"this is no answer of Prometheus: {error}", hint=_RANGE_HINT) from error


def _result(answer: _Answer) -> msgspec.Raw:
    try:
        data = msgspec.json.decode(answer.data, type=_Result)
    except msgspec.ValidationError:
        raise InputError(
            "this answer lists names or units, it holds no samples", hint=_RANGE_HINT
        ) from None
    if data.resultType not in {"matrix", "vector"}:
        kind = f"a {data.resultType}" if data.resultType else "no result"
        raise InputError(f"this answer is {kind}, it holds no samples", hint=_RANGE_HINT)
    return data.result


def _batch(series: list[_Series], *, first_line: int) -> SampleBatch:
    keys = [json.dumps(each.metric, sort_keys=True) for each in series]
    raw = [bytes(each.values or each.value).decode() for each in series]
    cells = (
        pl.DataFrame({"series": keys, "cells": raw}, schema_overrides={"cells": pl.String})
        .with_columns(pl.col("cells").str.replace_all(r'[\[\]\s"]', "").str.split(","))
        .filter(pl.col("cells").list.len() > 1)
        .select(
            "series",
            time=pl.col("cells").list.gather_every(2, 0),
            text=pl.col("cells").list.gather_every(2, 1),
        )
        .explode("time", "text")
        .with_row_index("line", offset=first_line)
        .with_columns(
            pl.col("line").cast(pl.Int64),
            time_ms=(pl.col("time").cast(pl.Float64, strict=False) * 1000).round().cast(pl.Int64),
            value=numbers(pl.col("text")),
        )
    )
    good = pl.col("value").is_not_null() & pl.col("time_ms").is_not_null()
    bad = cells.filter(~good).select("line", "series", "time", "text")
    rejects = [Reject(line, "bad_line", " ".join(said)) for line, *said in bad.iter_rows()]
    labels = {key: each.metric for key, each in zip(keys, series, strict=True)}
    return SampleBatch(cells.filter(good).select(SAMPLES.names()), labels, rejects)
