"""The result of a merge does not depend on order, grouping or repetition."""

import json
import tempfile
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from model.schemas import JOBS
from store import open_store
from store.jobs import STAGED_COLUMNS
from store.merge import DERIVED, FILLABLE, RECORD, _content, merge_records

MOMENTS = [datetime(2026, 5, 1, hour, tzinfo=UTC) for hour in range(3)]
Records = list[dict[str, Any]]


def record(**values: object) -> dict[str, Any]:
    base = {"cluster": "c", "job_id": 1, "submit": MOMENTS[0], "finality": 3}
    return {**dict.fromkeys(STAGED_COLUMNS), **base, "observed_until": MOMENTS[0], **values}


def frame(records: Records) -> pl.DataFrame:
    return pl.DataFrame(records, schema=STAGED_COLUMNS)


def plain(records: Records) -> pl.DataFrame:
    return frame(records).with_columns(fills=pl.lit(None, pl.String)).select(RECORD)


records_strategy = st.builds(
    record,
    job_id=st.integers(1, 3),
    submit=st.sampled_from(MOMENTS[:1]),
    finality=st.sampled_from([0, 2, 3]),
    observed_until=st.sampled_from([None, *MOMENTS]),
    end=st.sampled_from([None, *MOMENTS[:2]]),
    job_state=st.sampled_from(["FAILED", "COMPLETED"]),
    account=st.sampled_from([None, "a", 'b"|,']),
    gpus=st.sampled_from([None, 0, 4]),
    node_list=st.sampled_from([None, "n1"]),
    eligible=st.sampled_from([None, *MOMENTS[:2]]),
)


def expected(records: Records) -> Records:
    """The rule itself, record by record: each column of the highest that knows it."""
    hashes = plain(records).pipe(_content_of)
    ranked = [
        ((r["finality"], *_moment(r["observed_until"]), *_moment(r["end"]), h), r)
        for r, h in zip(records, hashes, strict=True)
    ]
    rows = {}
    for key in {r["job_id"] for r in records}:
        mine = sorted((pair for pair in ranked if pair[1]["job_id"] == key), key=lambda p: p[0])
        top = mine[-1][1]
        row = {name: top[name] for name in ("job_id", "submit", *DERIVED)}
        for name in FILLABLE:
            row[name] = next((r[name] for _, r in reversed(mine) if r[name] is not None), None)
        rows[key] = row
    return [rows[key] for key in sorted(rows)]


def _moment(value: datetime | None) -> tuple[bool, datetime]:
    return (value is not None, value or MOMENTS[0])


def _content_of(records: pl.DataFrame) -> list[str]:
    return _content(records).to_list()


@settings(max_examples=60, deadline=None)
@given(st.lists(records_strategy, min_size=1, max_size=8))
def test_a_merge_is_the_rule_applied_record_by_record(records: Records):
    found = merge_records(plain(records)).drop("fills").to_dicts()
    assert found == expected(records)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(records_strategy, min_size=1, max_size=8),
    st.lists(st.integers(0, 7), min_size=1, max_size=16),
    st.lists(st.integers(1, 4), min_size=1, max_size=6),
)
def test_any_split_order_and_repetition_merges_to_the_same(
    records: Records, picks: list[int], sizes: list[int]
):
    whole = merge_records(plain(records))
    arriving = [records[i % len(records)] for i in picks] + records
    merged = plain([])
    while arriving:
        size = sizes[len(arriving) % len(sizes)]
        batch, arriving = arriving[:size], arriving[size:]
        merged = merge_records(pl.concat([merged, merge_records(plain(batch))]))
    assert merged.to_dicts() == whole.to_dicts()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(records_strategy, min_size=1, max_size=6),
    st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=4), min_size=1, max_size=4),
)
def test_a_store_comes_out_the_same_whatever_came_in_first(
    records: Records, batches: list[list[int]]
):
    whole = merge_records(plain(records)).to_dicts()
    with tempfile.TemporaryDirectory() as place, open_store(Path(place), create=True) as store:
        for batch in [*batches, range(len(records))]:
            with store.job_writer("c") as writer:
                for i in batch:
                    writer.append(frame([records[i % len(records)]]))
                writer.commit()
        found = store.scan(JOBS).select(RECORD).sort("job_id").collect()
    assert found.to_dicts() == whole


def test_fills_name_the_rank_of_what_a_lower_record_supplied():
    low = record(finality=2, account="a", gpus=1)
    merged = merge_records(plain([low, record(gpus=4)]))
    assert merged["account"].item() == "a"
    assert merged["gpus"].item() == 4
    fills = json.loads(merged["fills"].item())
    assert list(fills) == ["account"]
    assert fills["account"].startswith("2|1777593600000000||")


def test_the_content_of_a_record_ranks_alike_in_every_process():
    # The hash is part of stored rows: no version of Polars or Python may change it.
    spelt = b"account=1:afinality=3gpus=4observed_until=1777593600000000"
    found = _content_of(plain([record(account="a", gpus=4)]))
    assert found == [blake2b(spelt, digest_size=16).hexdigest()]
