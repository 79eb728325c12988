"""Rounds: published ones, one reckoned by hand, and each exception by itself."""

import csv
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.applications import applications
from analytics.shortfall import SHORTFALL_COLUMNS, shortfall, shortfall_notes
from model.errors import InputError
from model.schemas import AWARDS


def lines(*rows: dict[str, Any]) -> pl.DataFrame:
    common = {"call": "Access", "round": "1", "resource": "", "tranche": "", "unit": "GPU-hours"}
    numbered = [{"application_id": f"a{n}"} | common | row for n, row in enumerate(rows)]
    return pl.DataFrame(numbered, schema=AWARDS.schema)


def one(frame: pl.DataFrame) -> dict[str, Any]:
    assert frame.height == 1
    return frame.row(0, named=True)


def decided(
    asked: float | None, given: float, merit: float | None = None, **more: Any
) -> dict[str, Any]:
    return {"requested": asked, "recommended": merit, "granted": given, "status": "decided"} | more


@pytest.fixture(scope="module")
def published(shared: Path) -> list[dict[str, str]]:
    with (shared / "registry" / "allocations.csv").open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["requested"] and row["awarded"]]


def test_published_rounds_come_out_with_their_fractions(published: list[dict[str, str]]) -> None:
    rounds = lines(
        *(
            {
                "call": row["scheme"],
                "round": row["id"],
                "requested": float(row["requested"]),
                "granted": float(row["awarded"]),
                "unit": row["unit"],
                "applications": int(row["applications"]),
                "awards": int(row["awards"]),
            }
            for row in published
        )
    )
    ours = {row["round"]: row for row in shortfall(rounds).iter_rows(named=True)}
    assert len(ours) == len(published) >= 6
    for row in published:
        digits = len(row["granted_fraction"].partition(".")[2])
        assert f"{ours[row['id']]['awarded_share']:.{digits}f}" == row["granted_fraction"]
        assert ours[row["id"]]["cut_median"] is None
    october = ours["us-chap-2009-10"]
    assert (october["awards"], october["decided"], october["applications"]) == (24, 24, 24)
    assert f"{october['awarded_share']:.2f}" == "0.62"
    april = ours["us-chap-2011-04"]
    assert f"{april['demand_ratio_requested']:.2f}" == "2.09"
    assert april["demand_ratio_basis"] == "granted"
    assert f"{ours['us-incite-2014']['awarded_share']:.2f}" == "0.43"


HAND = lines(
    decided(1000, 190, 1000, offered=2000),
    decided(600, 120, 600, offered=2000),
    decided(500, 105, 450, offered=2000),
    decided(400, 60, 100, offered=2000),
    decided(200, 0, 0, offered=2000),
    decided(100, 130, 150, offered=2000),
    decided(0, 10, 10, offered=2000),
    {"requested": 900, "status": "undecided", "offered": 2000},
    {"requested": 700, "granted": 50, "status": "withdrawn", "offered": 2000},
)
"""Nine applications, of which seven are decided and six funded.

           R     M     A    cut=1-A/R  merit (R-M)/R  capacity (M-A)/R  R-A>0  min(M,R)-A>0
    a0  1000  1000   190     0.81          0.00            0.81          810       810
    a1   600   600   120     0.80          0.00            0.80          480       480
    a2   500   450   105     0.79          0.10            0.69          395       345
    a3   400   100    60     0.85          0.75            0.10          340        40
    a4   200     0     0     1.00          1.00            0.00          200         0
    a5   100   150   130    -0.30         -0.50            0.20            0         0  (M counts as 100)
    a6     0    10    10      -             -               -              0         0
    sum 2800  2310   615                                                2225      1675
    Cuts in order: -0.30 0.79 0.80 0.81 0.85 1.00; median (0.80+0.81)/2 = 0.805;
    q1 at place 1.25: 0.79 + 0.25 * 0.01 = 0.7925; q3 at 3.75: 0.81 + 0.75 * 0.04 = 0.84.
    Within 0.785 to 0.825: a0, a1, a2: 3 of the 5 funded that have a cut, 3 of 6 decided.
    Awarded share 615/2800 = 0.219643; median of A/R = 1 - 0.805 = 0.195.
    The offer of 2000 stands on each line and counts once: 2800/2000 = 1.4, 2310/2000 = 1.155.
"""


