"""The energy of single jobs, by hand: design power, Slurm's counter, the devices' own."""

from typing import Any

import polars as pl
import pytest
from carbon_rows import POWER, facts, job, node, nodes

from analytics.energy import Facility, Reckoning, job_energy
from analytics.job_activity import JOB_ACTIVITY_SCHEMA
from analytics.watts import Hardware
from model.registry import load_gpus

HOUR = 3600
INVENTORY = nodes(node())
CORE_W = 12 + 8 * 0.3725


def energy(*rows: Any, inventory=INVENTORY, pue=1.0, activity=None, aliases=None):
    hardware = Hardware(load_gpus(), POWER, inventory, aliases or {})
    facilities = {"one": Facility(round(pue * 1000))}
    told = JOB_ACTIVITY_SCHEMA.to_frame() if activity is None else activity
    frame = job_energy(facts(list(rows)), Reckoning(hardware, facilities, told))
    return [
        tuple(row) for row in frame.sort("job_id").select("energy_kwh", "energy_quality").rows()
    ]


def activity(number, start, *, use=None, device_w=None, gpu_s=HOUR, of=1.0):
    row = {
        "cluster": "one", "job_id": number, "submit": start, "bin": 0, "allocated_gpu_s": gpu_s,
        "covered_gpu_s": gpu_s if use is not None else 0.0,
        "activity_gpu_s": (use or 0.0) * gpu_s, "effective_gpu_s": None,
        "energy_j": None if device_w is None else device_w * gpu_s * of,
        "energy_s": 0.0 if device_w is None else gpu_s * of,
        "estimated_gpu_s": 0.0, "estimated": False,
    }  # fmt: skip
    frame = pl.DataFrame([row]).with_columns(
        pl.from_epoch("submit").dt.replace_time_zone("UTC").dt.cast_time_unit("us")
    )
    return frame.select(JOB_ACTIVITY_SCHEMA.names()).cast(JOB_ACTIVITY_SCHEMA)


def test_without_any_look_a_job_draws_its_design_power():
    [(kwh, quality)] = energy(job(1, 0, HOUR))
    assert quality == "tdp"
    assert kwh == pytest.approx((400 + 8 * CORE_W) / 1000)


def test_the_facility_takes_its_share():
    [(kwh, _)] = energy(job(1, 0, HOUR), pue=1.56)
    assert kwh == pytest.approx((400 + 8 * CORE_W) / 1000 * 1.56)


def test_memory_draws_nothing_where_no_node_is_known():
    [(kwh, _)] = energy(job(1, 0, HOUR), inventory=nodes())
    assert kwh == pytest.approx((400 + 8 * 12) / 1000)


def test_activity_lies_between_idle_and_design_power():
    idle = 0.12 * 400
    [(kwh, quality)] = energy(job(1, 0, HOUR), activity=activity(1, 0, use=0.25))
    assert quality == "modelled"
    assert kwh == pytest.approx((idle + 0.25 * (400 - idle) + 8 * CORE_W) / 1000)


def test_the_power_of_devices_is_measured_and_their_host_modelled():
    told = activity(1, 0, use=0.25, device_w=333)
    assert energy(job(1, 0, HOUR), activity=told) == [
        (pytest.approx((333 + 8 * CORE_W) / 1000), "measured")
    ]
    seen_briefly = activity(1, 0, use=0.25, device_w=333, of=0.4)
    assert energy(job(1, 0, HOUR), activity=seen_briefly)[0][1] == "modelled"


def test_slurms_counter_counts_for_jobs_that_had_their_nodes_to_themselves():
    whole = {"cpus": 32, "gpus": 4, "gpu_types": "a100-sxm-80:4"}
    assert energy(job(1, 0, HOUR, **whole, energy_j=1500 * HOUR)) == [
        (pytest.approx(1.5), "measured")
    ]
    shared = {**whole, "cpus": 31}
    assert energy(job(1, 0, HOUR, **shared, energy_j=1500 * HOUR))[0][1] == "tdp"


BOUND_W = (4 * 400 + 1000 + 32 * 12 + 32 * 8 * 0.3725) * 1.2


@pytest.mark.parametrize(
    ("energy_j", "suspended_s", "quality"),
    [
        (None, 0, "tdp"),
        (0, 0, "tdp"),
        (int(BOUND_W * HOUR), 0, "measured"),
        (int(BOUND_W * HOUR) + 1, 0, "tdp"),
        (int(BOUND_W * HOUR), 1, "tdp"),
        (2**62, 0, "tdp"),
    ],
)
def test_an_energy_beyond_what_its_nodes_can_draw_is_no_measurement(energy_j, suspended_s, quality):
    row = job(
        1,
        0,
        HOUR,
        cpus=32,
        gpus=4,
        gpu_types="a100-sxm-80:4",
        energy_j=energy_j,
        suspended_s=suspended_s,
    )
    assert energy(row)[0][1] == quality


def test_a_counter_of_unknown_nodes_is_not_taken():
    row = job(1, 0, HOUR, cpus=64, energy_j=3_600_000, nodes=2, node_list="n[1-2]")
    assert energy(row)[0][1] == "tdp"
    both = nodes(node("n1"), node("n2"))
    assert energy(row, inventory=both) == [(pytest.approx(1.0), "measured")]


def test_slices_draw_their_part_of_a_card_and_families_as_their_hungriest():
    cpu = 8 * CORE_W
    rows = [
        job(1, 0, HOUR, gpus=2, gpu_types="a100-sxm-80_1g.10gb:2"),
        job(2, 0, HOUR, gpu_types="a100:1"),
        job(3, 0, HOUR, gpus=3, gpu_types="a100-sxm-80:1,t4:2"),
    ]
    found = [kwh for kwh, _ in energy(*rows)]
    watts = [2 / 7 * 400, 400, 400 + 140]
    assert watts[0] == pytest.approx(114.2857, abs=1e-3)
    assert found == pytest.approx([(each + cpu) / 1000 for each in watts], abs=1e-6)


def test_gpus_without_a_type_are_the_cards_of_their_partition():
    row = job(1, 0, HOUR, gpus=2, gpu_types="")
    assert energy(row)[0][0] == pytest.approx((800 + 8 * CORE_W) / 1000)
    mixed = nodes(node(), node("n2", gpu_types="t4:4"))
    assert energy(row, inventory=mixed) == [(None, None)]
    assert energy(row, inventory=nodes(node(gpu_types=""))) == [(None, None)]


def test_what_cannot_be_known_is_not_zero():
    assert energy(job(1, 0, HOUR, gpus=None, gpu_types=None)) == [(None, None)]
    assert energy(job(1, 0, HOUR, gpu_types="quantum:1")) == [(None, None)]
    assert energy(job(1, 0, HOUR, cpus=None)) == [(None, None)]


def test_an_alias_names_the_card():
    aliases = {"one": {"quantum": "t4"}}
    assert energy(job(1, 0, HOUR, gpu_types="quantum:1"), aliases=aliases)[0][0] == pytest.approx(
        (70 + 8 * CORE_W) / 1000
    )


def test_a_job_without_gpus_draws_its_cores():
    assert energy(job(1, 0, HOUR, gpus=0, gpu_types="")) == [
        (pytest.approx(8 * CORE_W / 1000), "tdp")
    ]


def test_jobs_that_held_nothing_have_no_line():
    assert energy(job(1, 0, 0), job(2, 0, HOUR, started=False), job(3, 0, 0, energy_j=5)) == []
