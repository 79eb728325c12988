"""Small random estates: every table agrees with one reckoned second by second."""

from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
import second_by_second as slow
import small_estates as build
from hypothesis import given, settings
from hypothesis import strategies as st
from second_by_second import Small

from analytics.calendar import BINS_SCHEMA, Calendar
from analytics.estate import Estate
from analytics.inference import STATES, inference
from analytics.node_labels import DIMENSIONS
from analytics.utilisation import nodes, utilisation
from model.inference_thresholds import InferenceThresholds

GROUPINGS = [
    (),
    ("cluster",),
    ("partition",),
    ("cluster", "partition"),
    ("cluster", "node"),
    ("gpu_model",),
    ("cluster", "node_role"),
    ("partition", "node_role"),
]
SECONDS = st.integers(-15, 75)


@st.composite
def intervals(draw: st.DrawFn) -> dict[str, int]:
    begin = draw(SECONDS)
    return {"begin": begin, "end": begin + draw(st.integers(0, 50))}


@st.composite
def some_jobs(draw: st.DrawFn) -> dict[str, Any]:
    lists = ["n1", "n1", "n2", "n[1-2]", "n[1-3]", "n9", None, ""]
    return draw(intervals()) | {
        "cluster": draw(st.sampled_from(["c", "c", "c", "bare", "other"])),
        "node_list": draw(st.sampled_from(lists)),
        "gpus": draw(st.sampled_from([0, 1, 1, 2, 3, 5, None])),
        "cpus": draw(st.integers(0, 5)),
        "partition": draw(st.sampled_from(["gpu", "infer"])),
    }


@st.composite
def some_nodes(draw: st.DrawFn) -> dict[str, Any]:
    gpus = draw(st.integers(0, 4))
    kind = draw(st.sampled_from(["a100", "t4", ""]))
    return {
        "cluster": draw(st.sampled_from(["c", "c", "other"])),
        "node": draw(st.sampled_from(["n1", "n2", "n3"])),
        "at": draw(SECONDS),
        "gpus": gpus,
        "gpu_types": f"{kind}:{gpus}" if kind and gpus else "",
        "cpus": draw(st.integers(0, 6)),
        "partitions": draw(st.sampled_from(["gpu", "infer", "gpu,infer"])),
    }


@st.composite
def some_events(draw: st.DrawFn) -> dict[str, Any]:
    lasting = draw(st.booleans())
    times = draw(intervals())
    return times | {
        "cluster": "c",
        "node": draw(st.sampled_from(["n1", "n2", "n9"])),
        "kind": draw(st.sampled_from(["down", "drain", "maintenance", "reserved"])),
        "end": None if lasting else times["end"],
    }


@st.composite
def windows(draw: st.DrawFn) -> list[tuple[int, int]]:
    borders = sorted(draw(st.sets(SECONDS, min_size=2, max_size=6)))
    return list(zip(borders[::2], borders[1::2], strict=False))


@st.composite
def small(draw: st.DrawFn) -> Small:
    key = lambda row: (row["cluster"], row["node"], row["at"])  # noqa: E731
    cuts = sorted(draw(st.sets(st.integers(1, 49), max_size=2)))
    edges = [0, *cuts, 50]
    return Small(
        jobs=draw(st.lists(some_jobs(), max_size=8)),
        nodes=draw(st.lists(some_nodes(), max_size=6, unique_by=key)),
        events=draw(st.lists(some_events(), max_size=4)),
        windows={
            name: draw(windows())
            for name in draw(st.sets(st.sampled_from(["c", "other", "bare"]), min_size=2))
        },
        bins=list(pairwise(edges)),
    )


def estate(rows: Small) -> Estate:
    seen = [build.observed(*spans, cluster=name) for name, spans in rows.windows.items()]
    return Estate(
        jobs=build.jobs(rows.jobs),
        nodes=build.nodes(rows.nodes),
        observed=pl.concat(seen),
        events=build.events(rows.events),
        inference_cards=frozenset({"t4"}),
    )


def bins(rows: Small) -> Calendar:
    numbered = [
        (number, date(1970, 1, number + 1), begin, end)
        for number, (begin, end) in enumerate(rows.bins)
    ]
    frame = pl.DataFrame(numbered, schema=BINS_SCHEMA, orient="row")
    return Calendar(bins=frame, period="day", timezone="UTC")


