"""What nobody's GPUs drew, and carbon of the hours in which GPUs did much: with devices looked at."""

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from carbon_rows import KNOWN, POWER, at, facts, job, node, nodes

from analytics.calendar import Calendar, calendar
from analytics.carbon import Sites, carbon
from analytics.energy import Facility
from analytics.estate import OBSERVED_SCHEMA, Estate
from analytics.grid import grid
from analytics.idle_energy import IdleEnergy, idle_energy
from analytics.job_activity import device_rates
from analytics.watts import Hardware
from model.gpu_states import CLASSES
from model.registry import load_gpus
from model.schemas import GPU_SAMPLES, NODE_EVENTS

HOUR = 3600
BEGIN = int(datetime(2024, 3, 5, tzinfo=UTC).timestamp())
IDLE_W = 0.12 * 400


def span(hours: int, period: Any = "total") -> Calendar:
    return calendar(at(BEGIN), at(BEGIN + hours * HOUR), period=period, timezone="UTC")


def estate(
    jobs: list[dict[str, Any]],
    *,
    hours: int = 2,
    inventory: pl.DataFrame | None = None,
    **more: Any,
) -> Estate:
    window = [("one", BEGIN, BEGIN + hours * HOUR, False)]
    return Estate(
        jobs=facts(jobs),
        nodes=nodes(node()) if inventory is None else inventory,
        observed=pl.DataFrame(window, schema=OBSERVED_SCHEMA, orient="row"),
        catalogue=load_gpus(),
        **more,
    )


def idle(
    of: Estate, *, by: tuple[str, ...] = (), hours: int = 2, pue: float = 1.0, **where: Any
) -> IdleEnergy:
    return idle_energy(
        of,
        calendar=span(hours),
        by=by,
        where=where,
        hardware=Hardware(load_gpus(), POWER, of.nodes),
        facilities={"one": Facility(round(pue * 1000))},
    )


def kwh(of: IdleEnergy) -> list[float | None]:
    assert of.rows is not None
    return of.rows["idle_energy_kwh"].to_list()


def one_hour(number: int = 1, **given: Any) -> dict[str, Any]:
    return job(number, BEGIN, BEGIN + HOUR, **given)


def test_gpus_that_no_job_holds_draw_idle_power():
    assert kwh(idle(estate([one_hour()]), pue=1.5)) == [pytest.approx(7 * IDLE_W * 1.5 / 1000)]


def test_blocked_and_reserved_gpus_draw_and_those_that_are_down_do_not():
    blocked = one_hour(cpus=32)
    assert kwh(idle(estate([blocked]))) == [pytest.approx(7 * IDLE_W / 1000)]
    event = {"cluster": "one", "node": "n1", "start": at(BEGIN), "end": at(BEGIN + HOUR)}
    for kind, hours in (("reserved", 7), ("down", 4), ("maintenance", 4)):
        events = pl.DataFrame([event | {"kind": kind}], schema=NODE_EVENTS.schema)
        found = idle(estate([one_hour()], events=events))
        assert kwh(found) == [pytest.approx(hours * IDLE_W / 1000)]


def test_time_that_nobody_observed_draws_nothing_here():
    assert kwh(idle(estate([one_hour()], hours=1))) == [pytest.approx(3 * IDLE_W / 1000)]


def test_a_measured_idle_power_stands_before_a_share_of_the_design_power():
    inventory = nodes(node(gpu_types="h200-sxm:4"))
    assert kwh(idle(estate([], inventory=inventory))) == [pytest.approx(8 * 73.65 / 1000)]


def test_unknown_cards_have_an_unknown_draw_unless_they_are_never_idle():
    inventory = nodes(node(gpu_types="quantum:4"))
    assert kwh(idle(estate([], inventory=inventory))) == [None]
    all_held = job(1, BEGIN, BEGIN + 2 * HOUR, gpus=4)
    assert kwh(idle(estate([all_held], inventory=inventory))) == [0]


def test_idle_energy_has_no_user_but_a_partition_and_a_card():
    assert idle(estate([one_hour()]), by=("user",)).rows is None
    assert idle(estate([one_hour()]), account=["a"]).rows is None
    found = idle(estate([one_hour()]), by=("gpu_model",))
    assert found.rows is not None
    assert found.rows.select("gpu_model", "idle_energy_kwh").rows() == [
        ("a100-sxm-80", pytest.approx(7 * IDLE_W / 1000))
    ]


def sites(periods: Calendar, of: Estate) -> Sites:
    region = KNOWN.region("GB")
    return Sites(
        hardware=Hardware(load_gpus(), POWER, of.nodes),
        facilities={"one": Facility(1000)},
        grid=grid([region], NOTHING, known=KNOWN, sources=(), yearly="ember", calendar=periods),
        region={"one": 0},
        over_all=device_rates(of, calendar=span(2)),
        in_periods=device_rates(of, calendar=periods),
    )


