"""Pools side by side; and who had too little while others had too much."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.applications import applications
from analytics.award_places import placed
from analytics.award_pools import POOL_COLUMNS, award_pools, pools_notes
from analytics.award_use import USE_SCHEMA
from analytics.regret import REGRET_COLUMNS, SHORT, SPARE, regret, regret_notes
from model.schemas import AWARDS

TODAY = date(2026, 7, 1)


def award(name: str, asked: float | None, given_: float, **told: Any) -> dict[str, Any]:
    return {
        "call": "c", "round": "1", "application_id": name, "resource": "one", "tranche": "",
        "unit": "GPU-hours", "requested": asked, "granted": given_, "status": "decided",
        "start": date(2026, 1, 1), "end": date(2027, 1, 1),
    } | told  # fmt: skip


def use(name: str, used: float | None, rate: float = 0.0, **told: Any) -> dict[str, Any]:
    return {
        "call": "c", "round": "1", "application_id": name, "resource": "one", "tranche": "",
        "used": used, "elapsed_share": 0.5, "rate_28d": rate, "exhausted_on": None,
    } | told  # fmt: skip


def regrets(awards: list[dict[str, Any]], uses: list[dict[str, Any]]) -> pl.DataFrame:
    lines = applications(
        pl.DataFrame(awards, schema=AWARDS.schema),
        pl.DataFrame(uses, schema=USE_SCHEMA),
        as_of=TODAY,
    )
    return regret(lines, as_of=TODAY)


ROUND = [
    award("dry", 1000, 200, recommended=700.0),
    award("soon", 1000, 300, recommended=1200.0),
    award("middle", 1000, 400, recommended=500.0),
    award("idle", 1000, 600, recommended=800.0),
    award("slow", 1000, 800, recommended=800.0),
    award("refused", 1000, 0, recommended=0.0),
]
USES = [
    use("dry", 200, 1.0, exhausted_on=date(2026, 5, 1)),
    use("soon", 200, 2.0),
    use("middle", 10, 0.1),
    use("idle", 60, 1.0),
    use("slow", 420, 2.0),
]


def test_a_round_of_regret_by_hand() -> None:
    """Awarded shares of the funded 0.2 0.3 0.4 0.6 0.8: median 0.4. Half the year is gone.

    dry: 0.2, ran out in May. soon: 0.3, 100 left at 2 a day last 50 days. Both are short:
    of the recommendation 500 and (1200 counts as 1000) 700, of the request 800 and 700.
    idle: 0.6, used 0.1, less than half of 0.5: 540 left, at 1 a day over 184 days 356.
    slow: 0.8, used 0.525: in time. middle is at the median.
    Movable: min(500 + 700, 356) = 356 to min(800 + 700, 540) = 540.
    """
    frame = regrets(ROUND, USES)
    assert tuple(frame.columns) == REGRET_COLUMNS
    found = frame.select("application_id", "class", "movable_low", "movable_high").rows()
    assert found == [
        ("dry", SHORT, 500, 800),
        ("soon", SHORT, 700, 700),
        ("idle", SPARE, 356, 540),
    ]
    assert frame["awarded_share_median"].to_list() == [0.4] * 3
    assert set(frame.select("could_have_moved_low", "could_have_moved_high").rows()) == {(356, 540)}
    assert frame["run_out_date"].to_list()[:2] == [date(2026, 5, 1), date(2026, 8, 20)]
    said = regret_notes(frame)[0]
    assert "ran out or will: 2; cut less, and used at less than half the pace of time: 1" in said
    assert "Between 356 and 540 GPU-hours could have moved" in said


def test_without_a_recommendation_the_low_end_is_unknown() -> None:
    frame = regrets([*ROUND[1:], award("dry", 1000, 200)], USES)
    assert set(frame.select("could_have_moved_low", "could_have_moved_high").rows()) == {
        (None, 540)
    }
    assert "Between an unknown number and 540" in regret_notes(frame)[0]


def test_hours_move_only_on_one_resource_and_in_one_unit() -> None:
    apart = [*ROUND[:3], ROUND[3] | {"resource": "two"}, *ROUND[4:]]
    uses = [*USES[:3], USES[3] | {"resource": "two"}, *USES[4:]]
    frame = regrets(apart, uses)
    assert frame.height == 3
    assert set(frame.select("could_have_moved_low", "could_have_moved_high").rows()) == {(0, 0)}
    assert not any("could have moved" in note for note in regret_notes(frame))


def test_a_young_awards_slow_start_is_not_held_against_it() -> None:
    young = [each | {"elapsed_share": 0.2} for each in USES]
    assert regrets(ROUND, young)["class"].to_list() == [SHORT, SHORT]


def test_tranches_count_as_one_award_and_a_lapsed_one_is_left_over() -> None:
    """idle has two halves of 300: the past one left 290, the running one loses 300 - 184."""
    halves = {
        "Q1": (date(2026, 1, 1), TODAY, 10.0, 1.0, 0.0),
        "Q2": (TODAY, date(2027, 1, 1), 0.0, 0.0, 1.0),
    }
    awards, uses = [*ROUND[:3], *ROUND[4:]], [*USES[:3], *USES[4:]]
    for name, (start, end, used, elapsed, rate) in halves.items():
        awards.append(
            award("idle", 500, 300, recommended=400.0, tranche=name, start=start, end=end)
        )
        uses.append(use("idle", used, rate, tranche=name, elapsed_share=elapsed))
    line = regrets(awards, uses).filter(pl.col("application_id") == "idle").row(0, named=True)
    assert (line["class"], line["granted"], line["used"]) == (SPARE, 600, 10)
    assert (line["elapsed_share"], line["end"]) == (0.5, date(2027, 1, 1))
    assert (line["movable_low"], line["movable_high"]) == (290 + 300 - 184, 590)


def test_without_use_there_is_no_regret() -> None:
    assert regrets(ROUND, []).is_empty()
    assert regret_notes(regrets(ROUND, [])) == ()


awarded = st.lists(
    st.tuples(
        st.integers(1, 1000), st.integers(1, 1000), st.integers(0, 1000), st.integers(0, 1200),
        st.floats(0, 10), st.sampled_from(["one", "two"]), st.floats(0, 1),
    ),
    max_size=12,
)  # fmt: skip


@given(awarded, st.randoms(use_true_random=False))
def test_what_could_have_moved_is_bounded_by_either_class(
    rows: list[tuple[int, int, int, int, float, str, float]], seed: Any
) -> None:
    awards, uses = [], []
    for number, (asked, granted, merit, used, rate, resource, elapsed) in enumerate(rows):
        told = {"resource": resource}
        awards.append(award(str(number), asked, granted, recommended=float(merit), **told))
        uses.append(use(str(number), float(used), rate, elapsed_share=elapsed, **told))
    frame = regrets(awards, uses)
    assert (frame["movable_low"] <= frame["movable_high"]).all()
    assert (frame["could_have_moved_low"] <= frame["could_have_moved_high"]).all()
    for resource in ("one", "two"):
        here = frame.filter(pl.col("resource") == resource)
        for name in (SHORT, SPARE):
            total = sum(here.filter(pl.col("class") == name)["movable_high"].to_list())
            assert (here["could_have_moved_high"] <= total + 1e-9).all()
    seed.shuffle(awards)
    seed.shuffle(uses)
    again = regrets(awards, uses)
    assert again.select("application_id", "class").equals(frame.select("application_id", "class"))


def pools(
    awards: list[dict[str, Any]], uses: list[dict[str, Any]], **more: Any
) -> list[dict[str, Any]]:
    table = pl.DataFrame(awards, schema=AWARDS.schema)
    frame = award_pools(
        table,
        pl.DataFrame(uses, schema=USE_SCHEMA),
        places=placed(table, ["one", "two"], {}),
        **more,
    )
    assert tuple(frame.columns) == (*more.get("by", ()), *POOL_COLUMNS)
    return frame.to_dicts()


def test_pools_of_one_machine_by_hand() -> None:
    rows = pools(
        [
            award("a", 400, 100, pool="national", offered=150.0),
            award("b", 600, 50, pool="national", offered=150.0),
            award("c", 100, 50, pool="host", offered=60.0),
            award("d", 90, 0, pool="host", offered=60.0),
            award("e", 90, 10, pool="host", unit="SU"),
            award("f", 50, 5, pool="host", status="withdrawn"),
        ],
        [use("a", 60.0), use("b", 20.0), use("c", 20.0)],
        shares={("one", "national"): 0.7},
    )
    assert [(row["pool"], row["unit"]) for row in rows] == [
        ("host", "GPU-hours"), ("host", "SU"), ("national", "GPU-hours")
    ]  # fmt: skip
    host, units, national = rows
    assert (national["applications"], national["awards"], national["offered"]) == (2, 2, 150)
    assert (national["share_of_granted"], national["share_of_used"]) == (0.75, 0.8)
    assert (national["awarded_share"], national["pool_share"]) == (0.15, 0.7)
    assert national["used_share"] == pytest.approx(80 / 150)
    assert (host["applications"], host["awards"], host["offered"]) == (2, 1, 60)
    assert (host["requested"], host["granted"], host["used"]) == (190, 50, 20)
    assert (host["share_of_granted"], host["share_of_used"]) == (0.25, 0.2)
    assert (units["share_of_granted"], units["used"], units["awards_without_use"]) == (1, None, 1)


def test_where_one_use_is_unknown_pools_have_no_share_of_the_used() -> None:
    rows = pools(
        [award("a", 400, 100, pool="national"), award("c", 100, 50, pool="host")], [use("a", 60.0)]
    )
    assert [row["share_of_used"] for row in rows] == [None, None]
    assert [row["used"] for row in rows] == [None, 60]


def test_an_offer_of_a_whole_round_is_no_pools_own() -> None:
    rows = pools(
        [award("a", 1, 1, pool="x", offered=9.0), award("b", 1, 1, pool="y", offered=9.0)], []
    )
    assert [row["offered"] for row in rows] == [None, None]
    rounds = [
        award("a", 1, 1, pool="x", offered=9.0),
        award("a", 1, 1, pool="x", offered=4.0, round="2"),
    ]
    assert [row["offered"] for row in pools(rounds, [])] == [13]
    apart = pools(rounds, [], by=["round"])
    assert [(row["round"], row["offered"]) for row in apart] == [("1", 9), ("2", 4)]


def test_a_resource_is_the_cluster_that_its_accounts_are_on() -> None:
    rows = pools(
        [
            award("a", 4, 1, resource="", accounts="two:x"),
            award("b", 4, 1, resource="Two"),
            award("c", 4, 1, resource="", accounts="one:x;two:x"),
        ],
        [],
    )
    assert [(row["resource"], row["granted"]) for row in rows] == [("two", 2), (None, 1)]
    frame = pl.DataFrame(rows, infer_schema_length=None)
    assert any("No award names a pool" in note for note in pools_notes(frame))


def test_lines_for_whole_rounds_bring_their_counts() -> None:
    rows = pools([award("a", 100, 40, applications=9, awards=4), award("b", 10, 0)], [])
    assert (rows[0]["applications"], rows[0]["awards"]) == (10, 4)
