"""Known faults of the collection behind the registry: each mended, named, with a source."""

from collections.abc import Iterator

import pytest

from model.machines import Correction, Machine
from model.registry import load_registry

REGISTRY = load_registry()

CARDS = {
    "us-summit": ("v100-sxm2-16", 16),
    "us-sierra": ("v100-sxm2-16", 16),
    "ca-beluga": ("v100-sxm2-16", 16),
    "uk-cirrus-gpu": ("v100-sxm2-16", 16),
    "jp-tsubame4": ("h100-sxm-94", 94),
    "it-leonardo": ("a100-sxm-64-custom", 64),
    "uk-bede-gh": ("gh200", 96),
}


def corrections() -> Iterator[tuple[Machine, Correction]]:
    for machine in REGISTRY.machines:
        for correction in machine.corrections:
            yield machine, correction


def test_the_list_of_what_was_mended():
    mended = {(machine.id, correction.figure) for machine, correction in corrections()}
    assert mended == {
        *((machine_id, "components") for machine_id in CARDS),
        ("co-xai-colossus-p1", "gpus"),
        ("co-ms-openai-2020", "cpu_cores"),
    }


def test_each_has_a_source_with_a_date_and_a_grade_better_than_general_knowledge():
    for machine, correction in corrections():
        assert correction.was != correction.now, machine.id
        assert correction.grade != "E-unverified", machine.id
        assert correction.date or correction.read, machine.id
        assert correction.url or correction.publisher, machine.id


@pytest.mark.parametrize(("machine_id", "card"), CARDS.items())
def test_memory_of_the_cards(machine_id: str, card: tuple[str, int]):
    machine = REGISTRY.machine(machine_id)
    assert machine is not None
    assert [(part.gpu, REGISTRY.gpus[part.gpu].memory_gb) for part in machine.components] == [card]


def test_cards_that_stay_at_32_gb():
    jade = REGISTRY.machine("uk-jade2")
    assert jade is not None
    assert [part.gpu for part in jade.components] == ["v100-sxm2-32"]


@pytest.mark.parametrize("card", ["v100-sxm2-16", "p100", "t4"])
def test_without_bf16_the_16_bit_unit_is_fp16_and_says_so(card: str):
    reckoned = REGISTRY.gpus.a100_equivalents_16bit(card)
    assert reckoned is not None
    assert reckoned.basis == "fp16"
    assert REGISTRY.gpus[card].peak_tflops_dense.bf16 is None


def test_285000_are_cores():
    machine = REGISTRY.machine("co-ms-openai-2020")
    assert machine is not None
    assert machine.cpu_cores == 285000
