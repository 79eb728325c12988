"""Node tables on an estate small enough to be reckoned by hand, and on the real captures."""

import json
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
import small_estates as build

from analytics.calendar import calendar
from analytics.estate import Estate
from analytics.inference import STATES, inference
from analytics.utilisation import VALUE_COLUMNS, nodes, utilisation
from model.errors import InputError

HOUR_S = 3600
DAY = calendar(build.moment(0), build.moment(24 * HOUR_S), period="total", timezone="UTC")


def hours(begin, end):
    return {"begin": begin * HOUR_S, "end": end * HOUR_S}


def worked_example(**changes: Any):
    """One day of two nodes, observed from 02:00 to 24:00.

    `train`, four A100, eight CPUs, is drained from 20:00 to 24:00:
      job 1 holds 4 GPUs 00:00 to 06:00: 4 of them hours before the window;
      job 2 holds 2 GPUs and all 8 CPUs 10:00 to 16:00: the other 2 GPUs are blocked;
      job 3 holds 1 GPU 18:00 to 22:00: 2 hours of it on the draining node.
    Installed 96. Not observed 2 x 4 = 8. Allocated 4 x 4 + 2 x 6 + 1 x 4 = 32. Down 3 x 2 +
    4 x 2 = 14. Blocked 2 x 6 = 12. Free 06-10: 16, 16-18: 8, 18-20: 6: in all 30.

    `infer`, two T4, reserved from 12:00 to 14:00, no jobs.
    Installed 48, not observed 4, reserved 4, free 2 x 10 + 2 x 10 = 40.
    """
    jobs = [
        {"node_list": "train", "gpus": 4, "cpus": 4, **hours(0, 6)},
        {"node_list": "train", "gpus": 2, "cpus": 8, **hours(10, 16)},
        {"node_list": "train", "gpus": 1, "cpus": 1, **hours(18, 22)},
    ]
    seen = [
        {"node": "train", "at": 0, "gpus": 4, "gpu_types": "a100:4", "partitions": "gpu,all"},
        {"node": "infer", "at": 0, "gpus": 2, "gpu_types": "t4:2", "partitions": "infer,all"},
    ]
    events = [
        {"node": "train", "kind": "drain", "begin": 20 * HOUR_S, "end": None},
        {"node": "infer", "kind": "reserved", **hours(12, 14)},
    ]
    return Estate(
        **{
            "jobs": build.jobs([*jobs, *changes.pop("more_jobs", ())]),
            "nodes": build.nodes(seen),
            "observed": build.observed((2 * HOUR_S, 24 * HOUR_S)),
            "events": build.events(events),
            "inference_cards": frozenset({"t4"}),
            "tiers": {"c": "Tier-2"},
            **changes,
        }
    )


def row(finding, **match: str):
    found = finding.frame.filter(pl.lit(True), *(pl.col(k) == v for k, v in match.items()))
    assert found.height == 1
    return found.to_dicts()[0]


def cells(record, *names: str):
    return [pytest.approx(record[f"{name}_gpu_hours"]) for name in names]


def test_worked_example_by_node():
    found = utilisation(worked_example(), calendar=DAY, by=("node",))
    assert found.frame.columns == ["node", *VALUE_COLUMNS]
    train = row(found, node="train")
    names = ("installed", "not_observed", "down", "reservation", "available", "allocated", "idle")
    assert cells(train, *names) == [96, 8, 14, 0, 74, 32, 42]
    assert train["utilisation_installed"] == pytest.approx(32 / 88)
    assert train["utilisation_available"] == pytest.approx(32 / 74)
    assert train["device_activity_mean"] is None
    assert train["telemetry_coverage"] == 0
    assert cells(row(found, node="infer"), *names) == [48, 4, 0, 4, 44, 0, 40]


