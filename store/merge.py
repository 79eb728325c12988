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
    """Records in ascending rank within their key; those inside merged rows stand by themselves."""
    merged = records.filter(pl.col("fills").is_not_null())
    whole = records.filter(pl.col("fills").is_null())
    fillers: list[pl.DataFrame] = []
    if merged.height:
        ranks = merged["fills"].str.json_decode(_FILLS).struct.unnest()
        filled = [name for name in FILLABLE if ranks[name].count()]
        own = [pl.when(ranks[name].is_null()).then(pl.col(name)).alias(name) for name in filled]
        whole = pl.concat([whole, merged.with_columns(own)])
        fillers = [_filler(merged, name, ranks[name]) for name in filled]
    ranked = whole.drop("fills").with_columns(
        _finality=pl.col("finality"),
        _observed=pl.col("observed_until"),
        _end=pl.col("end"),
        _content=pl.lit(None, pl.String),
    )
    rows = pl.concat([distinct(ranked, *KEY, *_RANK[:3]), *fillers], how="diagonal")
    tied = rows.select(*KEY, *_RANK[:3]).is_duplicated()
    return _with_content(rows, tied).sort([*KEY, *_RANK]).with_row_index("_row")


def distinct(rows: pl.DataFrame, *suspects: str) -> pl.DataFrame:
    """Rows less their repetitions, which are looked for where the suspect columns repeat."""
    repeated = rows.select(suspects).is_duplicated()
    if not repeated.any():
        return rows
    return pl.concat([rows.filter(~repeated), rows.filter(repeated).unique()])


def _with_content(rows: pl.DataFrame, wanted: pl.Series) -> pl.DataFrame:
    """Add the content's hash to the rows that need it and have none: it is dear to reckon."""
    wanted &= rows["_content"].is_null()
    if not wanted.any():
        return rows
    places = wanted.arg_true()
    hashes = rows["_content"].scatter(places, _content(rows.gather(places)))
    return rows.with_columns(hashes)


def _content(records: pl.DataFrame) -> pl.Series:
    parts = [_spelt(name, records.schema[name]) for name in sorted((*DERIVED, *FILLABLE))]
    texts = records.select(pl.concat_str(parts, ignore_nulls=True)).to_series()
    hashes = [blake2b(text.encode(), digest_size=16).hexdigest() for text in texts]
    return pl.Series(hashes, dtype=pl.String)


def _spelt(name: str, kind: pl.DataType) -> pl.Expr:
    """A known value with its name, so that no two contents are spelt alike; null if unknown."""
    value = pl.col(name).dt.epoch("us") if kind.is_temporal() else pl.col(name)
    text = value.cast(pl.String)
    if kind != pl.String:
        return pl.concat_str(pl.lit(f"{name}="), text)
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
    texts = _with_content(ranked, _lower_suppliers(ranked, supplied, filled)).select(_rank_text())
    entries = [
        pl.when(pl.col(name) != pl.col("_top")).then(
            pl.concat_str(
                pl.lit(f'"{name}":"'), texts.to_series().gather(supplied[name]), pl.lit('"')
            )
        )
        for name in filled
    ]
    joined = pl.concat_str(entries, separator=",", ignore_nulls=True)
    fills = pl.when(joined != "").then(pl.concat_str(pl.lit("{"), joined, pl.lit("}")))
    return supplied.select(fills.alias("fills")).to_series()


def _lower_suppliers(ranked: pl.DataFrame, supplied: pl.DataFrame, filled: list[str]) -> pl.Series:
    lower = [supplied.filter(pl.col(name) != pl.col("_top"))[name] for name in filled]
    return ranked["_row"].is_in(pl.concat(lower).unique().implode())


def _rank_text() -> pl.Expr:
    parts = (
        pl.col("_finality"),
        pl.col("_observed").dt.epoch("us"),
        pl.col("_end").dt.epoch("us"),
        pl.col("_content"),
    )
    texts = [part.cast(pl.String).fill_null("") for part in parts]
    return pl.concat_str(texts, separator="|")
