"""What was used of awards, and what that says of their end."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from job_rows import facts, job

from analytics.applications import applications
from analytics.award_use import award_use
from analytics.shortfall import shortfall
from model.pull_back import load_pull_back
from model.schemas import AWARDS

FIRST = date(2026, 1, 1)
MIDNIGHT = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
DAY = 86_400


def award(name: str, **given: Any) -> dict[str, Any]:
    return {
        "call": "c", "round": "1", "application_id": name, "resource": "", "tranche": "",
        "unit": "GPU-hours", "requested": 1_000.0, "granted": 100.0, "status": "decided",
        "start": FIRST, "end": date(2026, 4, 1), "accounts": "one:a",
    } | given  # fmt: skip


def table(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=AWARDS.schema)


def ran(day: int, hours: int, gpus: int = 1, **given: Any) -> dict[str, Any]:
    start = MIDNIGHT + day * DAY
    return job(submit=start, start=start, end=start + hours * 3_600, gpus=gpus, **given)


def on(day: int) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)


def used(
    awards: pl.DataFrame, jobs: list[dict[str, Any]], day: int = 60
) -> dict[str, float | None]:
    frame = award_use(awards, facts(jobs), as_of=on(day))
    return dict(frame.select("application_id", "used").iter_rows())


def test_only_the_accounts_jobs_within_the_period_count() -> None:
    jobs = [
        ran(-1, 48, gpus=2),
        ran(3, 10),
        ran(4, 10, account="b"),
        ran(5, 10, cluster="two"),
        ran(89, 48),
    ]
    assert used(table(award("x")), jobs, day=120) == {"x": 48 + 10 + 24}


def test_the_award_that_ends_first_is_used_first() -> None:
    awards = table(
        award("long", granted=50.0, end=date(2026, 6, 1)),
        award("short", granted=30.0, end=date(2026, 3, 1)),
    )
    assert used(awards, [ran(2, 20)]) == {"long": 0, "short": 20}
    assert used(awards, [ran(2, 24), ran(4, 24)]) == {"short": 30, "long": 18}
    assert used(awards, [ran(2, 24), ran(4, 24, gpus=3)]) == {"short": 30, "long": 66}
    assert used(awards, [ran(70, 24)], day=90) == {"short": 0, "long": 24}


def test_use_is_told_in_the_awards_own_unit() -> None:
    awards = table(
        award("gpu-days", unit="GPU-days", resource="x"),
        award("node-hours", unit="node-hours", accounts="one:b"),
        award("cores", unit="core-hours"),
        award("units", unit="SU"),
    )
    jobs = [ran(1, 12, gpus=4), ran(1, 12, gpus=4, nodes=3, account="b")]
    assert used(awards, jobs) == {"gpu-days": 2.0, "node-hours": 36.0}


def test_a_resource_that_names_a_cluster_keeps_to_its_accounts() -> None:
    awards = table(award("x", resource="two", accounts="one:a;two:a"))
    assert used(awards, [ran(1, 5), ran(1, 7, cluster="two")]) == {"x": 7}


@pytest.mark.parametrize(
    "lacking",
    [
        {"accounts": None},
        {"start": None},
        {"end": None},
        {"granted": None, "status": "undecided"},
        {"status": "withdrawn"},
        {"accounts": "elsewhere:a"},
    ],
)
def test_without_accounts_dates_or_logs_use_is_unknown(lacking: dict[str, Any]) -> None:
    awards = table(award("x", **lacking))
    frame = applications(awards, award_use(awards, facts([ran(1, 5)]), as_of=on(9)))
    assert frame["used"].to_list() == [None]


def test_unknown_gpus_make_the_use_unknown() -> None:
    assert used(table(award("x")), [ran(1, 5), ran(2, 5, gpus=None)]) == {"x": None}


def test_run_out_at_the_rate_of_the_last_28_days() -> None:
    """28 of 100 hours in the last 28 days: 1 a day, and 12 before: the other 60 last 60 days."""
    awards = table(award("x", end=date(2026, 12, 31)))
    jobs = [ran(2, 12), *(ran(day, 1) for day in range(12, 40))]
    frame = applications(awards, award_use(awards, facts(jobs), as_of=on(40)), as_of=on(40).date())
    assert frame.select("used", "rate_28d").row(0) == pytest.approx((40.0, 1.0))
    assert frame["run_out_date"].to_list() == [date(2026, 2, 10) + timedelta(days=60)]


def test_a_used_up_award_tells_the_day() -> None:
    awards = table(award("x", granted=24.0))
    frame = applications(awards, award_use(awards, facts([ran(1, 24), ran(5, 24)]), as_of=on(40)))
    assert frame.select("run_out_date", "used_share").row(0) == (date(2026, 1, 2), 2.0)


@pytest.mark.parametrize(
    ("elapsed_days", "hours", "taken_back"),
    [
        (29, 0, 0.0),
        (30, 0, 0.30 * 100),
        (30, 9, 0.30 * 91),
        (30, 12, 0.15 * 88),
        (30, 15, 0.0),
        (60, 9, 0.75 * 91),
        (60, 20, 0.50 * 80),
        (60, 40, 0.33 * 60),
        (60, 50, 0.0),
        (90, 0, 0.0),
    ],
)
def test_pull_back_at_one_and_two_thirds_of_the_period(
    elapsed_days: int, hours: int, taken_back: float
) -> None:
    """An award of 100 hours over 90 days; what the rules may take of what is left of it."""
    awards = table(award("x", end=FIRST + timedelta(days=90)))
    use = award_use(awards, facts([ran(1, hours)]), as_of=on(elapsed_days))
    frame = applications(awards, use, pull_back=load_pull_back().rules)
    assert frame["pull_back"].item() == pytest.approx(taken_back)


def test_the_round_sums_the_use_that_is_known() -> None:
    awards = table(
        award("x", granted=100.0),
        award("y", accounts=None),
        award("z", granted=0.0),
    )
    row = shortfall(awards, award_use(awards, facts([ran(1, 24)]), as_of=on(9))).row(0, named=True)
    assert (row["used"], row["used_share"]) == (24.0, pytest.approx(0.24))


def test_an_account_of_cpu_jobs_on_a_tracking_cluster_used_nothing() -> None:
    others = [ran(1, 5, account="b"), ran(1, 5, gpus=0)]
    assert used(table(award("x")), others) == {"x": 0}
