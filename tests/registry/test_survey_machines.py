"""Clusters of a survey beside the machines of the registry."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from model.question import Question
from model.registry import load_registry
from model.settings import Settings
from reports.answer import answer

SURVEY = """name,institution,gpus,gpu_model,year_from,year_to,source,grade
attic,University of A,8,a100-sxm-80,2021,,head of group,D-secondary
cellar,University of B,4,NVIDIA A100,2019,2023,head of group,
shed,University of B,6,a card nobody knows,2022,,head of group,
Baskerville,University of Birmingham,500,a100-sxm-80,2021,,double,
"""


@pytest.fixture
def settings(tmp_path):
    file = tmp_path / "survey.csv"
    file.write_text(SURVEY)
    return Settings(surveys=(file,))


def show(table: str, settings: Settings, **changes: Any) -> pl.DataFrame:
    question = Question(table, **changes)
    return answer(question, store=None, settings=settings, registry=load_registry()).frame


def test_group_clusters_stand_beside_machines_and_are_told_apart(settings):
    on = date(2022, 12, 31)
    plain, more = show("capacity", Settings(), on=on), show("capacity", settings, on=on)
    added = more.join(plain, on="id", how="anti").sort("id")
    assert added["id"].to_list() == [
        "survey-university-of-a-attic-2021",
        "survey-university-of-b-cellar-2019",
        "survey-university-of-b-shed-2022",
    ]
    assert added["tier"].unique().to_list() == ["UK group (survey)"]
    assert added["counted"].to_list() == ["yes"] * 3
    assert added["grade"].to_list() == ["D-secondary", "E-unverified", "E-unverified"]
    assert added["a100_equivalents_16bit"].to_list() == [8.0, 4.0, None]
    home = show("capacity", settings, on=on, by=("tier",), where=(("country", "GB"),))
    group = home.filter(pl.col("tier") == "UK group (survey)")
    assert group.select("machines", "gpus", "gpus_without_16bit").row(0) == (3, 18, 6)


def test_they_come_and_go_by_year(settings):
    frame = show("capacity_history", settings, where=(("tier", "UK group (survey)"),))
    cards = dict(frame.select("year", "gpus").iter_rows())
    assert [cards[year] for year in (2018, 2019, 2021, 2022, 2023)] == [0, 4, 12, 18, 14]


def test_grades_leave_them_out(settings):
    frame = show("capacity", settings, on=date(2022, 12, 31), min_grade="D-secondary")
    surveyed = frame.filter(pl.col("tier") == "UK group (survey)")
    assert surveyed.filter(pl.col("counted") == "yes")["gpus"].to_list() == [8]
