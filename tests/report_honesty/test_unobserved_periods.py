"""Logs that lie years apart: no lines of the time between them, and a note that says so."""

from datetime import UTC, date, datetime

import polars as pl

from model.question import Answer, Question
from reports.capacity_report.unobserved import without_unobserved

QUARTERS = [date(year, month, 1) for year in (2016, 2017, 2018) for month in (1, 4, 7, 10)]
EARLY = (datetime(2016, 12, 22, tzinfo=UTC), datetime(2017, 1, 1, tzinfo=UTC))
LATE = (datetime(2018, 11, 20, 15, tzinfo=UTC), datetime(2018, 11, 20, 17, tzinfo=UTC))


def answer(question: Question, starts: list[date] = QUARTERS) -> Answer:
    return Answer(question, pl.DataFrame({"period_start": starts, "gpu_hours": 1.0}), ("told",))


def test_quarters_without_any_observation_have_no_line():
    found = without_unobserved(answer(Question("usage", period="quarter")), [EARLY, LATE])
    assert found.frame["period_start"].to_list() == [date(2016, 10, 1), date(2018, 10, 1)]
    assert found.notes == ("told", "10 quarters in which nothing was observed are left out.")


def test_a_quarter_counts_as_far_as_the_question_goes():
    asked = Question("usage", period="quarter", until=date(2018, 11, 1))
    found = without_unobserved(answer(asked), [EARLY, LATE])
    assert found.frame["period_start"].to_list() == [date(2016, 10, 1)]


def test_midnight_is_that_of_the_site():
    """The first span ends with the year in UTC; in Auckland that is the middle of a day."""
    asked = Question("usage", period="quarter", timezone="Pacific/Auckland")
    found = without_unobserved(answer(asked), [EARLY])
    assert found.frame["period_start"].to_list() == [date(2016, 10, 1), date(2017, 1, 1)]


def test_what_is_observed_throughout_stays_as_it_is():
    asked = answer(Question("usage", period="quarter"), [date(2016, 10, 1)])
    assert without_unobserved(asked, [EARLY]) is asked
    total = Answer(Question("usage"), pl.DataFrame({"gpu_hours": [1.0]}), ())
    assert without_unobserved(total, [EARLY]) is total


def test_a_report_of_logs_years_apart_has_no_lines_of_the_time_between(of_jobs, tmp_path):
    old = (tmp_path / "jobs.txt").read_text().replace("2026-", "2020-")
    (tmp_path / "old.txt").write_text(old)
    done = of_jobs("ingest", "jobs", "old.txt", "--cluster", "one", "--timezone", "UTC",
                   "--window", "2020-01-01/2020-06-01")  # fmt: skip
    assert done.code == 0, done.err
    made = of_jobs("report", "capacity", "--section", "waits", "--no-disclosure-control",
                   "--output", "r.md")  # fmt: skip
    assert made.code == 0, made.err
    lines = (tmp_path / "r.md").read_text().splitlines()
    starts = [line.split("|")[1].strip() for line in lines if line.startswith("| 1 ")]
    assert {start[-4:] for start in starts} == {"2020", "2026"}
    assert any("22 quarters in which nothing was observed are left out." in line for line in lines)