NOTHING = pl.DataFrame(
    schema={
        "source": pl.String(), "region": pl.String(), "begin": pl.Datetime("us", "UTC"),
        "end": pl.Datetime("us", "UTC"), "forecast": pl.Float64(), "actual": pl.Float64(),
        "flags": pl.String(),
    }
)  # fmt: skip


def device(gpu: str, hour: int, letter: str, **given: Any) -> dict[str, Any]:
    seconds = {each.column: HOUR if each.letter == letter else 0 for each in CLASSES}
    moment = at(BEGIN + hour * HOUR)
    return {
        "cluster": "one", "day": f"{moment:%Y-%m-%d}", "node": "n1", "gpu": gpu, "card": gpu,
        "hour": moment, "observed_s": HOUR, "sm_s": HOUR, "activity_mean": 0.5, "busy_mean": 0.5,
        "energy_s": 0, "timeline": f"{letter}{HOUR}", **seconds,
    } | given  # fmt: skip


def looked_at(*rows: dict[str, Any], jobs: list[dict[str, Any]]) -> Estate:
    return estate(jobs, samples=pl.DataFrame(list(rows), schema=GPU_SAMPLES.schema).lazy())


def whole_node(number: int = 1) -> dict[str, Any]:
    return job(number, BEGIN, BEGIN + 2 * HOUR, gpus=4, gpu_types="a100-sxm-80:4", cpus=0)


def test_activity_makes_energy_modelled_and_tells_what_was_effective():
    rows = [
        device(str(gpu), 0, "m" if gpu < 1 else "a", activity_mean=0.9 if gpu < 1 else 0.0)
        for gpu in range(4)
    ]
    of = looked_at(*rows, jobs=[whole_node()])
    periods = span(2)
    table = carbon(of.jobs, sites(periods, of), calendar=periods)
    [line] = table.frame.to_dicts()
    watts = IDLE_W + 0.225 * (400 - IDLE_W)
    assert line["energy_kwh"] == pytest.approx(4 * 2 * watts / 1000)
    assert line["energy_quality"] == "modelled 100 %"
    assert line["g_per_gpu_hour"] == pytest.approx(watts / 1000 * 210.89)
    assert line["g_per_effective_gpu_hour"] == pytest.approx(4 * watts / 1000 * 210.89)
    assert table.effective["covered"].sum() < table.effective["allocated"].sum()


def test_jobs_of_which_sm_activity_is_unknown_do_not_dilute_the_share_of_the_others():
    both = nodes(node(), node("n2"))
    rows = [device(str(gpu), 0, "m") for gpu in range(4)]
    rows += [device(str(gpu), 0, "j", node="n2", sm_s=0) for gpu in range(4)]
    jobs = [whole_node(), whole_node(2) | {"node_list": "n2"}]
    frame = pl.DataFrame(rows, schema=GPU_SAMPLES.schema).lazy()
    of = estate(jobs, inventory=both, samples=frame)
    [line] = carbon(of.jobs, sites(span(2), of), calendar=span(2)).frame.to_dicts()
    assert line["g_per_effective_gpu_hour"] == pytest.approx(line["g_per_gpu_hour"])


def test_where_sm_activity_is_not_known_nothing_is_effective_or_not():
    rows = [device(str(gpu), 0, "j", sm_s=0) for gpu in range(4)]
    of = looked_at(*rows, jobs=[whole_node()])
    periods = span(2)
    [line] = carbon(of.jobs, sites(periods, of), calendar=periods).frame.to_dicts()
    assert line["energy_quality"] == "modelled 100 %"
    assert line["g_per_gpu_hour"] > 0
    assert line["g_per_effective_gpu_hour"] is None


def test_the_draw_of_devices_is_a_measurement():
    rows = [
        device(str(gpu), hour, "m", energy_s=HOUR, energy_j=250.0 * HOUR)
        for gpu in range(4)
        for hour in range(2)
    ]
    of = looked_at(*rows, jobs=[whole_node()])
    periods = span(2)
    [line] = carbon(of.jobs, sites(periods, of), calendar=periods).frame.to_dicts()
    assert line["energy_kwh"] == pytest.approx(4 * 2 * 0.25)
    assert line["energy_quality"] == "measured 100 %"


def test_the_power_of_a_job_is_that_of_all_its_time_so_that_a_day_is_the_sum_of_its_hours():
    rows = [
        device(str(gpu), hour, "m", activity_mean=0.2 + 0.6 * hour)
        for gpu in range(4)
        for hour in range(2)
    ]
    of = looked_at(*rows, jobs=[whole_node()])
    both = span(2)
    [day] = carbon(of.jobs, sites(both, of), calendar=both).frame["energy_kwh"]
    first = span(1)
    [hour] = carbon(of.jobs, sites(first, of), calendar=first).frame["energy_kwh"]
    assert day == pytest.approx(8 * (IDLE_W + 0.5 * (400 - IDLE_W)) / 1000)
    assert hour == pytest.approx(day / 2)
