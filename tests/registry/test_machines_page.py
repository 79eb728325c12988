"""The reference page of the registry: every figure with its grade and source, nothing unlabelled."""

import re

import pytest

from docs.generate import GENERATED, REFERENCE
from docs.machines_page import machines_page
from model.machines import FIGURES, Machine
from model.registry import load_registry

REGISTRY = load_registry()
PAGE = machines_page(REGISTRY, head=GENERATED)
RECORDS = dict(
    re.findall(r'<a id="([a-z0-9-]+)"></a>\n\n(.*?)(?=\n\n<a id=|\n\n## )', PAGE, re.DOTALL)
)


def rows(machine: Machine) -> list[list[str]]:
    """The cells of a record's table, without its head."""
    lines = [line for line in RECORDS[machine.id].splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def test_the_page_is_current():
    assert (REFERENCE / "machines.md").read_text(encoding="utf-8") == PAGE, "run `make docs`"


def test_every_record_is_there_and_every_link_inside_leads_somewhere():
    assert RECORDS.keys() == {machine.id for machine in REGISTRY.machines}
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= RECORDS.keys()


@pytest.mark.parametrize("machine", REGISTRY.machines, ids=lambda machine: machine.id)
def test_every_figure_has_a_grade_and_a_source_or_is_labelled_unverified(machine: Machine):
    filled = [field for field in FIGURES if getattr(machine, field) not in {None, ()}]
    table = rows(machine)
    others = {"cards, in words", "other counts"}
    assert len([row for row in table if row[0] not in others]) == len({*filled, "gpus"})
    for figure, value, grade, source in table:
        if figure in others or value == "unknown":
            continue
        assert grade, figure
        assert source.startswith("[") or (source, grade) == (
            "general knowledge",
            "**unverified** (E)",
        )
        for number in re.findall(r"\d+", source):
            assert f"\n{number}. " in RECORDS[machine.id]


def test_unverified_counts_are_labelled_wherever_they_stand():
    sulis = REGISTRY.machine("uk-sulis")
    assert sulis is not None
    assert rows(sulis)[0][:3] == ["GPUs", "90", "**unverified** (E)"]
    assert "so do the counts of 8 records. The counts of 12 are unknown." in PAGE
    assert re.search(r"\| \[Sulis.*\| 90 \|.*\*\*unverified\*\* \(E\) \|", PAGE)


def test_relations_corrections_and_credits():
    assert "Its cards went on in [uk-tursa](#uk-tursa)." in RECORDS["uk-tursa-2021"]
    assert "Its parts: [uk-isambard-ai-p1]" in RECORDS["uk-isambard-ai"]
    assert "never counted" in RECORDS["co-google-a3"]
    corrected = sum(len(machine.corrections) for machine in REGISTRY.machines)
    assert PAGE.partition("## What was mended")[2].count("\n| [") == corrected == 9
    for credit in ("Epoch AI, Data on GPU Clusters", "CC BY 4.0", "TOP500 lists, top500.org"):
        assert credit in PAGE.partition("## Attribution")[2]
