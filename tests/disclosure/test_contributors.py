"""Who contributes what, beside a plain walk through the jobs."""

from collections import defaultdict
from datetime import UTC, datetime

import polars as pl
from job_rows import facts, job

from analytics.calendar import calendar
from analytics.disclosure import contributors
from analytics.parted import Part, Parted
from model.schemas import AWARDS
from reports.disclosure.contributions import Contributions, contributions

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


KINDS = pl.DataFrame(
    [("one", "n1", "training", "a100"), ("one", "n2", "inference", "l4")],
    schema=["cluster", "node", "node_role", "gpu_model"], orient="row",
)  # fmt: skip
NODED = tuple({**each, "node_list": "n[1-2]" if each["gpus"] == 4 else "n1"} for each in JOBS)
FIELDS = Contributions.__dataclass_fields__


def told(made: Contributions, name: str, by: str | None = None) -> dict[tuple, float]:
    found = defaultdict(float)
    for row in getattr(made, name).iter_rows(named=True):
        found[row["user"], row["period_start"].month, *([row[by]] if by else [])] += row["amount"]
    return dict(found)


def test_each_sum_has_the_contributions_of_its_own_jobs():
    made = contributions(facts(NODED), MONTHS, KINDS)
    held = amounts(contributors.held(facts(JOBS), MONTHS, by=()))
    assert told(made, "held") == held
    assert told(made, "by_node", "node_role") == {
        (user, month, role): seconds / (2 if user == "b" else 1)
        for (user, month), seconds in held.items()
        for role in (("training", "inference") if user == "b" else ("training",))
    }
    assert told(made, "started", "gpus_band") == {
        ("a", 1, "1"): 1.0, ("a", 1, "2-4"): 1.0, ("b", 3, "2-4"): 1.0, ("c", 2, "0"): 1.0,
    }  # fmt: skip
    assert told(made, "ended", "job_state") == {
        ("a", 1, "COMPLETED"): 1.0, ("a", 3, "COMPLETED"): 1.0, ("b", 1, "COMPLETED"): 1.0,
        ("c", 2, "COMPLETED"): 1.0,
    }  # fmt: skip
    assert told(made, "ended_gpus", "job_state") == {
        ("a", 1, "COMPLETED"): 2 * DAY, ("a", 3, "COMPLETED"): 30 * DAY,
        ("b", 1, "COMPLETED"): 4 * 10 * DAY, ("c", 2, "COMPLETED"): 0,
    }  # fmt: skip
    assert told(made, "left") == {("d", 2): JOBS[5]["req_gpus"]}


def test_months_of_submission_add_up_to_the_whole():
    frames = [facts(NODED[:2]), facts(NODED[2:4]), facts(NODED[4:])]
    lasts = [at(2026, 3, 2), at(2026, 4, 20), at(2026, 2, 3)]
    parts = tuple(Part(frame, 2, last_s=last) for frame, last in zip(frames, lasts, strict=True))
    parted = contributions(Parted(pl.concat(frames), parts), MONTHS, KINDS)
    whole = contributions(facts(NODED), MONTHS, KINDS)
    for name in FIELDS:
        assert told(parted, name) == told(whole, name), name
        assert getattr(parted, name).height > 0


def test_without_any_time_nobody_contributes():
    nothing = contributions(facts(NODED), None, KINDS)
    whole = contributions(facts(NODED), MONTHS, KINDS)
    for name in FIELDS:
        assert getattr(nothing, name).is_empty()
        assert set(getattr(nothing, name).columns) == set(getattr(whole, name).columns)
