"""What the registry's machines delivered: by hand, from a table of states."""

from datetime import UTC, datetime

import polars as pl
import pytest

from analytics.calendar import calendar
from analytics.delivered import delivered
from analytics.inference import STATES
from model.registry import load_registry

BASKERVILLE = "uk-baskerville"


def two_days(period="total"):
    begin, end = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 3, tzinfo=UTC)
    return calendar(begin, end, period=period, timezone="UTC")


def states(**hours: float) -> pl.DataFrame:
    """One line of `inference` of a cluster with 100 GPUs over two days."""
    known = {name: hours.get(name, 0.0) for name in STATES}
    if "effective" not in hours:
        known |= dict.fromkeys(
            ("allocated_unused", "model_loaded_idle", "low", "ineffective", "partial", "effective")
        )
    line = {f"{name}_gpu_hours": value for name, value in known.items()}
    return pl.DataFrame(
        [{"cluster": "b", **line, "installed_gpu_hours": 4800.0, "allocated_gpu_hours": 3000.0}],
        schema_overrides=dict.fromkeys(line, pl.Float64),
    )


def result(frame: pl.DataFrame, period="total"):
    registry = load_registry()
    machines = {"b": registry.machine(BASKERVILLE)}
    return delivered(frame, machines, registry, calendar=two_days(period))


def test_without_telemetry_what_was_held_was_delivered_at_most():
    found = result(states(no_data=3000.0, down=600.0, free=400.0, not_observed=800.0))
    line = found.frame.row(0, named=True)
    assert (line["machine"], line["gpus"], line["gpus_in_inventory"]) == (BASKERVILLE, 184, 100.0)
    assert line["available_gpu_hours"] == 3400.0
    assert (line["effective_gpu_hours"], line["effective_share"]) == (None, None)
    assert line["telemetry_coverage"] == 0.0
    assert line["delivered_share"] == 3000 / 4000
    assert line["a100_equivalents_delivered"] == pytest.approx(184 * 0.75)
    assert any("184 GPUs of uk-baskerville, the nodes of b had 100" in note for note in found.notes)
    assert any("an upper bound" in note for note in found.notes)


def test_what_telemetry_saw_idle_was_not_delivered_and_the_rest_is_not_guessed():
    seen = {"effective": 500.0, "partial": 300.0, "low": 200.0, "active": 100.0}
    line = result(states(no_data=1900.0, free=1800.0, **seen)).frame.row(0, named=True)
    assert line["effective_share"] == 0.5
    assert line["telemetry_coverage"] == pytest.approx(1100 / 3000)
    assert line["delivered_share"] == pytest.approx((3000 - 500) / 4800)


def test_with_full_telemetry_only_effective_time_is_delivered():
    seen = {"effective": 1000.0, "ineffective": 1500.0, "allocated_unused": 500.0}
    found = result(states(free=1800.0, **seen))
    line = found.frame.row(0, named=True)
    assert line["delivered_share"] == pytest.approx(1000 / 4800)
    assert not any("upper bound" in note for note in found.notes)


def test_roles_and_models_of_a_cluster_are_one_line_a_period():
    days = two_days("day").bins["period_start"].to_list()
    lines = [
        states(no_data=3000.0, free=1800.0).with_columns(period_start=pl.lit(day)) for day in days
    ]
    frame = result(pl.concat([*lines, *lines]), "day").frame
    assert frame["period_start"].to_list() == days
    assert frame["allocated_gpu_hours"].to_list() == [6000.0, 6000.0]
    assert frame["gpus_in_inventory"].to_list() == [400.0, 400.0]


def test_a_cluster_that_is_no_machine_has_no_line():
    frame = pl.concat([states(free=1.0), states(free=1.0).with_columns(cluster=pl.lit("other"))])
    assert result(frame).frame["cluster"].to_list() == ["b"]
