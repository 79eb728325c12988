"""`nvidia-smi --query-gpu=... --format=csv`, with or without units, once or in a loop."""

import io
import json
from collections.abc import Iterator
from typing import Final

import polars as pl

from ingest.formats.base import Reject
from ingest.formats.telemetry_base import (
    NAME,
    SAMPLES,
    SampleBatch,
    TelemetryOptions,
    whole_lines,
)
from ingest.telemetry_metrics import SMI_COLUMNS
from model.errors import InputError

PREFIX: Final = "nvidia-smi:"
"""Stands before a column's name where it becomes the name of a metric."""

LINE: Final = (
    "nvidia-smi --query-gpu=timestamp,index,uuid,name,utilization.gpu,memory.used,power.draw "
    "--format=csv -l 30"
)
"""The call whose output tells all that is used here."""

_IDENTITY: Final = {"uuid": "uuid", "index": "index", "name": "name", "pci.bus_id": "pci_bus_id"}
_MARKS: Final = ("uuid", "index", "pci.bus_id", "utilization.gpu", "memory.used", "power.draw")
_STAMPS: Final = ("%Y/%m/%d %H:%M:%S%.f", "%Y/%m/%d %H:%M:%S")


class NvidiaSmiCsv:
    """A header of nvidia-smi's own column names, and a line for each card and moment.

    `[N/A]` and `[... deprecated]` are no value, never 0. MIG mode gives no utilisation.
    """

    name = "nvidia-smi-csv"

    def recognises(self, head: bytes) -> bool:
        """Whether the first line has the column names of nvidia-smi."""
        names = _names(head.lstrip().split(b"\n", 1)[0].decode("utf-8", "replace"))
        return len(names) > 1 and sum(name in names for name in _MARKS) > 1

    def batches(self, blocks: Iterator[bytes], options: TelemetryOptions) -> Iterator[SampleBatch]:
        """The samples, one for each column in use; InputError where no column names the card."""
        names: list[str] | None = None
        line = 1
        for block in whole_lines(blocks):
            text = block.decode("utf-8", errors="replace")
            if names is None:
                names = _usable(_names(text.lstrip().split("\n", 1)[0]))
            yield _batch(text, names, options, first_line=line)
            line += text.count("\n")


def _names(header: str) -> list[str]:
    return [part.strip().split(" [", 1)[0] for part in header.split(",")]


def _usable(names: list[str]) -> list[str]:
    if not any(name in names for name in ("uuid", "index", "pci.bus_id")):
        raise InputError("no column tells which card a line is of", hint=f"ask for {LINE}")
    if not any(name in names for name in SMI_COLUMNS):
        raise InputError(
            "no column of use: utilization.gpu, memory.used or power.draw",
            hint=f"ask for {LINE}",
        )
    return names


def _batch(
    text: str, names: list[str], options: TelemetryOptions, *, first_line: int
) -> SampleBatch:
    cells = _cells(text, names, first_line)
    header = pl.col(names[0]) == names[0]
    cells = cells.filter(~header.fill_null(value=False))
    whole = pl.all_horizontal(pl.col(name).is_not_null() for name in names)
    rows = cells.filter(whole).with_columns(
        _time(names, options.timezone or "UTC").alias("time_ms")
    )
    stamped = pl.col("time_ms").is_not_null() if "timestamp" in names else pl.lit(value=True)
    rejects = [
        *_rejects(cells.filter(~whole), names, "cut_off"),
        *_rejects(rows.filter(~stamped), names, "bad_time"),
    ]
    return SampleBatch(*_samples(rows.filter(stamped), names), rejects)


def _cells(text: str, names: list[str], first_line: int) -> pl.DataFrame:
    cells = pl.read_csv(
        io.StringIO(text),
        has_header=False,
        schema=dict.fromkeys(names, pl.String),
        quote_char=None,
        truncate_ragged_lines=True,
        ignore_errors=True,
    )
    trimmed = pl.all().str.strip_chars(" \r")
    return (
        cells.with_columns(trimmed)
        .with_row_index("line", offset=first_line)
        .cast({"line": pl.Int64})
    )


def _samples(
    rows: pl.DataFrame, names: list[str]
) -> tuple[pl.DataFrame, dict[str, dict[str, str]]]:
    identity = [name for name in _IDENTITY if name in names]
    cards = rows.select(identity).unique(maintain_order=True)
    measured = [name for name in SMI_COLUMNS if name in names]
    series: dict[str, dict[str, str]] = {}
    frames = [pl.DataFrame(schema=SAMPLES)]
    for column in measured:
        keys = []
        for card in cards.iter_rows():
            labels = {_IDENTITY[name]: said for name, said in zip(identity, card, strict=True)}
            labels = {name: said for name, said in labels.items() if said and said[0] != "["}
            labels[NAME] = PREFIX + column
            keys.append(json.dumps(labels))
            series[keys[-1]] = labels
        keyed = rows.join(
            cards.with_columns(series=pl.Series(keys, dtype=pl.String)),
            on=identity,
            nulls_equal=True,
        )
        frames.append(keyed.with_columns(value=_number(column)).select(SAMPLES.names()))
    return pl.concat(frames), series


def _number(column: str) -> pl.Expr:
    number = pl.col(column).str.extract(r"^([0-9.]+)(?: .*)?$").cast(pl.Float64, strict=False)
    return number.fill_null(float("nan"))


def _time(names: list[str], timezone: str) -> pl.Expr:
    if "timestamp" not in names:
        return pl.lit(None, pl.Int64)
    said = pl.col("timestamp")
    naive = pl.coalesce(
        said.str.to_datetime(form, strict=False, time_unit="ms") for form in _STAMPS
    )
    aware = naive.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
    return aware.dt.epoch("ms")


def _rejects(rows: pl.DataFrame, names: list[str], reason: str) -> list[Reject]:
    return [
        Reject(line, reason, ", ".join(said or "" for said in cells))
        for line, *cells in rows.select("line", *names).iter_rows()
    ]