def test_a_round_reckoned_by_hand() -> None:
    row = one(shortfall(HAND))
    assert list(row) == list(SHORTFALL_COLUMNS)
    assert (row["applications"], row["decided"], row["awards"]) == (9, 7, 6)
    assert (row["requested"], row["recommended"], row["granted"]) == (2800, 2310, 615)
    assert (row["offered"], row["demand_ratio_basis"]) == (2000, "offered")
    expected = {
        "awarded_share": 615 / 2800,
        "awarded_share_median": 0.195,
        "cut_median": 0.805,
        "cut_q1": 0.7925,
        "cut_q3": 0.84,
        "uniform_cut_of_funded": 3 / 5,
        "uniform_cut_of_decided": 3 / 6,
        "demand_ratio_requested": 1.4,
        "demand_ratio_recommended": 1.155,
        "unmet_low": 1675,
        "unmet_high": 2225,
    }
    assert {name: row[name] for name in expected} == pytest.approx(expected)
    assert (row["used"], row["used_share"], row["without_request"]) == (None, None, 1)


def test_its_applications_are_cut_on_merit_and_for_want_of_capacity() -> None:
    frame = applications(HAND)
    assert frame.height == 9
    cuts = frame.select("cut_fraction", "merit_cut", "capacity_cut").rows()
    hand = [
        (0.81, 0.0, 0.81), (0.80, 0.0, 0.80), (0.79, 0.10, 0.69), (0.85, 0.75, 0.10),
        (1.0, 1.0, 0.0), (-0.30, -0.50, 0.20), (None, None, None), (None, None, None),
        (None, None, None),
    ]  # fmt: skip
    for ours, expected in zip(cuts, hand, strict=True):
        assert ours == pytest.approx(expected)


def test_a_uniform_cut_of_four_fifths_shows() -> None:
    """41 of 43 funded, of 45 decided, were cut by 78 to 82 %."""
    funded = [decided(100, 20 + (n % 5) - 2) for n in range(41)] + [decided(100, 60)] * 2
    row = one(shortfall(lines(*funded, decided(100, 0), decided(100, 0))))
    assert row["cut_median"] == pytest.approx(0.80)
    assert row["uniform_cut_of_funded"] == pytest.approx(41 / 43)
    assert row["uniform_cut_of_decided"] == pytest.approx(41 / 45)


def test_without_all_recommendations_the_lower_bound_is_unknown() -> None:
    row = one(shortfall(lines(decided(100, 20, 80), decided(100, 20))))
    assert (row["unmet_low"], row["unmet_high"]) == (None, 160)
    assert (row["demand_ratio_recommended"], row["recommended"]) == (None, 80)
    assert row["without_recommendation"] == 1


def test_an_application_without_a_request_is_in_no_ratio() -> None:
    row = one(shortfall(lines(decided(100, 20), decided(None, 50))))
    assert (row["decided"], row["awards"], row["granted"]) == (2, 2, 70)
    assert row["awarded_share"] == pytest.approx(0.2)
    assert row["demand_ratio_requested"] == pytest.approx(5)
    assert row["without_request"] == 1


def test_what_is_recommended_without_a_request_raises_no_bound() -> None:
    row = one(shortfall(lines(decided(None, 50, 500), decided(100, 20, 80))))
    assert (row["unmet_low"], row["unmet_high"]) == (60, 80)


