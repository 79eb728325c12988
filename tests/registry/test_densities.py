"""Capacity per head, per researcher and per GDP, by hand."""

from datetime import date

import polars as pl
import pytest

from analytics.capacity import capacity
from analytics.densities import DENSITIES_SCHEMA, densities
from analytics.finding import Finding
from model.registry import Country, Registry, load_registry

ON = date(2026, 5, 1)
COUNTRIES = {
    "GB": Country.model_validate(
        {
            "population": {"value": 50_000_000, "year": 2024},
            "gdp_usd": {"value": 2_000_000_000_000, "year": 2020},
            "researchers_fte": {"value": 200_000, "year": 2015},
            "researchers_fte_newer": {"value": 250_000, "year": 2021},
        }
    ),
    "CA": Country.model_validate(
        {
            "population": {"value": 40_000_000, "year": 2024},
            "gdp_usd": {"value": 1_000_000_000_000, "year": 2023},
        }
    ),
}


def machine(country: str, gpus: int, a100: float | None) -> dict[str, object]:
    return {
        "counted": "yes",
        "country": country,
        "gpus": gpus,
        "a100_equivalents_16bit": a100,
        "rgu": None,
        "memory_tb": None,
        "fp64_pflops": None,
        "power_mw": None,
        "power_basis": None,
        "per_million_people": None,
        "per_1000_researchers": None,
        "per_1000_researchers_newer": None,
        "per_billion_usd_gdp": None,
    }


@pytest.fixture(scope="module")
def found() -> Finding:
    lines = pl.DataFrame(
        [
            machine("GB", 100, 300.0),
            machine("GB", 50, None),
            machine("CA", 80, 80.0),
            machine("ZZ", 10, 10.0),
        ],
        infer_schema_length=None,
    )
    return densities(lines, COUNTRIES, on=ON)


def line(found: Finding, country: str, unit: str) -> dict[str, object]:
    return found.frame.filter(country=country, unit=unit).row(0, named=True)


def test_a_density_divides_what_is_known_and_counts_what_is_not(found: Finding):
    row = line(found, "GB", "a100_equivalents_16bit")
    assert (row["value"], row["gpus_without"], row["machines"]) == (300.0, 50, 2)
    assert row["per_million_people"] == 6.0
    assert row["per_billion_usd_gdp"] == 0.15
    assert found.frame.schema == DENSITIES_SCHEMA


def test_two_numbers_of_researchers_make_a_range_and_none_makes_no_figure(found: Finding):
    row = line(found, "GB", "gpus")
    assert row["per_1000_researchers_low"] == pytest.approx(0.6)
    assert row["per_1000_researchers_high"] == pytest.approx(0.75)
    assert line(found, "CA", "gpus")["per_1000_researchers_low"] is None


def test_old_denominators_are_named_with_their_years(found: Finding):
    assert line(found, "GB", "gpus")["old_denominators"] == "researchers (2015), GDP (2020)"
    assert line(found, "CA", "gpus")["old_denominators"] is None


def test_a_country_without_denominators_and_an_unknown_unit_stay_empty(found: Finding):
    assert line(found, "ZZ", "gpus")["per_million_people"] is None
    assert any("for ZZ" in note for note in found.notes)
    assert line(found, "CA", "rgu")["value"] is None


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


def test_cards_per_head_are_those_of_the_table_of_capacity(registry: Registry):
    lines = capacity(registry, on=ON)
    frame = densities(lines, registry.denominators.countries, on=ON).frame
    counted = lines.filter(pl.col("counted") == "yes", pl.col("country") == "DE")
    row = frame.filter(country="DE", unit="gpus").row(0, named=True)
    assert row["per_million_people"] == pytest.approx(counted["per_million_people"].sum())
    ends = sorted(counted[f"per_1000_researchers{end}"].sum() for end in ("", "_newer"))
    assert [row["per_1000_researchers_low"], row["per_1000_researchers_high"]] == pytest.approx(
        ends
    )
