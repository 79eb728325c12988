"""Small tables: later rows win by key, and unknown never overwrites known."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from model.errors import InputError
from model.schemas import AWARDS, NODE_EVENTS, NODES, FactTable
from store import Store, WriteCounts

MAY = datetime(2026, 5, 1, tzinfo=UTC)


def frame(table: FactTable, *records: dict[str, object]) -> pl.DataFrame:
    empty = dict.fromkeys(table.schema)
    return pl.DataFrame([{**empty, **record} for record in records], schema=table.schema)


def award(application_id: str, **values: object) -> dict[str, object]:
    keys = {"call": "", "round": "1", "resource": "", "tranche": ""}
    return {**keys, "application_id": application_id, **values}


def test_awards_are_written_by_key(store: Store):
    first = frame(AWARDS, award("a", requested=5.0), award("b", end=date(2027, 1, 1)))
    assert store.upsert(AWARDS, first) == WriteCounts(inserted=2)
    assert store.upsert(AWARDS, first) == WriteCounts(unchanged=2)
    decided = frame(AWARDS, award("a", granted=0.0), award("c"))
    assert store.upsert(AWARDS, decided) == WriteCounts(inserted=1, updated=1)
    found = store.scan(AWARDS).sort("application_id").collect()
    assert found.schema == AWARDS.schema
    assert found.select("application_id", "requested", "granted", "end").rows() == [
        ("a", 5.0, 0.0, None),
        ("b", None, None, date(2027, 1, 1)),
        ("c", None, None, None),
    ]


def test_a_row_that_replaces_takes_figures_back(store: Store):
    store.upsert(AWARDS, frame(AWARDS, award("a", granted=1.0), award("b", granted=2.0)))
    corrected = frame(AWARDS, award("a", requested=3.0))
    assert store.upsert(AWARDS, corrected, replace=True) == WriteCounts(updated=1)
    found = store.scan(AWARDS).sort("application_id").select("requested", "granted").collect()
    assert found.rows() == [(3.0, None), (None, 2.0)]


def test_an_equal_write_makes_no_version(store: Store):
    rows = frame(AWARDS, award("a", requested=5.0))
    store.upsert(AWARDS, rows)
    version = store.version()
    store.upsert(AWARDS, pl.concat([rows, rows]))
    store.upsert(AWARDS, rows.clear())
    assert store.version() == version


def test_nodes_are_kept_by_cluster(store: Store):
    node = {"node": "n1", "valid_from": MAY, "gpus": 4}
    both = frame(NODES, {"cluster": "c", **node}, {"cluster": "d", **node})
    assert store.upsert(NODES, both, run_id=3) == WriteCounts(inserted=2)
    later = frame(NODES, {"cluster": "c", **node, "gpus": 8})
    assert store.upsert(NODES, later) == WriteCounts(updated=1)
    found = store.scan(NODES).sort("cluster").select("cluster", "gpus").collect()
    assert found.rows() == [("c", 8), ("d", 4)]


def test_an_event_that_ended_is_closed(store: Store):
    event = {"cluster": "c", "node": "n1", "start": MAY, "kind": "down"}
    store.upsert(NODE_EVENTS, frame(NODE_EVENTS, event))
    closed = frame(NODE_EVENTS, {**event, "end": MAY})
    assert store.upsert(NODE_EVENTS, closed) == WriteCounts(updated=1)
    assert store.upsert(NODE_EVENTS, frame(NODE_EVENTS, event)) == WriteCounts(unchanged=1)


def test_rows_of_another_shape_are_refused(store: Store):
    row = frame(NODES, {"cluster": "c", "node": "n1", "valid_from": MAY})
    with pytest.raises(ValueError, match="state missing"):
        store.upsert(NODES, row.drop("state"))
    with pytest.raises(ValueError, match="types of nodes"):
        store.upsert(NODES, row.with_columns(gpus=pl.lit("4")))
    with pytest.raises(ValueError, match="null in its key"):
        store.upsert(NODES, row.with_columns(node=pl.lit(None, pl.String)))
    with pytest.raises(InputError, match="cannot be the name of a cluster"):
        store.upsert(NODES, row.with_columns(cluster=pl.lit("../x")))
    assert store.version() == "empty"