def test_more_than_asked_is_a_negative_cut_and_said() -> None:
    awards = lines(decided(100, 130), decided(100, 20))
    row = one(shortfall(awards))
    assert (row["cut_min"], row["cut_max"], row["unmet_high"]) == (pytest.approx(-0.3), 0.8, 80)
    assert "granted more than asked" in " ".join(shortfall_notes(awards, shortfall(awards)))


def test_units_are_never_summed() -> None:
    frame = shortfall(lines(decided(100, 20), decided(10, 5, unit="node-hours")))
    assert frame.select("unit", "requested", "granted").rows() == [
        ("GPU-hours", 100, 20),
        ("node-hours", 10, 5),
    ]


def test_lines_of_one_application_are_one_application() -> None:
    row = one(
        shortfall(
            lines(
                decided(100, 20, application_id="x", resource="A"),
                decided(100, 60, application_id="x", resource="B"),
            )
        )
    )
    assert (row["applications"], row["decided"], row["awards"]) == (1, 1, 1)
    assert row["cut_median"] == pytest.approx(0.6)


def test_offers_of_several_resources_are_summed_and_contradictions_are_unknown() -> None:
    two = [decided(100, 20, resource="A", offered=50), decided(100, 20, resource="B", offered=30)]
    assert one(shortfall(lines(*two)))["offered"] == 80
    contradiction = [*two, decided(100, 20, resource="B", offered=31)]
    row = one(shortfall(lines(*contradiction)))
    assert (row["offered"], row["demand_ratio_basis"]) == (None, "granted")
    lacking = [*two, decided(100, 20, resource="C")]
    assert one(shortfall(lines(*lacking)))["offered"] is None


def test_an_undecided_round_has_no_ratios() -> None:
    row = one(shortfall(lines({"requested": 10, "status": "undecided"})))
    assert (row["applications"], row["decided"], row["awards"]) == (1, 0, 0)
    assert row["granted"] is None
    assert row["demand_ratio_requested"] is None


def test_a_split_by_institution_has_no_offer_of_its_own() -> None:
    split = [decided(100, 20, institution="Leeds", offered=60), decided(50, 25, institution=None)]
    frame = shortfall(lines(*split), by=["institution"])
    assert frame.select("institution", "requested", "offered").rows() == [
        (None, 50, None),
        ("Leeds", 100, None),
    ]
    with pytest.raises(InputError, match="did you mean"):
        shortfall(lines(*split), by=["institutions"])


def test_notes_say_what_ratios_divide_by_and_what_was_left_out() -> None:
    awards = lines(decided(None, 5), decided(10, 5), decided(100, 20, applications=4, awards=2))
    said = " ".join(shortfall_notes(awards, shortfall(awards)))
    assert "1 decided applications without a request" in said
    assert "over what was granted" in said
    assert "lines for a whole round" in said


amounts = st.integers(0, 1_000)
rounds = st.lists(st.builds(decided, amounts, amounts, amounts), min_size=1, max_size=20)


@settings(max_examples=50, deadline=None)
@given(rounds)
def test_unmet_demand_is_an_interval_and_cuts_add_up(rows: list[dict[str, Any]]) -> None:
    row = one(shortfall(lines(*rows)))
    assert 0 <= row["unmet_low"] <= row["unmet_high"] <= row["requested"]
    assert row["unmet_high"] >= row["requested"] - row["granted"]
    for line in applications(lines(*rows)).iter_rows(named=True):
        if line["requested"]:
            parts = line["merit_cut"] + line["capacity_cut"]
            assert parts == pytest.approx(line["cut_fraction"], abs=1e-9)


perhaps = st.none() | amounts


@given(st.lists(st.builds(decided, perhaps, amounts, perhaps), min_size=1, max_size=12))
def test_unknown_requests_and_recommendations_leave_the_interval_in_order(
    rows: list[dict[str, Any]],
) -> None:
    row = one(shortfall(lines(*rows)))
    if row["unmet_low"] is not None:
        assert 0 <= row["unmet_low"] <= row["unmet_high"]
