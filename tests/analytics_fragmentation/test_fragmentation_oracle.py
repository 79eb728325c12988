"""Small random estates: stranded GPUs agree with those reckoned second by second."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import polars as pl
import pools_by_the_second as slow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pools_by_the_second import Small

from analytics.calendar import BINS_SCHEMA, Calendar
from analytics.estate import OBSERVED_SCHEMA, Estate
from analytics.fragmentation import fragmentation
from analytics.utilisation import utilisation
from model.schemas import JOBS, NODE_EVENTS, NODES

SECONDS = st.integers(-10, 60)
CLUSTERS = st.sampled_from(["a", "b", "c"])
PARTITIONS = st.sampled_from(["gpu", "infer", "infer,gpu"])
TIERS = {"a": "Tier-2", "b": "Group", "c": "Group"}


@st.composite
def some_jobs(draw: st.DrawFn) -> dict[str, Any]:
    started, tasks = draw(st.booleans()), draw(st.sampled_from([1, 1, 3]))
    eligible = draw(st.one_of(st.none(), SECONDS))
    start = (eligible or 0) + draw(st.integers(0, 40)) if started else None
    end = (start if start is not None else eligible or 0) + draw(st.integers(0, 40))
    return {
        "cluster": draw(CLUSTERS),
        "partition": draw(PARTITIONS) if start is None else draw(st.sampled_from(["gpu", "infer"])),
        "eligible": eligible,
        "start": start,
        "end": end,
        "pending": draw(st.booleans()),
        "gpus": draw(st.integers(0, 3)) if started else 0,
        "node_list": draw(st.sampled_from(["n1", "n2", "n2", None])) if started else "",
        "req_gpus": draw(st.sampled_from([0, 1, 1, 2, 3, 4, 5, 6] * 4 + [None])),
        "tasks": 1 if started else tasks,
    }


@st.composite
def some_events(draw: st.DrawFn) -> dict[str, Any]:
    begin = draw(SECONDS)
    return {
        "cluster": draw(CLUSTERS),
        "node": draw(st.sampled_from(["n1", "n2"])),
        "kind": draw(st.sampled_from(["down", "reserved"])),
        "begin": begin,
        "end": begin + draw(st.integers(1, 20)),
    }


@st.composite
def windows(draw: st.DrawFn) -> list[tuple[int, int]]:
    borders = sorted(draw(st.sets(SECONDS, min_size=2, max_size=4)))
    return list(zip(borders[::2], borders[1::2], strict=False))


@st.composite
def small(draw: st.DrawFn) -> Small:
    cuts = sorted(draw(st.sets(st.integers(1, 49), max_size=2)))
    nodes = [
        {"cluster": name, "node": node, "gpus": gpus, "partitions": draw(PARTITIONS)}
        for name in ("a", "b", "c")
        for node, gpus in (("n1", draw(st.integers(1, 4))), ("n2", draw(st.integers(0, 4))))
    ]
    return Small(
        jobs=draw(st.lists(some_jobs(), max_size=9)),
        nodes=nodes,
        events=draw(st.lists(some_events(), max_size=3)),
        windows={name: draw(windows()) for name in ("a", "b", "c")},
        bins=list(pairwise([0, *cuts, 50])),
    )


def moment(second: int | None) -> datetime | None:
    return None if second is None else datetime.fromtimestamp(second, UTC)


def job_row(number: int, job: dict[str, Any]) -> dict[str, Any]:
    label = f"{number}_[1-{job['tasks']}%1]" if job["tasks"] > 1 else str(number)
    times = {name: moment(job[name]) for name in ("eligible", "start", "end")}
    if job["start"] is None and job["pending"]:
        times |= {"end": None, "observed_until": moment(job["end"])}
    shared = {name: job[name] for name in ("cluster", "partition", "gpus", "node_list", "req_gpus")}
    return {
        "job_id": number,
        "job_label": label,
        "started": job["start"] is not None,
        "held_until": moment(job["end"]) if job["start"] is not None else None,
        **times,
        **shared,
    }


def estate(rows: Small) -> Estate:
    jobs = [job_row(number, job) for number, job in enumerate(rows.jobs)]
    # A log in which no job tells when it became eligible is another matter: each has one that does.
    jobs += [
        {"cluster": name, "job_id": -1, "eligible": moment(-99), "started": False}
        | {"end": moment(-99), "req_gpus": 0, "job_label": "", "partition": "gpu"}
        for name in rows.windows
    ]
    before = moment(-100)
    nodes = [{**node, "valid_from": before, "gpu_types": "", "cpus": 9} for node in rows.nodes]
    events = [
        {name: event[name] for name in ("cluster", "node", "kind")}
        | {"start": moment(event["begin"]), "end": moment(event["end"])}
        for event in rows.events
    ]
    observed = [(name, *span, False) for name, spans in rows.windows.items() for span in spans]
    lazy = pl.DataFrame(jobs, schema=JOBS.schema).lazy()
    return Estate(
        jobs=lazy,
        nodes=pl.DataFrame(nodes, schema=NODES.schema),
        events=pl.DataFrame(events, schema=NODE_EVENTS.schema),
        observed=pl.DataFrame(observed, schema=OBSERVED_SCHEMA, orient="row"),
        tiers=TIERS,
    )


def bins(rows: Small) -> Calendar:
    numbered = [
        (number, date(1970, 1, number + 1), begin, end)
        for number, (begin, end) in enumerate(rows.bins)
    ]
    frame = pl.DataFrame(numbered, schema=BINS_SCHEMA, orient="row")
    return Calendar(bins=frame, period="day", timezone="UTC")


def seconds(row: dict[str, Any], name: str) -> int | None:
    hours = row[f"{name}_gpu_hours"]
    if hours is None:
        return None
    assert hours * 3600 == pytest.approx(round(hours * 3600), abs=1e-9)
    return round(hours * 3600)


@pytest.mark.parametrize("by", [(), ("tier",), ("cluster",)])
@settings(max_examples=60)
@given(rows=small())
def test_fragmentation_second_by_second(by, rows):
    frame = fragmentation(estate(rows), calendar=bins(rows), by=by).frame
    tiers = TIERS if by == ("tier",) else None
    expected = slow.fragmentation(rows, split=by == ("cluster",), tiers=tiers)
    found = {
        (row["period_start"].day - 1, *(row[name] for name in by)): row
        for row in frame.iter_rows(named=True)
    }
    assert found.keys() == expected.keys()
    for cell, row in found.items():
        hours = {name: seconds(row, name) for name in ("idle", "pending", "stranded")}
        peaks = {name: row[name] for name in ("peak_sum", "peak_pooled")}
        assert hours | peaks == expected[cell], cell


@settings(max_examples=60)
@given(rows=small())
def test_stranded_is_bounded_by_what_waits_and_by_what_idles(rows):
    for by in ((), ("tier",), ("cluster",)):
        frame = fragmentation(estate(rows), calendar=bins(rows), by=by).frame.drop_nulls(
            "stranded_gpu_hours"
        )
        stranded = pl.col("stranded_gpu_hours")
        least = pl.min_horizontal("pending_gpu_hours", "idle_gpu_hours")
        assert frame.filter((stranded < 0) | (stranded > least + 1e-9)).is_empty()
        share = frame["stranded_fraction"].drop_nulls()
        assert share.is_between(0, 1).all()


@settings(max_examples=40)
@given(rows=small())
def test_one_cluster_alone_strands_nothing(rows):
    where = {"cluster": ["a"]}
    frame = fragmentation(estate(rows), calendar=bins(rows), where=where).frame
    assert set(frame["stranded_gpu_hours"]) <= {0.0, None}
    assert frame["peak_sum"].equals(frame["peak_pooled"])


@settings(max_examples=40)
@given(rows=small(), data=st.data())
def test_order_of_rows_is_irrelevant_to_fragmentation(rows, data):
    shuffled = replace(
        rows,
        jobs=data.draw(st.permutations(rows.jobs)),
        nodes=data.draw(st.permutations(rows.nodes)),
        windows=dict(reversed(rows.windows.items())),
    )
    one = fragmentation(estate(rows), calendar=bins(rows), by=("tier",))
    other = fragmentation(estate(shuffled), calendar=bins(rows), by=("tier",))
    assert one.frame.equals(other.frame)
    assert one.notes == other.notes


@settings(max_examples=40)
@given(rows=small())
def test_periods_of_fragmentation_add_up(rows):
    whole = replace(bins(replace(rows, bins=[(0, 50)])), period="total")
    parts = fragmentation(estate(rows), calendar=bins(rows)).frame
    total = fragmentation(estate(rows), calendar=whole).frame
    for name in ("idle_gpu_hours", "pending_gpu_hours", "stranded_gpu_hours"):
        if total[name][0] is not None:
            assert parts[name].sum() == pytest.approx(total[name][0], abs=1e-9)


@settings(max_examples=40)
@given(rows=small())
def test_idle_is_that_of_utilisation(rows):
    for by in ((), ("tier",)):
        mine = fragmentation(estate(rows), calendar=bins(rows), by=by).frame
        theirs = utilisation(estate(rows), calendar=bins(rows), by=by).frame
        assert mine["idle_gpu_hours"].to_list() == theirs["idle_gpu_hours"].to_list()
