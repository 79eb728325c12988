"""Demand by GPU model: a job with several models counts with each, and its GPUs once in all."""

from fractions import Fraction

import pytest
from demand_rows import BEGIN, DAY, HOUR, facts, job, observed, one, periods

from analytics.demand import DEMAND_COLUMNS, demand
from analytics.dimensions import with_dimensions

GONE = BEGIN + 10 * HOUR
ROWS = [
    job(start=BEGIN, end=BEGIN + HOUR, req_gpus=3, gpu_types="a100:2,t4:1"),
    job(start=BEGIN, end=BEGIN + HOUR, req_gpus=2, gpus=4, gpu_types="a100:4"),
    job(start=BEGIN, end=BEGIN + HOUR, req_gpus=0),
    job(start=BEGIN, end=BEGIN + HOUR, req_gpus=2),
    job(end=GONE, job_state="CANCELLED", req_gpus=5, req_gpu_types="a100:2,t4:3"),
    job(req_gpus=4, req_gpu_types="t4:1", job_label="9_[1-2]", name_hash="other"),
]


def asked(by):
    jobs = with_dimensions(facts(ROWS), needed=by)
    calendar = periods(BEGIN, BEGIN + DAY)
    return demand(jobs, calendar=calendar, observed=observed(), by=by, everything=facts(ROWS)).frame


@pytest.mark.parametrize(
    ("model", "limit", "allocated", "never", "pending"),
    [
        ("a100", 4, 6, 2, 0),
        ("t4", 1, 1, 3, 2),
        ("unknown", 2, 2, 0, 6),
        ("none", 0, 0, 0, 0),
    ],
)
def test_each_model_has_its_own_gpus(
    model: str, limit: int, allocated: int, never: int, pending: int
) -> None:
    row = one(asked(["gpu_model"]), gpu_model=model)
    assert row["limit_gpu_hours"] == limit
    assert row["allocated_gpu_hours"] == allocated
    assert row["cancelled_pending_gpu_hours_high"] == never
    assert row["pending_gpu_hours_high"] == pending


def test_models_add_up_to_all_gpus() -> None:
    parts, whole = asked(["gpu_model"]), one(asked([]))
    for name in DEMAND_COLUMNS:
        if "hours" in name and not name.startswith("active"):
            assert Fraction(parts[name].sum()) == pytest.approx(whole[name]), name