def test_worked_example_of_inference_beside_training():
    """Nothing arrives at `infer`: no head-room. Its free time 02-12 and 14-24 is reclaimable.

    Arrivals at `train` in the window: 2 GPUs for 6 h, 1 GPU for 4 h, so a = 16 / 22 erlangs and
    S = 16 / 3 h; C(1, a) = 0.73, C(2, a) = 0.19 and e^(-1.27 x 1/32) = 0.96, C(3, a) = 0.04: three
    GPUs, head-room ceil(3 - 0.73) = 3. Windows of 2 h and more: 06-10 four GPUs, 16-18 four (the
    first of them ends at 18:00), 18-20 three: beyond three, one GPU in 06-10 and 16-18: 6.
    """
    found = inference(worked_example(), calendar=DAY)
    infer, train = row(found, node_role="inference"), row(found, node_role="training")
    known = ("not_observed", "down", "reserved", "blocked", "free", "no_data")
    assert cells(infer, *known) == [4, 0, 4, 0, 40, 0]
    assert cells(train, *known) == [8, 14, 0, 12, 30, 32]
    for line in (infer, train):
        told = [line[f"{state}_gpu_hours"] for state in STATES]
        assert told.count(None) == len(STATES) - len(known)
        assert sum(value or 0 for value in told) == pytest.approx(line["installed_gpu_hours"])
        assert line["reclaimable_high_gpu_hours"] is None
        assert line["training_utilisation_available"] == pytest.approx(32 / 74)
    assert (infer["headroom_gpus"], train["headroom_gpus"]) == (0, 3)
    assert cells(infer, "reclaimable_low") == [40]
    assert cells(train, "reclaimable_low") == [6]
    assert (infer["nodes"], infer["candidate_nodes"]) == (1, 0)


def test_a_line_of_inference_by_node_and_the_filter_keeps_the_comparison():
    found = inference(
        worked_example(), calendar=DAY, by=("node",), where={"node_role": ["inference"]}
    )
    assert found.frame.columns[:4] == ["cluster", "node", "node_role", "gpu_model"]
    only = row(found)
    assert only["node"] == "infer"
    assert only["training_utilisation_available"] == pytest.approx(32 / 74)


def test_nodes_tell_what_they_are():
    found = nodes(worked_example(), calendar=DAY)
    head = ["cluster", "node", "gpu_model", "gpus", "node_role", "role_basis", "role_evidence"]
    assert found.frame.columns == [*head, *VALUE_COLUMNS]
    infer = row(found, node="infer")
    assert [infer[name] for name in head[2:6]] == ["t4", 2, "inference", "intended"]
    assert "partition infer" in infer["role_evidence"]


def test_a_node_counts_in_each_of_its_partitions_and_never_twice_elsewhere():
    by_partition = utilisation(worked_example(), calendar=DAY, by=("partition",))
    assert cells(row(by_partition, partition="all"), "installed") == [144]
    assert cells(row(by_partition, partition="gpu"), "installed") == [96]
    assert any("several partitions" in note for note in by_partition.notes)
    both = utilisation(worked_example(), calendar=DAY, where={"partition": ["gpu", "all"]})
    assert cells(row(both), "installed") == [144]
    assert cells(row(utilisation(worked_example(), calendar=DAY)), "installed") == [144]


def test_tiers_and_filters():
    found = utilisation(worked_example(), calendar=DAY, by=("tier",), where={"gpu_model": ["t4"]})
    assert cells(row(found, tier="Tier-2"), "installed", "idle") == [48, 40]
    assert utilisation(worked_example(), calendar=DAY, where={"cluster": ["d"]}).frame[
        "installed_gpu_hours"
    ].to_list() == [0]


def test_every_period_is_printed_and_empty_ones_are_zero():
    week = calendar(build.moment(0), build.moment(48 * HOUR_S), period="day", timezone="UTC")
    late = build.nodes([{"node": "n", "at": 24 * HOUR_S, "gpus": 1}])
    estate = worked_example(nodes=late, observed=build.observed((24 * HOUR_S, 48 * HOUR_S)))
    found = utilisation(estate, calendar=week, by=("cluster",)).frame
    assert found["installed_gpu_hours"].to_list() == [0, 24]
    assert found["period_start"].dt.day().to_list() == [1, 2]


def test_allocation_beyond_capacity_is_clipped_and_told():
    more = [{"node_list": "infer", "gpus": 5, **hours(3, 4)}]
    found = utilisation(worked_example(more_jobs=more), calendar=DAY, by=("node",))
    assert cells(row(found, node="infer"), "allocated", "idle") == [2, 38]
    assert any("held 3 GPU-hours more than the nodes" in note for note in found.notes)


def test_jobs_without_a_node_list_count_for_their_cluster():
    more = [{"node_list": None, "partition": "infer", "gpus": 2, **hours(3, 8)}]
    estate = worked_example(more_jobs=more)
    whole = utilisation(estate, calendar=DAY, by=("cluster",))
    assert cells(row(whole), "allocated", "idle") == [42, 72]
    assert any("without a node list held 10 GPU-hours" in note for note in whole.notes)
    infer = row(utilisation(estate, calendar=DAY, by=("partition",)), partition="infer")
    assert cells(infer, "allocated", "idle") == [10, 30]
    by_node = utilisation(estate, calendar=DAY, by=("node",))
    assert cells(row(by_node, node="infer"), "allocated") == [0]
    assert any("idle time by node, role and model is an upper bound" in n for n in by_node.notes)


