"""The GPU catalogue: names, slices, units."""

from fractions import Fraction

import pytest
import yaml

from model.errors import ConfigError
from model.gpus import A100, GpuFile, catalogue_faults
from model.registry import load_gpus
from model.resources import config_path
from model.yaml_source import read_model

GPUS = load_gpus()


@pytest.mark.parametrize(
    ("slurm_type", "card"),
    [
        ("a100", "a100"),
        ("A100", "a100"),
        ("nvidia_a100-sxm4-80gb", "a100-sxm-80"),
        ("NVIDIA_A100_80GB_PCIe", "a100-pcie-80"),
        ("tesla_v100-sxm2-32gb", "v100-sxm2-32"),
        ("v100", "v100"),
        ("nvidia_h100_80gb_hbm3", "h100-sxm"),
        ("nvidia_h100_pcie", "h100-pcie"),
        ("gh200", "gh200"),
        ("nvidia_gh200_480gb", "gh200"),
        ("Tesla_T4", "t4"),
        ("amd_instinct_mi300x", "mi300x"),
        ("quadro_rtx_6000", "rtx-6000-turing"),
        ("rtx_6000", None),
        ("high_perf", None),
        ("", None),
    ],
)
def test_slurm_names(slurm_type: str, card: str | None):
    assert GPUS.resolve(slurm_type) == card
    assert GPUS.share(slurm_type) == (card, Fraction(1))


def test_an_alias_is_the_last_word():
    aliases = {"a100": "a100-sxm-40", "A100_80": "a100-sxm-80", "high_perf": "h100-sxm"}
    assert GPUS.resolve("nvidia_a100", aliases) == "a100-sxm-40"
    assert GPUS.resolve("a100_80", aliases) == "a100-sxm-80"
    assert GPUS.resolve("high_perf", aliases) == "h100-sxm"
    assert GPUS.share("a100_1g.5gb", aliases) == ("a100-sxm-40", Fraction(1, 7))
    assert GPUS.share("1g.5gb", {"1g.5gb": "a100-pcie-40"}) == ("a100-pcie-40", Fraction(1, 7))


@pytest.mark.parametrize(
    ("slurm_type", "card", "share"),
    [
        ("a100_1g.5gb", "a100", Fraction(1, 7)),
        ("nvidia_a100_1g.5gb", "a100", Fraction(1, 7)),
        ("nvidia_a100-sxm4-40gb_mig_3g.20gb", "a100-sxm-40", Fraction(3, 7)),
        ("1g.5gb", "a100", Fraction(1, 7)),
        ("1g.5gb+me", "a100", Fraction(1, 7)),
        ("1c.3g.20gb", "a100", Fraction(3, 7)),
        ("7g.40gb", "a100", Fraction(1)),
        ("1g.10gb", None, Fraction(1, 7)),  # an A100 of 40 or 80 GB or an H100: the card is open
        ("h100_1g.10gb", "h100", Fraction(1, 7)),
        ("a30_1g.6gb", "a30", Fraction(1, 4)),
        ("1g.6gb", "a30", Fraction(1, 4)),
        ("2g.12gb", "a30", Fraction(1, 2)),
        ("1g.99gb", None, Fraction(1, 7)),
    ],
)
def test_mig_profiles(slurm_type: str, card: str | None, share: Fraction):
    assert GPUS.share(slurm_type) == (card, share)


@pytest.mark.parametrize(
    ("card", "value", "basis"),
    [
        ("v100-sxm2-16", 0.40, "fp16"),
        ("h100-sxm", 3.17, "bf16"),
        ("gh200", 3.17, "bf16"),
        ("mi300x", 4.19, "bf16"),
        ("l40s", 1.16, "bf16"),
        ("a30", 0.53, "bf16"),
        ("l4", 0.39, "bf16"),
        (A100, 1.0, "bf16"),
    ],
)
def test_a100_equivalents(card: str, value: float, basis: str):
    reckoned = GPUS.a100_equivalents_16bit(card)
    assert reckoned is not None
    assert (round(reckoned.value, 2), reckoned.basis) == (value, basis)


