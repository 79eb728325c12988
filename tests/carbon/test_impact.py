"""A proposal's statement: figures by hand, bounds in order, every assumption told, bad calls refused."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from analytics.impact import Project, Range, impact, yearly_intensity
from model.equivalents import load_equivalents
from model.errors import InputError
from model.grid_carbon import load_grid_carbon
from model.power import load_power, tdp_w
from model.registry import load_gpus
from plimsoll.cli.root import cli
from reports.wording import three_digits

CARDS = load_gpus()
POWER = load_power()
CALL = ("report", "impact", "--gpu", "h100-sxm", "--gpu-hours", "20000", "--year", "2024")


def run(*arguments: str, config: Path | None = None) -> Result:
    before = ("--config", str(config)) if config else ()
    return CliRunner().invoke(cli, [*before, *arguments])


def figures(*arguments: str, config: Path | None = None) -> dict[str, dict[str, float]]:
    got = run(*arguments, "--format", "json", config=config)
    assert got.exit_code == 0, got.output
    return {row["quantity"]: row for row in json.loads(got.output)["figures"]}


def test_a_project_by_hand():
    project = Project(
        gpu="a100-sxm-80",
        gpu_hours=1000,
        pue=Range.exactly(1.2),
        utilisation=Range.exactly(0.5),
        intensity=Range.exactly(100),
        intensity_source="by hand",
    )
    table = impact(project, catalogue=CARDS, power=POWER, equivalents=load_equivalents())
    central = dict(zip(table["quantity"], table["central"], strict=True))
    watts = 48 + 0.5 * (400 - 48) + 16 * 12 + 128 * 0.3725
    kwh = watts * 1.2
    assert central["power of a GPU with its host"] == pytest.approx(watts)
    assert central["energy"] == pytest.approx(kwh)
    assert central["operational carbon"] == pytest.approx(kwh * 0.1)
    made = (150 + 2500 / 4) / (5 * 8766) * 1000
    assert central["embodied carbon"] == pytest.approx(made)
    assert central["carbon"] == pytest.approx(kwh * 0.1 + made)
    assert central["carbon of a GPU-hour"] == pytest.approx(kwh * 0.1 + made)
    households = "years of the electricity of a typical household in Great Britain"
    assert central[households] == pytest.approx(kwh / 2700)


@pytest.mark.parametrize("card", [card for card in CARDS if tdp_w(CARDS, card)])
def test_low_is_never_above_high(card):
    ranges = {name: Range.of(getattr(POWER, name)) for name in ("pue", "utilisation")}
    project = Project(card, 10, **ranges, intensity=Range(1, 2, 3), intensity_source="x")
    table = impact(project, catalogue=CARDS, power=POWER, equivalents=load_equivalents())
    assert (table["low"] <= table["central"]).all()
    assert (table["central"] <= table["high"]).all()
    assert (table["low"] > 0).all()
    assert (table["source"] != "").all()


@given(
    st.dictionaries(st.integers(2000, 2030), st.floats(1, 900), min_size=1, max_size=12),
    st.integers(1995, 2050),
)
def test_a_factor_of_another_year_widens_and_that_of_its_own_does_not(factors, year):
    found = yearly_intensity(factors, year)
    if found is None:
        assert year < min(factors)
        return
    of, latest = found
    assert latest == max(each for each in factors if each <= year)
    assert 0 <= of.low <= of.central == factors[latest] <= of.high
    if latest == year:
        assert of.low == of.central == of.high


def test_the_trend_of_five_years_bounds_the_years_after():
    found = yearly_intensity({2020: 100.0, 2021: 110.0, 2022: 99.0}, 2024)
    assert found is not None
    of, _ = found
    assert of.low == pytest.approx(99 * 0.9**2)
    assert of.high == pytest.approx(99 * 1.1**2)


def test_what_is_stated_is_taken_and_no_longer_assumed():
    stated = run(
        *CALL, "--region", "GB", "--pue", "1.1", "--utilisation", "0.7", "--format", "json"
    )
    told = json.loads(stated.output)
    assumed = " ".join(told["assumptions"])
    assert "PUE" not in assumed
    assert "Mean activity" not in assumed
    assert "taken to be that of Great Britain" not in assumed
    rows = {row["quantity"]: row for row in told["figures"]}
    assert rows["carbon intensity"]["low"] == rows["carbon intensity"]["high"] == 210.89
    left_open = " ".join(json.loads(run(*CALL, "--format", "json").output)["assumptions"])
    for word in ("PUE 1.56", "Mean activity", "Great Britain: none was stated", "E-unverified"):
        assert word in left_open


def test_a_site_of_the_settings_or_of_the_registry_tells_grid_and_facility(tmp_path):
    config = tmp_path / "plimsoll.yaml"
    config.write_text("clusters:\n  - {name: mine, grid_region: DE, pue: 1.3}\n")
    mine = figures(*CALL, "--site", "mine", "--utilisation", "1", config=config)
    assert mine["carbon intensity"]["central"] == 344.14
    watts = 700 + 16 * 12 + 128 * 0.3725
    assert mine["energy"]["central"] == pytest.approx(watts * 1.3 * 20)
    finland = figures(*CALL, "--site", "fi-lumi-g")
    assert finland["carbon intensity"]["central"] == 72.25
    over = figures(*CALL, "--site", "fi-lumi-g", "--region", "GB")
    assert over["carbon intensity"]["central"] == 210.89


def test_the_two_series_are_asked_for_by_name_and_differ():
    ember, desnz = (
        figures(*CALL, "--region", "GB", "--factors", name) for name in ("ember", "desnz")
    )
    assert ember["carbon intensity"]["central"] == 210.89
    assert desnz["carbon intensity"]["central"] == 207.05


@pytest.mark.parametrize("style", ["text", "md", "csv", "json"])
def test_every_style_has_the_figures_and_can_go_to_a_file(style, tmp_path):
    file = tmp_path / f"statement.{style}"
    got = run(*CALL, "--format", style, "--output", str(file))
    assert got.exit_code == 0, got.output
    text = file.read_text(encoding="utf-8")
    assert "operational carbon" in text
    assert text == run(*CALL, "--format", style).output


def test_csv_and_json_are_one_and_carry_sources():
    rows = list(csv.DictReader(io.StringIO(run(*CALL, "--format", "csv").output)))
    for row, other in zip(rows, figures(*CALL).values(), strict=True):
        assert float(row["central"]) == other["central"]
        assert row["source"] == other["source"]
    assert any("Ofgem" in row["source"] for row in rows)
    assert any("E-unverified" in row["source"] for row in rows)


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--gpu", "h1000", "--gpu-hours", "1"), "no GPU 'h1000'"),
        (("--gpu", "gh200-144", "--gpu-hours", "1"), "design power of gh200-144 is not known"),
        (("--gpu", "t4", "--gpu-hours", "1", "--site", "atlantis"), "no site 'atlantis'"),
        (("--gpu", "t4", "--gpu-hours", "1", "--region", "Narnia"), "no grid region 'Narnia'"),
        (("--gpu", "t4", "--gpu-hours", "1", "--year", "2010"), "no ember factor of GB for 2010"),
        (
            ("--gpu", "t4", "--gpu-hours", "1", "--region", "DE", "--factors", "desnz"),
            "no desnz factor",
        ),
        (("--gpu", "t4", "--gpu-hours", "1", "--output", "/nowhere/at/all.txt"), "cannot write"),
    ],
)
def test_a_wrong_call_is_one_line(arguments, what):
    got = run("report", "impact", *arguments)
    assert isinstance(got.exception, InputError)
    assert what in str(got.exception)
    assert got.exception.exit_code == 2


@pytest.mark.parametrize("hours", ["0", "-1", "many"])
def test_hours_must_be_hours(hours):
    assert run("report", "impact", "--gpu", "t4", "--gpu-hours", hours).exit_code == 2


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1234.5, "1,230"),
        (45.64, "45.6"),
        (0.007891, "0.00789"),
        (999.6, "1,000"),
        (5, "5.00"),
    ],
)
def test_three_digits_are_shown(value, text):
    assert three_digits(value) == text


def test_a_mig_type_or_another_spelling_names_its_card():
    assert figures("report", "impact", "--gpu", "NVIDIA_A100-SXM4-80GB", "--gpu-hours", "1")
    assert load_grid_carbon().region("GB") is not None
