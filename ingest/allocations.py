"""What a job asked for and was given: GPUs, CPUs, nodes, time limit, energy."""

from collections import Counter
from typing import Final

import polars as pl

from ingest.times import seconds
from ingest.tres import TresColumns, parse_gres
from model.schemas import UNLIMITED_S

_HELD: Final = ("gpus", "gpu_types", "shards", "billing", "cpus", "nodes")
_UNLIMITED: Final = ("UNLIMITED", "Unlimited", "INFINITE", "infinite", "4294967295")
_NO_VAL: Final = 4_294_967_294
_MOST: Final = 10**9
_ENERGY_LIMIT_J: Final = 10**15
_GRES: Final = "GPUs of rows without a TRES string are taken from AllocGRES, or ReqGRES times nodes"


class Allocations:
    """Reads the resource columns of raw frames; keeps what it has parsed from batch to batch."""

    def __init__(self) -> None:
        self._tres = TresColumns()
        self._gres = TresColumns(parse_gres)

    def read(self, frame: pl.DataFrame, *, counts: Counter[str]) -> pl.DataFrame:
        """The frame with `gpus`, `gpu_types`, `shards`, `billing`, `cpus`, `nodes`, `req_gpus`,
        `req_gpu_types`, `limit_s`, `energy_j`, and `_bad_gpus` where AllocTRES names GPUs but
        no number. Expects `started`. `counts` gains what was assumed.
        """
        held = self._tres.read(_column(frame, "AllocTRES")).select(_HELD)
        asked = self._tres.read(_column(frame, "ReqTRES")).select(
            req_gpus="gpus", req_gpu_types="gpu_types"
        )
        told = _column(frame, "AllocTRES").is_not_null()
        frame = frame.with_columns(
            held.get_columns()
            + asked.get_columns()
            + [(held["gpus"].is_null() & told).alias("_bad_gpus"), limit_s(frame), energy_j(frame)]
        ).with_columns(
            cpus=_first_number(frame, "cpus", ("AllocCPUS", "NCPUS")),
            nodes=_first_number(frame, "nodes", ("AllocNodes", "NNodes")),
        )
        return _of_the_unstarted(self._with_gres(frame, counts))

    def _with_gres(self, frame: pl.DataFrame, counts: Counter[str]) -> pl.DataFrame:
        """Fill in GPU counts from the columns that Slurm had before 20.11."""
        for name, nodes, gpus in (
            ("AllocGRES", pl.lit(1), "gpus"),
            ("ReqGRES", pl.col("nodes").fill_null(1), "gpus"),
            ("ReqGRES", pl.col("nodes").fill_null(1), "req_gpus"),
        ):
            if name not in frame.columns or not frame[gpus].has_nulls():
                continue
            text = frame.select(pl.concat_str(nodes.cast(pl.String), pl.lit("*"), name))
            found = self._gres.read(text.to_series())
            filled = frame[gpus].is_null() & found["gpus"].is_not_null() & ~frame["_bad_gpus"]
            if gpus == "gpus":
                counts[_GRES] += int(filled.sum())
            types = gpus.replace("gpus", "gpu_types")
            frame = frame.with_columns(
                pl.when(filled).then(found[column]).otherwise(into).alias(into)
                for column, into in (("gpus", gpus), ("gpu_types", types))
            )
        return frame


def limit_s(frame: pl.DataFrame) -> pl.Series:
    """The time limit in seconds: UNLIMITED_S without one, null where it is not known."""
    name = "TimelimitRaw" if "TimelimitRaw" in frame.columns else "Timelimit"
    column = _column(frame, name)
    texts = column.unique().drop_nulls()
    minutes = texts.cast(pl.Int64, strict=False)
    known = minutes.set(minutes >= _NO_VAL, None) * 60
    table = pl.DataFrame({"text": texts, "limit_s": known.fill_null(_clock(texts))}).with_columns(
        limit_s=pl.when(pl.col("text").is_in(_UNLIMITED))
        .then(UNLIMITED_S)
        .otherwise("limit_s")
        .cast(pl.Int64)
    )
    asked = column.alias("text").to_frame()
    return asked.join(table, on="text", how="left", maintain_order="left")["limit_s"]


def energy_j(frame: pl.DataFrame) -> pl.Series:
    """Measured joules; null where nothing was measured (absent, zero, or a sentinel)."""
    joules = _column(frame, "ConsumedEnergyRaw").cast(pl.Int64, strict=False)
    measured = (joules > 0) & (joules < _ENERGY_LIMIT_J) & ~joules.is_in([_NO_VAL, _NO_VAL + 1])
    return joules.set(~measured.fill_null(value=False), None).rename("energy_j")


def _clock(texts: pl.Series) -> pl.Series:
    read = seconds(texts)
    return read.set(texts.str.contains(r"^\d+$"), None)


def _of_the_unstarted(frame: pl.DataFrame) -> pl.DataFrame:
    """A job that never started held no GPU; what it was to be given is what it asked for."""
    waits = ~pl.col("started")
    more = waits & (pl.col("gpus") > pl.col("req_gpus").fill_null(-1))
    return frame.with_columns(
        req_gpus=pl.when(more).then("gpus").otherwise("req_gpus"),
        req_gpu_types=pl.when(more).then("gpu_types").otherwise("req_gpu_types"),
    ).with_columns(
        gpus=pl.when(waits & _tells_gpus(frame)).then(0).otherwise("gpus").cast(pl.Int64),
        gpu_types=pl.when(waits & _tells_gpus(frame)).then(pl.lit("")).otherwise("gpu_types"),
    )


def _tells_gpus(frame: pl.DataFrame) -> bool:
    return bool({"AllocTRES", "AllocGRES", "ReqGRES"} & set(frame.columns))


def _first_number(frame: pl.DataFrame, first: str, names: tuple[str, ...]) -> pl.Expr:
    numbers = [pl.col(name).cast(pl.Int64, strict=False) for name in names if name in frame.columns]
    present = [pl.when(number.is_between(0, _MOST)).then(number) for number in numbers]
    return pl.coalesce(first, *present)


def _column(frame: pl.DataFrame, name: str) -> pl.Series:
    if name in frame.columns:
        return frame[name]
    return pl.Series(name, [None], dtype=pl.String).new_from_index(0, frame.height)
