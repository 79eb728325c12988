"""Which record of a job wins, column by column, whatever the order of arrival.

A record's rank is its finality, then the moment it was observed, then its end, then its content.
The derived columns of a merged row are those of the highest record. Any other column has the
value of the highest record that knows one. `fills` holds the ranks of the columns that a lower
record supplied: with these, a merged row stands for all the records that went into it, and
merging is associative, commutative and idempotent.
"""

from hashlib import blake2b
from typing import Final

import polars as pl

from model.schemas import JOBS

KEY: Final = ("job_id", "submit")
"""Names a job within the files of one cluster."""

DERIVED: Final = (
    "job_state",
    "started",
    "start",
    "end",
    "held_until",
    "observed_until",
    "finality",
)
"""Columns that tell one story together and are never mixed from two records."""

FILLABLE: Final = tuple(
    name for name in JOBS.schema if name not in {*JOBS.key, *DERIVED, "month", "fills"}
)
RECORD: Final = (*KEY, *DERIVED, *FILLABLE, "fills")

_RANK: Final = ("_finality", "_observed", "_end", "_content")
_FILLS: Final = pl.Struct(dict.fromkeys(FILLABLE, pl.String()))


def merge_records(records: pl.DataFrame) -> pl.DataFrame:
    """One row a key from records of any number (columns RECORD), plain or merged before."""
    ranked = _ranked(records)
    supplied = ranked.lazy().group_by(KEY).agg(_suppliers()).sort(KEY).collect()
    top = supplied["_top"]
    columns = [ranked[name].gather(top) for name in (*KEY, *DERIVED)]
    columns += [ranked[name].gather(supplied[name]) for name in FILLABLE]
    return pl.DataFrame([*columns, _fills(ranked, supplied)]).select(RECORD)


def _ranked(records: pl.DataFrame) -> pl.DataFrame:
    merged = records.filter(pl.col("fills").is_not_null())
    plain = records.filter(pl.col("fills").is_null())
    parts = [plain]
    fillers: list[pl.DataFrame] = []
    if merged.height:
        ranks = merged["fills"].str.json_decode(_FILLS).struct.unnest()
        own = [pl.when(ranks[name].is_null()).then(pl.col(name)).alias(name) for name in FILLABLE]
        parts.append(merged.with_columns(own))
        filled = [name for name in FILLABLE if ranks[name].count()]
        fillers = [_filler(merged, name, ranks[name]) for name in filled]
    highest = _with_rank(pl.concat(parts)).drop("fills")
    rows = pl.concat([highest, *fillers], how="diagonal")
    return rows.sort([*KEY, *_RANK], nulls_last=False).with_row_index("_row")


def _with_rank(records: pl.DataFrame) -> pl.DataFrame:
    return records.with_columns(
        _finality=pl.col("finality"),
        _observed=pl.col("observed_until"),
        _end=pl.col("end"),
        _content=_content(records),
    )


def _content(records: pl.DataFrame) -> pl.Series:
    parts = [_spelt(name, records.schema[name]) for name in sorted((*DERIVED, *FILLABLE))]
    texts = records.select(pl.concat_str(parts, ignore_nulls=True)).to_series()
    hashes = [blake2b(text.encode(), digest_size=16).hexdigest() for text in texts]
    return pl.Series(hashes, dtype=pl.String)


def _spelt(name: str, kind: pl.DataType) -> pl.Expr:
    """A known value with its name, so that no two contents are spelt alike; null if unknown."""
    value = pl.col(name).dt.epoch("us") if kind.is_temporal() else pl.col(name)
    text = value.cast(pl.String)
    return pl.concat_str(pl.lit(f"{name}="), text.str.len_bytes(), pl.lit(":"), text)


def _filler(merged: pl.DataFrame, name: str, ranks: pl.Series) -> pl.DataFrame:
    """The record that supplied one column of merged rows, as far as these remember it."""
    field = pl.col("_rank").str.split("|").list
    moment = JOBS.schema["end"]
    return (
        merged.select(*KEY, name, _rank=ranks)
        .filter(pl.col("_rank").is_not_null())
        .with_columns(
            _finality=field.get(0).cast(pl.Int8, strict=False),
            _observed=field.get(1).cast(pl.Int64, strict=False).cast(moment),
            _end=field.get(2).cast(pl.Int64, strict=False).cast(moment),
            _content=field.get(3),
        )
        .drop("_rank")
    )


def _suppliers() -> list[pl.Expr]:
    """The row of each key's highest record, and of the highest that knows each column."""
    row = pl.col("_row")
    known = [pl.when(pl.col(name).is_not_null()).then(row).max().alias(name) for name in FILLABLE]
    return [row.max().alias("_top"), *known]


def _fills(ranked: pl.DataFrame, supplied: pl.DataFrame) -> pl.Series:
    filled = [
        name for name in FILLABLE if (supplied[name] != supplied["_top"]).any(ignore_nulls=True)
    ]
    if not filled:
        return pl.Series("fills", [None], dtype=pl.String).new_from_index(0, supplied.height)
    texts = ranked.select(_rank_text()).to_series()
    entries = [
        pl.when(pl.col(name) != pl.col("_top")).then(
            pl.concat_str(pl.lit(f'"{name}":"'), texts.gather(supplied[name]), pl.lit('"'))
        )
        for name in filled
    ]
    joined = pl.concat_str(entries, separator=",", ignore_nulls=True)
    fills = pl.when(joined != "").then(pl.concat_str(pl.lit("{"), joined, pl.lit("}")))
    return supplied.select(fills.alias("fills")).to_series()


def _rank_text() -> pl.Expr:
    parts = (
        pl.col("_finality"),
        pl.col("_observed").dt.epoch("us"),
        pl.col("_end").dt.epoch("us"),
        pl.col("_content"),
    )
    texts = [part.cast(pl.String).fill_null("") for part in parts]
    return pl.concat_str(texts, separator="|")
