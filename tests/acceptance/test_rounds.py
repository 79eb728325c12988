"""Rounds: published ones as whole-round lines, and one of single applications by hand."""

import csv
from pathlib import Path

import pytest


def published_rounds(shared: Path) -> list[dict[str, str]]:
    with (shared / "registry" / "allocations.csv").open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["requested"] and row["awarded"]]


def as_award_line(row: dict[str, str]) -> str:
    cells = [
        row["scheme"],
        row["id"],
        row["id"],
        row["requested"],
        row["awarded"],
        row["unit"],
        row["applications"],
        row["awards"],
    ]
    return ",".join(f'"{cell}"' for cell in cells)


@pytest.fixture
def rounds(plimsoll, shared, tmp_path):
    lines = [as_award_line(row) for row in published_rounds(shared)]
    header = "call,round,application_id,requested,granted,unit,applications,awards"
    path = tmp_path / "rounds.csv"
    path.write_text("\n".join([header, *lines]) + "\n")
    done = plimsoll("ingest", "awards", path)
    assert done.code == 0, done.err
    frame = plimsoll("show", "shortfall", "--format", "csv").frame()
    return {row["round"]: row for row in frame.iter_rows(named=True)}


def test_published_rounds_come_out_with_their_fractions(rounds, shared):
    published = published_rounds(shared)
    assert len(published) >= 6
    for row in published:
        ours = rounds[row["id"]]
        decimals = len(row["granted_fraction"].partition(".")[2])
        assert f"{ours['awarded_share']:.{decimals}f}" == row["granted_fraction"], row["id"]
    october = rounds["us-chap-2009-10"]
    assert (october["awards"], october["decided"]) == (24, 24)
    assert f"{october['awarded_share']:.2f}" == "0.62"
    assert f"{rounds['us-chap-2011-04']['demand_ratio_requested']:.2f}" == "2.09"
    assert f"{rounds['us-incite-2014']['awarded_share']:.2f}" == "0.43"


def ratios_only(shared: Path) -> dict[str, dict[str, str]]:
    """The rounds of which only shares and factors were published, no amounts."""
    with (shared / "registry" / "allocations.csv").open(newline="") as file:
        return {
            row["id"]: row
            for row in csv.DictReader(file)
            if row["granted_fraction"] and row["oversubscription_factor"] and not row["requested"]
        }


def test_published_factors_and_shares_say_the_same(plimsoll, shared, tmp_path):
    """For each unit granted the factor was asked for: the share comes out as published.

    Canada's GPUs 26, 22, 20 %; DiRAC 5 times; PRACE 3 and 5 times; the workshop's 80 %, which is
    one attendee's word, beside them.
    """
    published = ratios_only(shared)
    named = {
        "ca-rac-2020-gpu": "0.26", "ca-rac-2021-gpu": "0.22", "ca-rac-2023-gpu": "0.2",
        "uk-dirac-rac": "0.2", "eu-prace-avg": "0.333", "eu-prace-low": "0.2",
        "uk-seed-royce": "0.2",
    }  # fmt: skip
    assert (
        named.items() <= {name: row["granted_fraction"] for name, row in published.items()}.items()
    )
    lines = [
        f'"{row["scheme"]}",{name},{name},{row["oversubscription_factor"]},1,GPU-hours,'
        f"{row['applications'] or 1}"
        for name, row in published.items()
    ]
    header = "call,round,application_id,requested,granted,unit,applications"
    (tmp_path / "rounds.csv").write_text("\n".join([header, *lines]) + "\n")
    assert plimsoll("ingest", "awards", "rounds.csv").code == 0
    frame = plimsoll("show", "shortfall", "--format", "csv").frame()
    ours = {row["round"]: row for row in frame.iter_rows(named=True)}
    assert ours.keys() == published.keys()
    for name, row in published.items():
        decimals = len(row["granted_fraction"].partition(".")[2])
        assert f"{ours[name]['awarded_share']:.{decimals}f}" == row["granted_fraction"], name
        factor = float(row["oversubscription_factor"])
        assert ours[name]["demand_ratio_granted"] == pytest.approx(factor)
        assert ours[name]["cut_median"] is None, "one line says nothing of single applications"


def test_the_success_rate_and_the_cut_are_two_things(rounds):
    """October 2009: 24 of 24 funded, and 38 % of the request cut; INCITE 2014: 59 of 140."""
    october = rounds["us-chap-2009-10"]
    assert october["success_rate"] == 1
    assert f"{1 - october['awarded_share']:.2f}" == "0.38"
    assert f"{rounds['us-incite-2014']['success_rate']:.2f}" == "0.42"


