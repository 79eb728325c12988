"""Grid regions, yearly factors and figures of power: what is known, and what is refused."""

import csv
from pathlib import Path

import pytest

from model.cluster_settings import ClusterSettings
from model.errors import ConfigError
from model.grid_carbon import load_grid_carbon
from model.power import Figure, load_power, tdp_w
from model.registry import load_gpus
from model.resources import config_path
from model.settings import load_settings

GRID = load_grid_carbon()


@pytest.mark.parametrize(
    ("text", "code", "country", "api_id"),
    [
        ("West Midlands", "GB-8", "GB", 8),
        ("west  midlands", "GB-8", "GB", 8),
        ("8", "GB-8", "GB", 8),
        ("GB-8", "GB-8", "GB", 8),
        ("North Wales & Merseyside", "GB-6", "GB", 6),
        ("North Wales and Merseyside", "GB-6", "GB", 6),
        ("18", "GB", "GB", 18),
        ("GB", "GB", "GB", 18),
        ("UK", "GB", "GB", 18),
        ("Northern Ireland", "GB-NIR", "GB", None),
        ("GB-NIR", "GB-NIR", "GB", None),
        ("DE", "DE", "DE", None),
        ("us-cal-ciso", "US-CAL-CISO", "US", None),
    ],
)
def test_a_region_is_known_by_name_number_and_code(text, code, country, api_id):
    found = GRID.region(text)
    assert found is not None
    assert (found.code, found.country, found.api_id) == (code, country, api_id)


@pytest.mark.parametrize("text", ["", "Kent", "0", "19", "GB-19", "GB-XYZ", "ZZ", "ZZ-1"])
def test_what_is_no_region_is_none(text):
    assert GRID.region(text) is None


def test_great_britain_has_seventeen_regions_and_itself():
    assert [each.api_id for each in GRID.regions] == list(range(1, 19))
    assert len({each.name for each in GRID.regions}) == 18


def test_the_factors_are_those_of_the_registry(shared: Path):
    with (shared / "registry" / "grid_carbon.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows
    for row in rows:
        country, _, series = row["country"].partition("-")
        found = GRID.yearly(country, int(row["year"]), "desnz" if series else "ember")
        assert found is not None
        assert (found.year, found.g_per_kwh) == (int(row["year"]), float(row["gco2e_per_kwh"]))
    held = sum(len(f) for s in GRID.file.series.values() for f in s.factors.values())
    assert held == len(rows)


def test_a_year_without_a_factor_has_that_of_the_latest_year_before_it():
    later = GRID.yearly("GB", 2026, "ember")
    assert later is not None
    assert later.year == 2024
    lacking = GRID.yearly("GB", 2021, "desnz")
    assert lacking is not None
    assert lacking.year == 2014
    assert GRID.yearly("GB", 2014, "ember") is None
    assert GRID.yearly("DE", 2024, "desnz") is None


def test_all_faults_of_a_file_are_told_together(tmp_path: Path):
    text = config_path("grid_carbon.yaml").read_text(encoding="utf-8")
    text = text.replace("  GB: GBR\n", "").replace("{id: 2, name", "{id: 1, name")
    path = tmp_path / "grid_carbon.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_grid_carbon(path)
    told = "\n".join(refused.value.faults)
    assert "country 'GB' is not under countries" in told
    assert "region 1 again" in told


def test_settings_turn_a_region_into_its_code_and_refuse_others(tmp_path: Path):
    assert ClusterSettings(name="a", grid_region="West Midlands").grid_region == "GB-8"
    path = tmp_path / "plimsoll.yaml"
    path.write_text(
        "clusters:\n  - {name: a, grid_region: 8}\n  - {name: b, grid_region: Kelvin}\n"
    )
    with pytest.raises(ConfigError) as refused:
        load_settings(path)
    assert len(refused.value.faults) == 1
    assert "plimsoll.yaml:3" in refused.value.faults[0]
    assert "unknown grid region 'Kelvin'" in refused.value.faults[0]


def test_every_figure_of_power_has_a_source_and_its_bounds_in_order():
    power = load_power()
    figures = [value for _, value in power if isinstance(value, Figure)]
    figures += [value for _, value in power.embodied if isinstance(value, Figure)]
    assert len(figures) > 8
    for figure in figures:
        bounds = (figure.low or figure.value, figure.high or figure.value)
        assert min(bounds) <= figure.value <= max(bounds)
        assert figure.title
        assert figure.grade
        assert figure.assumed == (figure.grade == "E-unverified")


def test_wrong_figures_of_power_are_told_together(tmp_path: Path):
    text = config_path("power.yaml").read_text(encoding="utf-8")
    text = text.replace("h200-sxm:", "h200-smx:").replace("  low: 4.2\n", "  low: 14.2\n")
    path = tmp_path / "power.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_power(path)
    assert len(refused.value.faults) == 2
    assert "Did you mean 'h200-sxm'" in str(refused.value)


def test_a_family_draws_as_much_as_the_hungriest_of_its_members():
    cards = load_gpus()
    assert tdp_w(cards, "a100") == 400
    assert tdp_w(cards, "h100") == 700
    assert tdp_w(cards, "t4") == 70
    assert tdp_w(cards, "no-such-card") is None
    assert tdp_w(cards, "gh200-144") is None


def test_an_hour_of_a_card_bears_its_part_of_what_making_it_cost():
    embodied = load_power().embodied
    per_hour = (150 + 2500 / 4) / (5 * 8766)
    assert embodied.kg_per_gpu_hour("a100-sxm-80", 0.25) == pytest.approx(per_hour)
    assert embodied.kg_per_gpu_hour("h100-sxm", 0) == pytest.approx(164 / (5 * 8766))
