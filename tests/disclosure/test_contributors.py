"""Who contributes what, beside a plain walk through the jobs."""

from collections import defaultdict
from datetime import UTC, datetime

import polars as pl
from job_rows import facts, job

from analytics.calendar import calendar
from analytics.disclosure import contributors
from model.schemas import AWARDS

BEGIN, END = datetime(2026, 1, 10, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
DAY = 86_400


def at(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp())


JOBS = (
    job(user="a", account="x", gpus=2, start=at(2026, 1, 12), end=at(2026, 1, 13)),
    job(user="a", account="x", gpus=1, start=at(2026, 1, 31), end=at(2026, 3, 2)),
    job(user="b", account="y", gpus=4, start=at(2026, 1, 1), end=at(2026, 1, 11)),
    job(user="b", account="y", gpus=4, start=at(2026, 3, 31), end=at(2026, 4, 20)),
    job(user="c", account="y", gpus=0, start=at(2026, 2, 1), end=at(2026, 2, 2)),
    job(user="d", account="z", gpus=8, submit=at(2026, 2, 1), end=at(2026, 2, 3)),
)
MONTHS = calendar(BEGIN, END, period="month", timezone="UTC")


def amounts(frame: pl.LazyFrame) -> dict[tuple[str, int], float]:
    found = defaultdict(float)
    for row in frame.collect().iter_rows(named=True):
        found[row["user"], row["period_start"].month] += row["amount"]
    return dict(found)


def test_held_time_is_cut_at_months_and_at_the_span():
    assert amounts(contributors.held(facts(JOBS), MONTHS, by=())) == {
        ("a", 1): 2 * DAY + DAY,
        ("a", 2): 28 * DAY,
        ("a", 3): DAY,
        ("b", 1): 4 * DAY,
        ("b", 3): 4 * DAY,
    }


def test_events_are_booked_to_their_month():
    started = facts(JOBS).filter(pl.col("started"))
    one = pl.lit(1.0)
    assert amounts(contributors.events(started, MONTHS, at="start", amount=one)) == {
        ("a", 1): 2.0, ("b", 3): 1.0, ("c", 2): 1.0,
    }  # fmt: skip


def test_a_job_waits_until_it_starts_or_leaves():
    def waiting(moment: int) -> list[str]:
        found = contributors.pending(facts(JOBS), moment, by=())
        return sorted(found.collect()["user"])

    assert waiting(at(2026, 2, 2)) == ["b", "d"]
    assert waiting(at(2026, 2, 4)) == ["b"]


def test_the_pi_of_an_award_stands_for_its_accounts_and_else_the_account_does():
    award = dict.fromkeys(AWARDS.schema) | {
        "call": "c", "round": "r", "application_id": "1", "resource": "m", "tranche": "",
        "pi": "Ada", "institution": "Uni", "accounts": "one:x;one:y",
    }  # fmt: skip
    awards = pl.DataFrame([award], schema=AWARDS.schema)
    named = contributors.who(contributors.held(facts(JOBS), MONTHS, by=()).collect(), awards)
    assert set(named["body"]) == {"Ada"}
    without = contributors.who(
        contributors.held(facts(JOBS), MONTHS, by=()).collect(), awards.clear()
    )
    assert set(without["body"]) == {"x", "y"}
