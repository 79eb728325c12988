"""Samples a line: exporters' own text, federation, OpenMetrics and `promtool tsdb dump`."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

import polars as pl

from ingest.formats.base import Reject
from ingest.formats.telemetry_base import (
    NAME,
    SAMPLES,
    SampleBatch,
    TelemetryOptions,
    lines_frame,
    whole_lines,
)

_AFTER_LABELS: Final = r"([^}]*)$"
_BARE_NAME: Final = r"^(\S+)"
_VALUE: Final = r"^\s*([^\s]+)"
_TIME: Final = r"^\s*[^\s]+\s+(-?[0-9.eE+]+)$"
_EXEMPLAR_MARK: Final = " # {"
_EXEMPLAR: Final = r"\s# \{.*$"
_LABEL: Final = re.compile(r'\s*(?:([a-zA-Z_][\w.]*)\s*=\s*)?"((?:[^"\\]|\\.)*)"\s*(?:,|$)')
_LINE: Final = re.compile(
    rb'^(?:[a-zA-Z_:][\w:.]*\s*(?:\{.*\})?|\{[\w"].*\})\s*'
    rb"[+-]?(?:[0-9][0-9.]*(?:[eE][+-]?[0-9]+)?|NaN|Inf)(?:\s+[0-9.eE+-]+)?\s*$"
)
_ESCAPES: Final = {"n": "\n", "\\": "\\", '"': '"'}
_MILLISECONDS_FROM: Final = 1e11
_NUMBER: Final = r"^[+-]?(?:[0-9.]+(?:[eE][+-]?[0-9]+)?|[Nn]a[Nn]|[Ii]nf)$"


class ExpositionText:
    """The Prometheus text format, with or without time stamps, and dumps in its likeness.

    Times from 1e11 on are milliseconds (text format, dump), smaller ones seconds (OpenMetrics).
    """

    name = "prometheus-text"

    def recognises(self, head: bytes) -> bool:
        """Whether the first line that is no comment is a sample, or the comments are its own."""
        lines = [line.strip() for line in head.split(b"\n")]
        body = [line for line in lines if line and not line.startswith(b"#")]
        if body:
            return _LINE.match(body[0]) is not None and b" => " not in body[0]
        return any(line.startswith((b"# TYPE", b"# HELP", b"# EOF")) for line in lines)

    def batches(self, blocks: Iterator[bytes], options: TelemetryOptions) -> Iterator[SampleBatch]:
        """The samples, in batches of whole lines."""
        del options
        first_line = 1
        for block in whole_lines(blocks):
            yield _batch(lines_frame(block, first_line=first_line))
            first_line += block.count(b"\n")


@lru_cache(maxsize=65_536)
def parse_series(text: str) -> Mapping[str, str] | None:
    """The labels of `name{a="b"}`, `{__name__="name", a="b"}` or `{"name", a="b"}`, and the name.

    None where the text is none of these.
    """
    name, brace, rest = text.rstrip().partition("{")
    labels = {NAME: name.strip()} if name.strip() else {}
    if brace and not rest.endswith("}"):
        return None
    inside = rest.removesuffix("}")
    place = 0
    while place < len(inside) and inside[place:].strip():
        found = _LABEL.match(inside, place)
        if found is None:
            return None
        labels[found[1] or NAME] = _unescaped(found[2])
        place = found.end()
    return labels


def parsed_series(keys: pl.Series) -> dict[str, Mapping[str, str]]:
    """The labels of each distinct series that can be read."""
    parsed = ((key, parse_series(key)) for key in keys.drop_nulls().unique())
    return {key: labels for key, labels in parsed if labels is not None}


def numbers(text: pl.Expr) -> pl.Expr:
    """Numbers as Prometheus writes them: 1, 2.5e9, NaN, +Inf; null for anything else."""
    lower = text.str.to_lowercase().str.strip_prefix("+")
    return pl.when(text.str.contains(_NUMBER)).then(lower.cast(pl.Float64, strict=False))


def milliseconds(number: pl.Expr) -> pl.Expr:
    """Milliseconds of the epoch, of seconds or milliseconds."""
    scale = pl.when(number.abs() < _MILLISECONDS_FROM).then(1000.0).otherwise(1.0)
    return (number * scale).round().cast(pl.Int64, strict=False)


def _batch(lines: pl.DataFrame) -> SampleBatch:
    text = pl.col("text")
    labelled = text.str.contains("}", literal=True)
    tail = text.str.extract(_AFTER_LABELS)
    bare = text.str.extract(_BARE_NAME)
    rows = (
        _without_comments(lines)
        .with_columns(
            series=pl.when(labelled).then(text.str.strip_suffix(tail)).otherwise(bare),
            rest=pl.when(labelled).then(tail).otherwise(text.str.strip_prefix(bare)),
        )
        .with_columns(
            value=numbers(pl.col("rest").str.extract(_VALUE)),
            time=numbers(pl.col("rest").str.extract(_TIME)),
            stamped=pl.col("rest").str.contains(r"^\s*\S+\s+\S"),
        )
    )
    labels = parsed_series(rows["series"])
    good = (
        pl.col("series").is_in(list(labels))
        & pl.col("value").is_not_null()
        & (pl.col("time").is_not_null() | ~pl.col("stamped"))
    ).fill_null(value=False)
    bad = rows.filter(~good).select("line", "text")
    samples = rows.filter(good).with_columns(time_ms=milliseconds(pl.col("time")))
    rejects = [Reject(line, "bad_line", said) for line, said in bad.iter_rows()]
    return SampleBatch(samples.select(SAMPLES.names()), labels, rejects)


def _without_comments(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines that are samples, without the exemplars that OpenMetrics appends to some."""
    samples = lines.filter(~pl.col("text").str.starts_with("#"))
    if not samples["text"].str.contains(_EXEMPLAR_MARK, literal=True).any():
        return samples
    return samples.with_columns(pl.col("text").str.replace(_EXEMPLAR, ""))


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), text)