def test_jobs_of_unknown_gpus_are_neither_idle_nor_allocated():
    more = [{"node_list": "infer", "gpus": None, **hours(3, 8)}]
    found = utilisation(worked_example(more_jobs=more), calendar=DAY, by=("node",))
    assert cells(row(found, node="infer"), "not_observed", "allocated", "idle") == [14, 0, 30]
    assert any("do not tell how many GPUs they held, 10 GPU-hours" in n for n in found.notes)


def test_without_an_inventory_capacity_is_unknown_and_allocation_is_not():
    estate = worked_example(nodes=build.nodes([]))
    found = utilisation(estate, calendar=DAY, by=("cluster",))
    assert cells(row(found), "allocated") == [32]
    assert row(found)["installed_gpu_hours"] is None
    assert row(found)["utilisation_available"] is None
    assert any("No nodes were ingested for c" in note for note in found.notes)
    assert nodes(estate, calendar=DAY).frame.is_empty()
    assert inference(estate, calendar=DAY).frame.is_empty()


def test_where_no_job_tells_its_nodes_what_nodes_did_is_unknown():
    jobs = build.jobs([{"node_list": "", "gpus": 1, **hours(3, 8)}])
    found = utilisation(worked_example(jobs=jobs), calendar=DAY, by=("node",))
    assert cells(row(found, node="infer"), "installed", "not_observed") == [48, 4]
    assert row(found, node="infer")["idle_gpu_hours"] is None
    lines = inference(worked_example(jobs=jobs), calendar=DAY).frame
    assert lines["reclaimable_low_gpu_hours"].to_list() == [None, None]


def test_a_cluster_never_seen_is_not_idle():
    found = utilisation(worked_example(observed=build.observed()), calendar=DAY)
    assert cells(row(found), "installed", "not_observed", "idle") == [144, 144, 0]
    assert row(found)["utilisation_installed"] is None
    assert any("No observed window is known for c" in note for note in found.notes)


def test_what_was_assumed_is_told():
    late = build.nodes([{"node": "train", "at": 20 * HOUR_S, "gpus": 4}])
    window = build.observed((0, 24 * HOUR_S), assumed=True)
    estate = worked_example(nodes=late, observed=window, events=build.events([]))
    said = " ".join(utilisation(estate, calendar=DAY).notes)
    assert "before their first snapshot" in said
    assert "window of c was not stated" in said
    assert "No node events were ingested for c" in said


def test_nodes_that_are_gone_are_told_of():
    rows = [{"node": "old", "at": 0, "gpus": 1}, {"node": "new", "at": 9, "gpus": 1}]
    said = utilisation(worked_example(nodes=build.nodes(rows)), calendar=DAY).notes
    assert "Nodes that the latest snapshot of c lacks count as still in service." in said
    assert not any(
        "latest snapshot" in n for n in utilisation(worked_example(), calendar=DAY).notes
    )


def test_an_unknown_dimension_is_refused_with_a_hint():
    with pytest.raises(InputError, match="account") as fault:
        utilisation(worked_example(), calendar=DAY, by=("account",))
    assert "gpu_model" in str(fault.value)


def test_captures_agree_with_sreport(shared):
    captures = shared / "slurm" / "captures"
    estate = build.captured_estate(captures)
    totals = json.loads((captures / "gpu-totals.json").read_text())["sreport"]
    begin, end = (datetime(2026, 11, 20, hour, tzinfo=UTC) for hour in (15, 17))
    span = calendar(begin, end, period="total", timezone="UTC")
    found = utilisation(estate, calendar=span, by=("gpu_model",))
    for card, installed in (("a100", 16), ("t4", 8)):
        line = row(found, gpu_model=card)
        held = totals[f"gres/gpu:{card}"]["total_users"]
        assert round(line["allocated_gpu_hours"] * HOUR_S) == held
        assert cells(line, "installed") == [installed]
    whole = row(utilisation(estate, calendar=span))
    assert round(whole["allocated_gpu_hours"] * HOUR_S) == totals["gres/gpu"]["total_users"]
    assert round(whole["idle_gpu_hours"] * HOUR_S) == 12 * 2 * HOUR_S - 446
    roles = nodes(estate, calendar=span).frame.select("node", "node_role", "role_basis").rows()
    assert roles == [
        ("cpu01", "cpu", None),
        ("cpu02", "cpu", None),
        ("gpu01", "training", "intended"),
        ("gpu02", "training", "intended"),
        ("gpu03", "inference", "intended"),
        ("gpu04", "inference", "intended"),
    ]
