"""Claims: every figure found is reckoned, and verdicts change with what they rest on."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from analytics.capacity import capacity
from analytics.claims import Evidence, check, claims
from analytics.growth import GROWTH_SCHEMA
from analytics.peak_rates import card_peak
from model.claims import ClaimsFile, claim_faults, load_claims
from model.errors import InputError
from model.performance import EXA, Performance
from model.published_rounds import RoundsFile, load_published_rounds, round_faults
from model.question import Question
from model.registry import load_registry
from model.settings import Settings
from reports.answer import answer

NO_GROWTH = GROWTH_SCHEMA.to_frame()


def evidence(**changes: Any) -> Evidence:
    plain = Evidence(load_registry(), load_published_rounds(), NO_GROWTH)
    return replace(plain, **changes)


@pytest.fixture(scope="module")
def lines() -> dict[str, dict[str, object]]:
    return {line["claim"]: line for line in claims(load_claims(), evidence()).to_dicts()}


@pytest.mark.parametrize(
    ("claim", "verdict", "found"),
    [
        ("largest-uk-320", "holds in another scope", 320),
        ("juwels-3744", "holds", 3744),
        ("summit-perlmutter-34800", "holds", 34816),
        ("google-a3-26000", "holds in another scope", 26000),
        ("microsoft-10000", "holds", 10000),
        ("microsoft-285000", "holds in another scope", 285000),
        ("magnitudes-europe", "holds", 11.7),
        ("magnitudes-united-states", "holds in another scope", 108.8),
        ("all-cut-by-80", "cannot be checked", 0.6),
        ("inference-under-used", "no data", None),
        ("group-clusters-grow", "no data", None),
        ("homes-126", "holds in another scope", 126),
        ("ten-years", "no data", None),
        ("isambard-21-exaflops", "holds in another scope", 21.5632),
    ],
)
def test_the_claims_of_the_report(lines, claim, verdict, found):
    line = lines[claim]
    assert line["verdict"] == verdict
    assert line["figure_found"] == (found if found is None else pytest.approx(found, rel=5e-4))


def test_what_is_larger_than_the_largest_is_named(lines):
    why = lines["largest-uk-320"]["why"]
    assert "JADE2 504" in why
    assert "Tursa (first phase) 456" in why


def test_one_word_stands_beside_published_rounds(lines):
    why = lines["all-cut-by-80"]["why"]
    assert why.startswith("It is the word of one attendee")
    assert "DiRAC RAC 2018" in why


def test_dense_bf16_stands_beside_the_exaflops(lines):
    assert "in BF16, dense, peak they are 5.39" in lines["isambard-21-exaflops"]["why"]


def one(name: str):
    return next(claim for claim in load_claims().claims if claim.id == name)


def verdict_on(name: str, *, on: date | None = None, figure: int | None = None, **changes: Any):
    claim, known = one(name), evidence(**changes)
    if figure is not None:
        changed = claim.check.model_copy(update={"figure": figure})
        claim = claim.model_copy(update={"check": changed})
    return check(claim, capacity(known.registry, on=on or claim.on), known)


def test_a_wrong_figure_does_not_hold():
    assert verdict_on("juwels-3744", figure=3745).word == "does not hold"
    assert verdict_on("summit-perlmutter-34800", figure=34816).word == "does not hold"
    assert verdict_on("largest-uk-320", figure=319).word == "does not hold"


def test_a_machine_that_is_not_there_yet_is_no_data():
    assert verdict_on("juwels-3744", on=date(2018, 1, 1)).word == "no data"
    assert verdict_on("magnitudes-europe", on=date(2018, 1, 1)).word == "no data"
    assert verdict_on("largest-uk-320", on=date(2018, 1, 1)).word == "no data"


def inference_lines(ours: float, training: float) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "cluster": ["c", "c"],
            "node_role": ["inference", "training"],
            "installed_gpu_hours": [110.0, 100.0],
            "not_observed_gpu_hours": [4.0, 0.0],
            "down_gpu_hours": [6.0, 0.0],
            "allocated_gpu_hours": [100 * ours, 100 * training],
            "training_utilisation_available": [training, training],
        }
    )


def test_inference_nodes_are_judged_once_something_was_measured():
    less = verdict_on("inference-under-used", inference=inference_lines(0.07, 0.9))
    assert (less.word, less.found, less.scope) == (
        "holds in another scope", 1.0, "the clusters of this store",
    )  # fmt: skip
    assert "c 7% beside 90%" in less.why
    more = verdict_on("inference-under-used", inference=inference_lines(0.95, 0.9))
    assert (more.word, more.found) == ("does not hold", 0.0)


@pytest.mark.parametrize(("now", "word"), [(7, "holds in another scope"), (2, "does not hold")])
def test_group_clusters_are_judged_by_a_survey(now, word):
    rows = [
        {"year": 2020, "clusters": 4, "clusters_of_survey": 2},
        {"year": 2022, "clusters": 9, "clusters_of_survey": now},
    ]
    growth = pl.concat([NO_GROWTH, pl.DataFrame(rows)], how="diagonal_relaxed")
    verdict = verdict_on("group-clusters-grow", growth=growth)
    assert (verdict.word, verdict.found) == (word, now)


def test_commitments_are_judged_as_far_as_they_are_known():
    registry = load_registry()
    told = tuple(
        each.model_copy(update={"commitment_years": 6.0}) if each.id == "de-jupiter" else each
        for each in registry.machines
    )
    verdict = verdict_on("ten-years", registry=replace(registry, machines=told))
    assert (verdict.word, verdict.found) == ("does not hold", 6.0)
    assert verdict.machines == ("de-jupiter",)


def test_unlike_rates_are_neither_added_nor_compared():
    sparse, dense = Performance(2 * EXA, "fp8", sparse=True), Performance(EXA, "fp8")
    with pytest.raises(InputError, match="FP8, with 2:1 sparsity, peak and FP8, dense, peak"):
        _ = sparse + dense
    with pytest.raises(InputError, match="cannot be compared"):
        _ = dense / Performance(EXA, "bf16")
    with pytest.raises(InputError, match="measured"):
        _ = dense / Performance(EXA, "fp8", basis="measured")
    assert dense / dense.times(4) == 0.25


def test_sparsity_doubles_a_peak_and_an_unknown_one_stays_unknown():
    card = load_registry().gpus["gh200"]
    assert card_peak(card, "fp8", sparse=True) == Performance(3958e12, "fp8", sparse=True)
    assert card_peak(load_registry().gpus["k80"], "fp8", sparse=False) is None


def test_faults_of_the_files_are_all_told():
    tree = load_claims().model_dump()
    tree["claims"][0]["by"] = "nobody"
    tree["claims"][1]["id"] = tree["claims"][2]["id"]
    tree["claims"][3]["check"]["machines"] = ["no-such-machine"]
    faults = [fault.what for fault in claim_faults(ClaimsFile.model_validate(tree))]
    assert len(faults) == 3
    rounds = {"rounds": [each.model_dump() for each in load_published_rounds()]}
    wrong = next(each for each in rounds["rounds"] if each["id"] == "us-incite-2014")
    wrong["granted_share"] = 0.5
    found = [fault.what for fault in round_faults(RoundsFile.model_validate(rounds))]
    assert found == ["granted over requested is 0.429, not 0.5. Mend one."]


def test_published_rounds_are_those_of_the_collection(shared):
    collected = pl.read_csv(shared / "registry" / "allocations.csv", infer_schema_length=None)
    question = Question("published_rounds")
    ours = answer(question, store=None, settings=Settings(), registry=load_registry()).frame
    told = collected.filter(pl.col("id") != "uk-seed-royce").sort("id")
    mine = ours.sort("id")
    assert mine["id"].to_list() == told["id"].to_list()
    for name in ("requested", "applications", "awards", "year", "country", "grade"):
        assert mine[name].to_list() == told[name].to_list(), name
    assert mine["granted_share"].to_list() == told["granted_fraction"].to_list()
    assert mine["demand_ratio"].to_list() == told["oversubscription_factor"].to_list()


def test_the_table_says_which_day_it_speaks_of():
    frame = answer(
        Question("claims"), store=None, settings=Settings(), registry=load_registry()
    ).frame
    assert frame["on"].min() == date(2023, 6, 30)
    assert frame["on"].max() < datetime.now(UTC).date()