@pytest.mark.parametrize("card", ["v100", "h100", "k80", "a100-sxm-64-custom"])
def test_what_is_not_known_is_not_reckoned(card: str):
    assert GPUS.a100_equivalents_16bit(card) is None
    assert GPUS.rgu(card) is None


def test_published_scores_are_near_the_formula():
    published = {
        "a100-sxm-40": 4.0,
        "a100-sxm-80": 4.8,
        "h100-sxm": 12.2,
        "v100-sxm2-32": 2.6,
        "t4": 1.3,
        "p100": 1.1,
    }
    for card, score in published.items():
        reckoned = GPUS.rgu(card)
        assert reckoned is not None
        assert (reckoned.value, reckoned.basis) == (score, "published")
    unpublished = GPUS.rgu("v100-sxm2-16")
    assert unpublished is not None
    # by hand: 1.6 * 15.7/19.5 + 1.6 * 125/312 + 0.8 * 16/40 = 1.288 + 0.641 + 0.320
    assert unpublished.value == pytest.approx(2.249, abs=5e-4)
    assert unpublished.basis == "formula"


def test_cards_made_for_inference():
    assert GPUS.inference_cards == {"t4", "a2", "a10", "a30", "l4"}


def test_a_family_holds_only_what_its_members_share():
    for card in GPUS.cards.values():
        for member in (GPUS[variant] for variant in card.variants):
            shared = card.peak_tflops_dense.model_dump(exclude_none=True)
            assert shared.items() <= member.peak_tflops_dense.model_dump().items(), (
                card.id,
                member.id,
            )
            assert card.memory_gb in {None, member.memory_gb}
            assert card.mig is None or (member.mig and member.mig.slices == card.mig.slices)


def test_every_card_of_the_shared_catalogue_is_here(shared):
    theirs = yaml.safe_load((shared / "registry" / "gpus.yaml").read_text())["gpus"]
    split = {"v100-sxm2": "v100-sxm2-32"}
    assert len(theirs) == 31
    for row in theirs:
        ours = GPUS[split.get(row["id"], row["id"])]
        assert ours.peak_tflops_dense.model_dump() == row["peak_tflops_dense"], ours.id
        assert ours.memory_gb == row["memory_gb"]
        assert ours.tdp_w == row["tdp_w"]
        assert ours.top500_units == row["top500_units_per_device"]


def test_faults_of_a_catalogue(tmp_path):
    source = "sources: [{covers: [tdp_w], title: x, grade: E-unverified}]"
    path = tmp_path / "gpus.yaml"
    path.write_text(
        "attribution: []\n"
        "gpus:\n"
        f"  - {{id: one, name: One, vendor: NVIDIA, grade: E-unverified, {source}}}\n"
        f"  - {{id: two, name: Two, vendor: NVIDIA, grade: E-unverified, slurm_types: [nvidia_one], {source}}}\n"
        f"  - {{id: all, name: All, vendor: AMD, grade: E-unverified, variants: [twp], {source}}}\n"
    )
    with pytest.raises(ConfigError) as caught:
        read_model(path, GpuFile, checks=catalogue_faults)
    assert caught.value.faults == [
        f"{path}:4: Slurm type 'one' is 'one' already. A name has one meaning.",
        f"{path}:5: unknown GPU id 'twp'. Did you mean 'two'?",
    ]


def test_the_packaged_catalogue_has_an_origin_for_every_figure():
    figures = (
        "memory_gb",
        "memory_bandwidth_tb_s",
        "tdp_w",
        "top500_units",
        "mig",
        "rgu_published",
    )
    for card in GPUS.cards.values():
        covered = {field for source in card.sources for field in source.covers}
        filled = {name for name in figures if getattr(card, name) is not None}
        if card.variants:
            continue
        assert filled <= covered, (card.id, filled - covered)
    assert config_path("gpus.yaml").is_file()