def test_a_round_may_grant_more_than_it_has(plimsoll, shared, tmp_path):
    """TRAC, September 2009: 41 % of the request, which was 112 % of the offer."""
    with (shared / "registry" / "allocations.csv").open(newline="") as file:
        trac = next(row for row in csv.DictReader(file) if row["id"] == "us-trac-2009-09")
    assert trac["granted_fraction"] == "0.41"
    assert "allocated over offered 1.12" in trac["url"]
    (tmp_path / "trac.csv").write_text(
        "call,round,application_id,requested,granted,offered,unit,applications\n"
        f"TRAC,2009-09,all,100,41,{41 / 1.12},SU,1\n"
    )
    assert plimsoll("ingest", "awards", "trac.csv").code == 0
    row = plimsoll("show", "shortfall", "--format", "csv").frame().row(0, named=True)
    assert row["awarded_share"] == pytest.approx(0.41)
    assert row["granted_of_offered"] == pytest.approx(1.12)
    assert row["demand_ratio_granted"] == pytest.approx(1 / 0.41)
    assert row["demand_ratio_requested"] == pytest.approx(1.12 / 0.41)
    assert row["demand_ratio_basis"] == "offered"


APPLICATIONS = """\
call,round,application_id,requested,recommended,granted,unit,status
Access,2026-1,a,1000,1000,200,GPU-hours,decided
Access,2026-1,b,500,400,100,GPU-hours,decided
Access,2026-1,c,2000,2000,420,GPU-hours,decided
Access,2026-1,d,100,,50,GPU-hours,decided
Access,2026-1,e,400,0,0,GPU-hours,decided
Access,2026-1,f,800,800,,GPU-hours,undecided
Access,2026-1,g,300,300,,GPU-hours,withdrawn
"""


def test_a_round_reckoned_by_hand(plimsoll, tmp_path):
    """Five of seven applications are decided (f undecided, g withdrawn).

    cut = 1 - granted/requested:   a 0.80   b 0.80   c 0.79   d 0.50   e 1.00
    merit = (R - M)/R:             a 0.00   b 0.20   c 0.00   d -      e 1.00
    capacity = (M - A)/R:          a 0.80   b 0.60   c 0.79   d -      e 0.00
    R = 1000+500+2000+100+400 = 4000, A = 200+100+420+50+0 = 770: awarded share 0.1925.
    Median cut of the decided: sorted 0.50 0.79 0.80 0.80 1.00 -> 0.80.
    Within 0.78 to 0.82: a, b, c. Of 4 funded 3/4 = 0.75; of 5 decided 3/5 = 0.60.
    Unmet high: 800+400+1580+50+400 = 3230. Unmet low: d has no recommendation: unknown.
    Demand ratio R/A (nothing offered is known): 4000/770 = 5.1948.
    """
    path = tmp_path / "awards.csv"
    path.write_text(APPLICATIONS)
    assert plimsoll("ingest", "awards", path).code == 0
    row = plimsoll("show", "shortfall", "--format", "csv").frame().row(0, named=True)
    assert (row["applications"], row["decided"], row["awards"]) == (7, 5, 4)
    assert (row["requested"], row["granted"]) == (4000, 770)
    assert row["awarded_share"] == pytest.approx(0.1925)
    assert row["cut_median"] == pytest.approx(0.80)
    assert row["uniform_cut_of_funded"] == pytest.approx(0.75)
    assert row["uniform_cut_of_decided"] == pytest.approx(0.60)
    assert row["unmet_high"] == pytest.approx(3230)
    assert row["unmet_low"] is None
    assert row["demand_ratio_requested"] == pytest.approx(4000 / 770)
    assert row["demand_ratio_granted"] == pytest.approx(4000 / 770)
    assert row["success_rate"] == pytest.approx(4 / 5)
    assert (row["cut_min"], row["cut_max"]) == pytest.approx((0.5, 1.0))
    assert row["granted_of_offered"] is None

    lines = plimsoll("show", "applications", "--format", "csv").frame()
    by_id = {line["application_id"]: line for line in lines.iter_rows(named=True)}
    assert len(by_id) == 7
    hand = {
        "a": (0.80, 0.0, 0.80),
        "b": (0.80, 0.2, 0.6),
        "c": (0.79, 0.0, 0.79),
        "d": (0.50, None, None),
        "e": (1.0, 1.0, 0.0),
        "f": (None, None, None),
        "g": (None, None, None),
    }
    for name, parts in hand.items():
        line = by_id[name]
        ours = (line["cut_fraction"], line["merit_cut"], line["capacity_cut"])
        assert ours == pytest.approx(parts), name


def test_four_columns_are_enough(plimsoll, tmp_path):
    path = tmp_path / "four.csv"
    path.write_text("application_id,requested,granted,unit\nx,10,2,GPU-hours\n")
    assert plimsoll("ingest", "awards", path).code == 0
    row = plimsoll("show", "applications", "--format", "csv").frame().row(0, named=True)
    assert row["cut_fraction"] == pytest.approx(0.8)
    assert row["used"] is None


def test_the_template_is_a_file_that_can_be_filled_in(plimsoll, tmp_path):
    path = tmp_path / "awards.csv"
    assert plimsoll("awards", "template", "--output", path).code == 0
    done = plimsoll("ingest", "awards", path)
    assert done.code in {0, 2}
    header = next(line for line in path.read_text().splitlines() if not line.startswith("#"))
    row = {"application_id": "x", "requested": "10", "granted": "2", "unit": "GPU-hours"}
    path.write_text(
        path.read_text() + ",".join(row.get(name, "") for name in header.split(",")) + "\n"
    )
    assert plimsoll("ingest", "awards", path).code == 0