def by_group(frame: pl.DataFrame, by: tuple[str, ...]) -> dict[Any, dict[str, Any]]:
    return {
        (row["period_start"].day - 1, *(row[name] for name in by)): row
        for row in frame.iter_rows(named=True)
    }


@pytest.mark.parametrize("by", GROUPINGS)
@settings(max_examples=40, deadline=None)
@given(rows=small())
def test_utilisation_second_by_second(by, rows):
    found = by_group(utilisation(estate(rows), calendar=bins(rows), by=by).frame, by)
    expected = slow.utilisation(rows, by)
    assert expected.keys() <= found.keys()
    for group, row in found.items():
        parts = expected.get(group, dict.fromkeys(slow.PARTS, 0))
        assert {name: _seconds(row, name) for name in slow.PARTS} == parts, group


@settings(max_examples=40, deadline=None)
@given(rows=small())
def test_nodes_second_by_second(rows):
    by = ("cluster", "node")
    expected = slow.utilisation(rows, by)
    for group, row in by_group(nodes(estate(rows), calendar=bins(rows)).frame, by).items():
        parts = expected.get(group, dict.fromkeys(slow.PARTS, 0))
        for name, value in parts.items():
            assert _seconds(row, name) == value
        assert row["node_role"] == rows.role(row["cluster"], row["node"])


@settings(max_examples=60, deadline=None)
@given(rows=small(), window_s=st.integers(1, 30), target_wait_s=st.integers(0, 30))
def test_inference_second_by_second(rows, window_s, target_wait_s):
    thresholds = InferenceThresholds(
        free_window_s=window_s, target_wait_s=target_wait_s, late_share=0.3
    )
    frame = inference(estate(rows), calendar=bins(rows), by=("node",), thresholds=thresholds).frame
    found = by_group(frame, ("cluster", "node", "node_role", "gpu_model"))
    expected = slow.states(rows)
    spare = slow.reclaimable(rows, window_s=window_s, target_wait_s=target_wait_s, late=0.3)
    assert expected.keys() <= found.keys()
    for group, row in found.items():
        parts = expected.get(group, {})
        if slow.blind(rows, group[1]):
            continue
        for name in ("installed", "not_observed", "down", "reserved", "blocked", "free", "no_data"):
            assert _seconds(row, name) == parts.get(name, 0), (group, name)
        assert sum(_seconds(row, name) or 0 for name in STATES) == _seconds(row, "installed")
        assert row["reclaimable_low_gpu_hours"] * 3600 == pytest.approx(
            float(spare.get(group, 0)), abs=0.002
        )


@settings(max_examples=40, deadline=None)
@given(rows=small(), data=st.data())
def test_order_of_rows_is_irrelevant(rows, data):
    shuffled = replace(
        rows,
        jobs=data.draw(st.permutations(rows.jobs)),
        nodes=data.draw(st.permutations(rows.nodes)),
        events=data.draw(st.permutations(rows.events)),
        windows=dict(reversed(rows.windows.items())),
    )
    for table in (utilisation, inference):
        one = table(estate(rows), calendar=bins(rows), by=("cluster", "gpu_model"))
        other = table(estate(shuffled), calendar=bins(rows), by=("cluster", "gpu_model"))
        assert one.frame.equals(other.frame)
        assert one.notes == other.notes


@settings(max_examples=40, deadline=None)
@given(rows=small())
def test_periods_add_up_to_the_total(rows):
    whole = Calendar(bins=bins(replace(rows, bins=[(0, 50)])).bins, period="total", timezone="UTC")
    for table in (utilisation, inference):
        parts = table(estate(rows), calendar=bins(rows), by=("cluster",)).frame
        total = table(estate(rows), calendar=whole, by=("cluster",)).frame
        hours = [name for name in total.columns if name.endswith("_gpu_hours")]
        groups = [name for name in total.columns if name in DIMENSIONS]
        for row in total.iter_rows(named=True):
            mine = parts.filter(pl.col(name).eq_missing(row[name]) for name in groups)
            for name in hours:
                if row[name] is not None:
                    assert mine[name].sum() == pytest.approx(row[name], abs=1e-6)


def _seconds(row: dict[str, Any], name: str) -> int | None:
    """A cell as whole GPU-seconds, which it must be but for the rounding of one division."""
    hours = row[f"{name}_gpu_hours"]
    if hours is None:
        return None
    assert hours * 3600 == pytest.approx(round(hours * 3600), abs=1e-9)
    return round(hours * 3600)
