"""Use of awards in tranches, in core-hours, and by Slurm's billing."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.applications import applications
from analytics.award_hours import Charging, Measure, measure
from analytics.award_use import award_use
from analytics.tracking import with_gpu_tracking
from model.pull_back import load_pull_back
from model.schemas import AWARDS, JOBS
from model.units import resolve_unit

FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def award(name: str, **told: Any) -> dict[str, Any]:
    return {
        "call": "c", "round": "1", "application_id": name, "resource": "", "tranche": "",
        "unit": "GPU-hours", "requested": 1_000.0, "granted": 100.0, "status": "decided",
        "start": date(2026, 1, 1), "end": date(2026, 4, 1), "accounts": "one:a",
    } | told  # fmt: skip


def table(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=AWARDS.schema)


def ran(day: int, hours: int, **told: Any) -> dict[str, Any]:
    start = FIRST + timedelta(days=day)
    return {
        "cluster": "one", "month": f"{start:%Y-%m}", "account": "a", "partition": "gpu",
        "submit": start, "start": start, "started": True, "end": start + timedelta(hours=hours),
        "held_until": start + timedelta(hours=hours), "suspended_s": 0, "job_state": "COMPLETED",
        "nodes": 1, "cpus": 8, "gpus": 1, "req_gpus": 1, "gpu_types": "", "billing": 5,
    } | told  # fmt: skip


def use(
    awards: pl.DataFrame, jobs: list[dict[str, Any]], day: int = 80, **more: Any
) -> pl.DataFrame:
    numbered = [job | {"job_id": number} for number, job in enumerate(jobs)]
    facts = with_gpu_tracking(pl.DataFrame(numbered, schema=JOBS.schema).lazy())
    return award_use(awards, facts, as_of=FIRST + timedelta(days=day), **more)


def used(awards: pl.DataFrame, jobs: list[dict[str, Any]], **more: Any) -> dict[str, float | None]:
    return dict(use(awards, jobs, **more).select("application_id", "used").iter_rows())


def test_a_resource_names_its_cluster_in_any_case_or_by_its_machine() -> None:
    jobs = [ran(1, 5), ran(1, 7, cluster="two")]
    both = "one:a;two:a"
    awards = table(
        award("any", resource="TWO", accounts=both), award("elsewhere", resource="x", accounts=both)
    )
    assert used(awards, jobs)["any"] == 7
    machine = table(award("m", resource="uk-two", accounts=both))
    assert used(machine, jobs, machines={"uk-two": "two"}) == {"m": 7}
    assert used(machine, jobs) == {"m": 12}


QUARTERS = (
    award("x", tranche="Q1", granted=30.0, end=date(2026, 2, 1)),
    award("x", tranche="Q2", granted=30.0, start=date(2026, 2, 1), end=date(2026, 3, 1)),
    award("x", tranche="Q3", granted=30.0, start=date(2026, 3, 1), end=date(2026, 4, 1)),
)


def test_a_tranches_unused_part_lapses() -> None:
    """10 hours in January, 45 in February: the 20 left of the first do not help the second."""
    frame = use(table(*QUARTERS), [ran(2, 10), ran(33, 45)], day=62).sort("tranche")
    assert frame["used"].to_list() == [10, 45, 0]
    assert frame["exhausted_on"].to_list() == [None, date(2026, 2, 4), None]
    lines = applications(table(*QUARTERS), frame, as_of=date(2026, 3, 4))
    assert lines["used_share"].to_list() == pytest.approx([1 / 3, 1.5, 0])
    assert lines["run_out_date"].to_list() == [None, date(2026, 2, 4), None]
    assert lines["elapsed_share"].to_list() == pytest.approx([1, 1, 3 / 31])


def test_pull_back_is_of_the_tranche_that_runs() -> None:
    frame = use(table(*QUARTERS), [ran(2, 1)], day=31 + 20)
    lines = applications(
        table(*QUARTERS), frame, as_of=date(2026, 2, 21), pull_back=load_pull_back().rules
    )
    assert lines["pull_back"].to_list() == pytest.approx([0, 0.75 * 30, 0])


def test_a_tranche_and_an_award_on_one_account_are_used_in_the_order_of_their_ends() -> None:
    """Until February the tranche ends first, in February the short award, of which nothing is left."""
    short = award("y", granted=12.0, end=date(2026, 2, 15))
    frame = use(table(*QUARTERS, short), [ran(1, 24), ran(10, 18), ran(35, 10)])
    found = {(row["application_id"], row["tranche"]): row["used"] for row in frame.to_dicts()}
    assert found == {("x", "Q1"): 30, ("y", ""): 12, ("x", "Q2"): 10, ("x", "Q3"): 0}


def test_a_job_across_two_tranches_is_charged_to_each_for_its_days() -> None:
    frame = use(table(*QUARTERS), [ran(30, 48, gpus=1)]).sort("tranche")
    assert frame["used"].to_list() == [24, 24, 0]


def test_one_job_of_unknown_size_makes_the_use_unknown() -> None:
    """A sum of the others would be too small."""
    assert used(table(award("x")), [ran(1, 5), ran(1, 5, gpus=None)]) == {"x": None}
    assert used(table(award("x")), [ran(1, 5), ran(-9, 5, gpus=None)]) == {"x": 5}
    node_hours = table(award("x", unit="node-hours"))
    assert used(node_hours, [ran(1, 5), ran(1, 5, gpus=None)]) == {"x": 10}
    assert used(node_hours, [ran(1, 5), ran(1, 5, nodes=None)]) == {"x": None}


BILLED = {"one": Charging(billing_per_unit=10.0)}


def test_a_sites_own_units_are_billing_where_it_charges_by_it() -> None:
    units = table(
        award("su", unit="SU"),
        award("hours", unit="billing-hours", accounts="one:b"),
        award("far", unit="SU", accounts="one:c;two:c"),
    )
    jobs = [
        ran(1, 4), ran(2, 4, billing=20), ran(1, 3, account="b"),
        ran(1, 3, account="c"), ran(1, 3, account="c", cluster="two"),
    ]  # fmt: skip
    assert used(units, jobs) == {"hours": 15}
    assert used(units, jobs, charging=BILLED) == {"su": 10, "hours": 15}
    both = BILLED | {"two": Charging(billing_per_unit=10.0)}
    assert used(units, jobs, charging=both) == {"su": 10, "hours": 15, "far": 3}
    assert used(table(award("su", unit="SU")), [ran(1, 4), ran(1, 4, billing=None)], charging=BILLED) == {
        "su": None
    }  # fmt: skip


def test_billing_stands_beside_the_awards_own_unit() -> None:
    """Of 24 hours at 5 units the short award has room for 18, so three quarters of 120."""
    awards = table(award("long"), award("short", granted=18.0, end=date(2026, 2, 1)))
    jobs = [ran(1, 24)]
    frame = use(awards, jobs, charging=BILLED)
    assert dict(frame.select("application_id", "billing_hours").iter_rows()) == pytest.approx(
        {"short": 90, "long": 30}
    )
    assert use(awards, jobs)["billing_hours"].to_list() == [None, None]
    cpu_only = use(
        table(award("x")), [ran(1, 2, gpus=0, billing=3), ran(1, 1, account="b")], charging=BILLED
    )
    assert cpu_only.select("used", "billing_hours").row(0) == (0, 6)
    unknown = use(table(award("x")), [ran(1, 2, billing=None)], charging=BILLED)
    assert unknown.select("used", "billing_hours").row(0) == (2, None)


def test_core_hours_need_the_threads_of_a_core() -> None:
    cores = table(award("x", unit="core-hours"))
    assert used(cores, [ran(1, 5)]) == {}
    assert used(cores, [ran(1, 5)], charging={"one": Charging(threads_per_core=2)}) == {"x": 20}


@pytest.mark.parametrize(
    ("unit", "charging", "expected"),
    [
        ("GPU-days", {}, Measure("gpu_hours", 24)),
        ("core-years", {"a": Charging(threads_per_core=2)}, Measure("cpu_hours", 17_520)),
        ("kAU", {"a": Charging(billing_per_unit=128)}, Measure("billing_hours", 128)),
        ("kAU", {"a": Charging(threads_per_core=2)}, None),
        ("billing h", {}, Measure("billing_hours", 1)),
        ("core-hours", {}, None),
    ],
)
def test_what_counts_in_a_unit(
    unit: str, charging: dict[str, Charging], expected: Measure | None
) -> None:
    assert measure(resolve_unit(unit), ["a"], charging) == expected


def test_clusters_that_charge_differently_have_no_common_measure() -> None:
    differ = {"a": Charging(threads_per_core=1), "b": Charging(threads_per_core=2)}
    assert measure(resolve_unit("core-hours"), ["a", "b"], differ) is None


hours = st.lists(
    st.tuples(st.integers(0, 85), st.integers(1, 200), st.sampled_from("ab")), max_size=6
)
grants = st.lists(
    st.tuples(st.integers(1, 200), st.integers(0, 50), st.integers(1, 40), st.sampled_from("ab")),
    min_size=1, max_size=4,
)  # fmt: skip


@given(hours, grants, st.randoms(use_true_random=False))
def test_every_hour_within_an_award_is_charged_once(
    jobs: list[tuple[int, int, str]], grants: list[tuple[int, int, int, str]], seed: Any
) -> None:
    """What is charged to awards of disjoint accounts sums to the hours in their periods."""
    awards = [
        award(
            str(number), granted=float(size), accounts=f"one:{account}",
            start=date(2026, 1, 1) + timedelta(days=begin),
            end=date(2026, 1, 1) + timedelta(days=begin + length),
        )
        for number, (size, begin, length, account) in enumerate(grants)
    ]  # fmt: skip
    rows = [ran(day, length, account=account) for day, length, account in jobs] or [ran(99, 1)]
    frame = use(table(*awards), rows, day=95)
    covered = {
        (account, begin + day) for _, begin, length, account in grants for day in range(length)
    }
    expected = sum(
        1
        for day, length, account in jobs
        for hour in range(24 * day, 24 * day + length)
        if (account, hour // 24) in covered and hour < 95 * 24
    )
    assert frame["used"].sum() == pytest.approx(expected)
    seed.shuffle(awards)
    seed.shuffle(rows)
    again = use(table(*awards), rows, day=95)
    key = [*AWARDS.key]
    assert again.sort(key).equals(frame.sort(key))
