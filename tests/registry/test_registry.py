"""The registry's own records: origins, dates, and files with faults."""

import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml

from model.dates import resolve
from model.errors import ConfigError
from model.origin import GRADES, best_grade, grade_named
from model.registry import load_registry
from model.resources import config_path


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A copy of the packaged registry, to be spoilt."""
    for name in ("gpus.yaml", "denominators.yaml"):
        shutil.copy(config_path(name), tmp_path)
    (tmp_path / "machines").mkdir()
    shutil.copy(config_path("machines", "canada.yaml"), tmp_path / "machines")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2021-10-05", date(2021, 10, 5)),
        ("2021-10", date(2021, 10, 1)),
        ("2021", date(2021, 12, 31)),
        ("2018..2022", date(2022, 12, 31)),
        ("2022-12..2023", date(2023, 12, 31)),
        ("2021-11..2022-08", date(2022, 8, 1)),
    ],
)
def test_imprecise_dates(text: str, day: date):
    assert resolve(text) == day


@pytest.mark.parametrize("text", ["", "soon", "2021-13", "2021-02-30", "2020/2021", "21", "2021-1"])
def test_what_is_no_date(text: str):
    with pytest.raises(ValueError, match=r"date|month|day"):
        resolve(text)


def test_every_record_and_figure_of_the_shared_registry_is_here(shared: Path):
    theirs = yaml.safe_load((shared / "registry" / "machines.yaml").read_text())["machines"]
    registry = load_registry()
    assert len(theirs) == 105
    assert {row["id"] for row in theirs} == {machine.id for machine in registry.machines}
    for row in theirs:
        ours = registry.machine(row["id"])
        assert ours is not None
        for field, name in (
            ("gpus", "gpu_count"), ("gpus_per_node", "gpus_per_node"), ("gpu_nodes", "gpu_nodes"),
            ("rmax_pflops", "rmax_pflops"), ("rpeak_pflops", "rpeak_pflops"), ("country", "country"),
            ("operator", "operator"), ("count_unit", "count_unit"),
        ):  # fmt: skip
            assert getattr(ours, field) == row[name], (ours.id, field)
        assert len(ours.sources) == len(row["sources"])
        assert [each.grade for each in ours.sources] == [each["grade"] for each in row["sources"]]
        confidence = None if row["confidence"] == "none" else row["confidence"]
        assert best_grade(ours.sources, "gpus") == confidence, ours.id


def test_no_sentence_of_a_source_was_carried_over(shared: Path):
    theirs = (shared / "registry" / "machines.yaml").read_text()
    for machine in load_registry().machines:
        for said in (machine.caveat, machine.scope, *(source.says for source in machine.sources)):
            assert not said or len(said) < 25 or said not in theirs, (machine.id, said)


def test_faults_of_several_files_come_together_with_their_lines(config: Path):
    path = config / "machines" / "canada.yaml"
    text = path.read_text().replace("gpu: a100-sxm-40,", "gpu: a100-sxm-4,", 1)
    path.write_text(text.replace("retired:", "retierd:").replace("gpus: 324\n", "gpus: 325\n"))
    line = next(n for n, each in enumerate(text.splitlines(), 1) if "a100-sxm-4," in each)
    (config / "machines" / "other.yaml").write_text("machines:\n  - id: x\n    in_service: soon\n")
    with pytest.raises(ConfigError) as caught:
        load_registry(config)
    faults = caught.value.faults
    assert (
        f"{path}:{line}: ca-narval: unknown GPU id 'a100-sxm-4'. Did you mean 'a100-sxm-40'?"
        in faults
    )
    assert any("components sum to 324, gpus says 325" in fault for fault in faults)
    other = [fault for fault in faults if "other.yaml:3:" in fault]
    assert len(other) == 1
    assert "Write 2021, 2021-10" in other[0]


def test_an_id_stands_once_over_all_files(config: Path):
    shutil.copy(config / "machines" / "canada.yaml", config / "machines" / "copy.yaml")
    with pytest.raises(ConfigError, match="machine id 'ca-narval' again"):
        load_registry(config)


def test_grades_by_name_or_letter():
    assert [grade_named(each) for each in GRADES] == list(GRADES)
    assert grade_named("a") == "A-operator"
    assert grade_named("C") == "C-press"


def test_denominators_bear_their_years_and_sources():
    denominators = load_registry().denominators
    assert set(denominators.sources) == {
        "population",
        "gdp_usd",
        "researchers_fte",
        "researchers_fte_newer",
    }
    assert denominators.sources["researchers_fte_newer"].grade == "E-unverified"
    britain = denominators.countries["GB"]
    assert (britain.population.value, britain.population.year) == (69226000, 2024)
    assert all(machine.country in denominators.countries for machine in load_registry().machines)
