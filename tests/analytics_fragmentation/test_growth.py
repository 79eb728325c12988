"""Clusters by year: a registry and a survey reckoned by hand, and the registry that is there."""

from datetime import date

import polars as pl
import pytest

from analytics.growth import GROWTH_SCHEMA, growth
from ingest.survey import read_surveys
from model.machines import Machine
from model.registry import Registry, load_registry
from model.survey import SURVEY_SCHEMA

TODAY = date(2026, 6, 1)
NOBODY = SURVEY_SCHEMA.to_frame()


def machine(name: str, gpus: int | None, in_service: str | None, **more: object) -> Machine:
    given = {
        "id": f"uk-{name.lower()}",
        "name": name,
        "operator": "someone",
        "country": "GB",
        "sector": "academic",
        "tier": "UK Tier-2",
        "gpus": gpus,
        "in_service": in_service,
        "sources": [{"covers": ["gpus"], "title": "page", "grade": "A-operator"}],
    }
    return Machine.model_validate({**given, **more})


def registry(*machines: Machine) -> Registry:
    real = load_registry()
    return Registry(machines, real.gpus, real.denominators, real.attribution)


def surveyed(*rows: dict[str, object]) -> pl.DataFrame:
    base = {"institution": "Uni", "year_from": 2021, "source": "mail", "grade": "D-secondary"}
    return pl.DataFrame([{**base, **row} for row in rows], schema=SURVEY_SCHEMA)


def lines(finding) -> dict[int, dict[str, object]]:
    return {row["year"]: row for row in finding.frame.to_dicts()}


def test_worked_example_of_growth():
    """2021: 100. 2022: 100 + 60 + 10 + 30: HHI of 200 is (100² + 60² + 10² + 30²) / 200²."""
    machines = registry(machine("big", 100, "2021-03"), machine("mid", 60, "2022"))
    survey = surveyed(
        {"name": "a", "gpus": 10, "year_from": 2022, "year_to": 2024},
        {"name": "b", "gpus": 30, "year_from": 2022, "grade": "E-unverified"},
    )
    found = lines(growth(machines, survey, today=TODAY))
    assert list(found) == [2021, 2022, 2023, 2024, 2025]
    assert found[2021] == {
        "year": 2021,
        "clusters": 1,
        "gpus": 100,
        "gpus_in_small_clusters": 0,
        "share_below_32_gpus": 0,
        "effective_clusters": 1,
        "clusters_of_survey": 0,
        "clusters_unverified": 0,
        "gpus_unverified": 0,
    }
    assert found[2022]["clusters"] == 4
    assert found[2022]["share_below_32_gpus"] == pytest.approx(40 / 200)
    assert found[2022]["effective_clusters"] == pytest.approx(200**2 / (10000 + 3600 + 100 + 900))
    assert (found[2022]["clusters_of_survey"], found[2022]["gpus_unverified"]) == (2, 30)
    assert [found[year]["gpus"] for year in (2023, 2024, 2025)] == [200, 190, 190]


def test_32_gpus_are_not_fewer_than_32():
    found = growth(
        registry(machine("a", 32, "2024"), machine("b", 31, "2024")), NOBODY, today=TODAY
    )
    assert found.frame["gpus_in_small_clusters"].to_list() == [31, 31]


def test_partitions_of_one_operator_are_one_cluster():
    parts = [machine(name, 20, "2024", partition=name) for name in ("gpu", "infer")]
    other = machine("other", 20, "2024", partition="gpu", operator="somebody else")
    found = growth(registry(*parts, other), NOBODY, today=TODAY).frame
    assert found["clusters"].to_list() == [2, 2]
    assert found["gpus_in_small_clusters"].to_list() == [20, 20]


def test_what_is_no_small_public_machine_with_a_known_count_is_left_out():
    left_out = [
        machine("abroad", 50, "2020", country="DE"),
        machine("shop", 50, "2020", sector="commercial"),
        machine("national", 50, "2020", tier="UK AIRR"),
        machine("planned", 50, "2020", kind="planned"),
        machine("uncounted", None, "2020"),
        machine("undated", 50, None),
        machine("gone", 50, "2019", retired="unknown"),
        machine("empty", 0, "2020"),
    ]
    finding = growth(registry(*left_out, machine("here", 40, "2023")), NOBODY, today=TODAY)
    assert finding.frame["clusters"].to_list() == [1, 1, 1]
    assert any("uncounted, undated, gone" in note for note in finding.notes)


def test_years_asked_for_end_within_the_span():
    machines = registry(machine("a", 40, "2019"))
    between = growth(
        machines, NOBODY, today=TODAY, since=date(2020, 12, 31), until=date(2023, 12, 31)
    )
    assert between.frame["year"].to_list() == [2020, 2021, 2022]
    assert growth(machines, NOBODY, today=date(2020, 12, 31)).frame["year"].to_list() == [
        2019,
        2020,
    ]
    assert growth(machines, NOBODY, today=date(2018, 1, 1)).frame.schema == GROWTH_SCHEMA


def test_a_least_grade_takes_figures_out():
    weak = [{"covers": ["gpus"], "title": "hearsay", "grade": "E-unverified"}]
    machines = registry(machine("a", 40, "2024"), machine("b", 50, "2024", sources=weak))
    survey = surveyed({"name": "c", "gpus": 5}, {"name": "d", "gpus": 6, "grade": "C-press"})
    whole = lines(growth(machines, survey, today=TODAY))[2025]
    assert (whole["gpus"], whole["gpus_unverified"]) == (101, 50)
    assert lines(growth(machines, survey, today=TODAY, min_grade="C-press"))[2025]["gpus"] == 46


def test_a_surveyed_cluster_that_the_registry_has_counts_once():
    finding = growth(
        registry(machine("Hydra", 40, "2024")), surveyed({"name": "hydra", "gpus": 40}), today=TODAY
    )
    assert finding.frame["gpus"].to_list() == [40, 40]
    assert any("hydra" in note for note in finding.notes)


def test_without_a_survey_the_table_says_what_is_missing():
    finding = growth(registry(machine("a", 40, "2024")), NOBODY, today=TODAY)
    assert any("No survey" in note for note in finding.notes)


def test_the_registry_of_the_program_has_its_published_machines():
    found = lines(growth(load_registry(), NOBODY, today=date(2026, 11, 1)))
    # JADE2 (504) went in November 2024.
    assert found[2023]["gpus"] - found[2024]["gpus"] > 450
    assert all(1 <= row["effective_clusters"] <= row["clusters"] for row in found.values())


HEADER = "name,institution,gpus,year_from,year_to,pue,source,grade\n"


def test_a_survey_is_read_whole(tmp_path):
    text = "# a comment\n" + HEADER + 'Hydra,"Uni, North",8,2021,,1.6,web page,D-secondary\n\n'
    file = tmp_path / "survey.csv"
    file.write_text(text, encoding="utf-8")
    frame = read_surveys([file])
    assert frame.schema == SURVEY_SCHEMA
    assert frame.to_dicts() == [
        {
            "name": "Hydra",
            "institution": "Uni, North",
            "gpus": 8,
            "gpu_model": None,
            "year_from": 2021,
            "year_to": None,
            "pue": 1.6,
            "source": "web page",
            "grade": "D-secondary",
            "note": None,
        }
    ]
    assert read_surveys([]).equals(NOBODY)
