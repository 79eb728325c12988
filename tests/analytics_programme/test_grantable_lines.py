"""Lines of `grantable` from capacity and commitments, without a store."""

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from analytics.award_commitments import COMMITTED_SCHEMA, committed, used_shares, with_observation
from analytics.award_places import WholeNodes, conversion, placed, whole_nodes
from analytics.calendar import Calendar, calendar, next_quarter
from analytics.estate import OBSERVED_SCHEMA
from analytics.expected_capacity import EXPECTED_SCHEMA
from analytics.grantable import GRANTABLE_COLUMNS, grantable
from analytics.grantable_notes import grantable_notes, strange_pools
from analytics.used_share import HISTORY_SCHEMA, used_share
from model.schemas import AWARDS, NODES

NOW = datetime(2026, 10, 1, tzinfo=UTC)
NOW_S = int(NOW.timestamp())
QUARTER = calendar(NOW, datetime(2027, 1, 1, tzinfo=UTC), period="total", timezone="UTC")


def capacity(*rows: tuple[str, float | None]) -> pl.DataFrame:
    table = [{"cluster": name, "bin": 0, "expected_available": free} for name, free in rows]
    return pl.DataFrame(table, schema=EXPECTED_SCHEMA)


def promise(cluster: str | None, high: float, **more: Any) -> dict[str, Any]:
    return {
        "place": cluster, "cluster": cluster, "pool": None, "unit": "GPU-hours",
        "conversion": None, "bin": 0, "low": high, "high": high, "certain": True,
    } | more  # fmt: skip


def promises(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=COMMITTED_SCHEMA)


def history(*shares: float, cluster: str = "one") -> pl.DataFrame:
    return pl.DataFrame([(cluster, each) for each in shares], schema=HISTORY_SCHEMA, orient="row")


def lines(
    free: pl.DataFrame, live: pl.DataFrame, ended: pl.DataFrame | None = None, **more: Any
) -> dict[tuple[str | None, str | None, str], dict[str, Any]]:
    frame = grantable(free, live, history() if ended is None else ended, coming=QUARTER, **more)
    assert tuple(frame.columns) == GRANTABLE_COLUMNS
    return {(row["resource"], row["pool"], row["unit"]): row for row in frame.iter_rows(named=True)}


def test_without_an_ended_award_use_may_be_anything_from_none_to_all() -> None:
    row = lines(capacity(("one", 100.0)), promises(promise("one", 30.0)))["one", None, "GPU-hours"]
    assert (row["grantable_low"], row["grantable_high"]) == (70, 100)
    assert (row["committed"], row["expected_use_of_commitments"]) == (30, None)
    assert (row["used_share_median"], row["used_share_basis"]) == (None, None)


def test_three_ended_awards_give_a_middle_and_no_range() -> None:
    ended = history(0.4, 0.5, 1.3)
    row = lines(capacity(("one", 100.0)), promises(promise("one", 30.0)), ended)[
        "one", None, "GPU-hours"
    ]
    assert row["expected_use_of_commitments"] == pytest.approx(15)
    assert (row["grantable_low"], row["grantable_high"]) == pytest.approx((100 - 1.3 * 30, 100))


def test_few_of_its_own_are_helped_out_by_all_clusters() -> None:
    ended = pl.concat([history(0.1), history(0.5, 0.6, 0.7, cluster="two")])
    row = lines(capacity(("one", 100.0)), promises(promise("one", 10.0)), ended)[
        "one", None, "GPU-hours"
    ]
    assert (row["used_share_basis"], row["awards_ended"]) == ("all clusters", 4)
    assert row["used_share_median"] == pytest.approx(0.55)


def test_more_may_be_promised_than_there_will_be() -> None:
    frame = grantable(
        capacity(("one", 10.0)),
        promises(promise("one", 100.0)),
        history(0.8, 0.8, 0.8, 0.8),
        coming=QUARTER,
    )
    assert frame["grantable_high"].item() == pytest.approx(-70)
    assert any("More is promised" in note for note in grantable_notes(frame))


def test_units_are_never_mixed() -> None:
    live = promises(
        promise("one", 30.0),
        promise("one", 5.0, unit="SU"),
        promise(None, 7.0, place="elsewhere"),
        promise("two", 3.0),
    )
    found = lines(capacity(("one", 100.0), ("two", 50.0)), live)
    assert set(found) == {
        ("one", None, "GPU-hours"), ("one", None, "SU"),
        ("elsewhere", None, "GPU-hours"), ("two", None, "GPU-hours"),
    }  # fmt: skip
    mixed = found["one", None, "GPU-hours"]
    assert (mixed["committed"], mixed["grantable_low"], mixed["grantable_high"]) == (
        None, None, 100,
    )  # fmt: skip
    assert found["one", None, "SU"]["committed"] == 5
    assert found["two", None, "GPU-hours"]["grantable_low"] == 47
    for row in (found["one", None, "SU"], found["elsewhere", None, "GPU-hours"]):
        assert (row["grantable_low"], row["grantable_high"]) == (None, None)


def test_notes_say_what_has_a_line_of_its_own() -> None:
    live = promises(promise("one", 30.0), promise("one", 5.0, unit="SU", certain=False, low=0.0))
    frame = grantable(capacity(("one", None)), live, history(), coming=QUARTER)
    said = " ".join(grantable_notes(frame))
    assert "Live awards in SU have lines of their own" in said
    assert "several clusters): 1." in said
    assert "No award has ended" in said
    quiet = grantable(capacity(("one", 1.0)), promises(), history(), coming=QUARTER)
    assert "No live award lies in the period" in " ".join(grantable_notes(quiet))


def test_what_is_not_certain_widens_the_range() -> None:
    live = promises(promise("one", 30.0), promise("one", 20.0, low=0.0, certain=False))
    row = lines(capacity(("one", 100.0)), live, history(0.5, 0.5, 0.5, 0.5))[
        "one", None, "GPU-hours"
    ]
    assert (row["committed"], row["awards_uncertain"]) == (None, 1)
    assert (row["grantable_low"], row["grantable_high"]) == (75, 85)


def test_a_machine_of_unknown_size_has_nothing_to_say() -> None:
    row = lines(capacity(("one", None)), promises())["one", None, "GPU-hours"]
    assert (row["expected_available"], row["grantable_low"], row["committed"]) == (None, None, 0)


def test_pools_share_the_machine_and_strangers_draw_on_the_rest() -> None:
    live = promises(
        promise("one", 30.0, pool="host"),
        promise("one", 9.0, pool="nobody's"),
        promise("one", 4.0),
    )
    found = lines(capacity(("one", 100.0)), live, pools={"one": {"host": 0.4, "national": 0.6}})
    free = {pool: row["grantable_low"] for (_, pool, _), row in found.items()}
    assert free == pytest.approx({"host": 10, "national": 60, None: -13})
    assert strange_pools(live, {"one": {"host": 0.4}}) == (
        "The settings know no such pools: nobody's on one. Their awards draw on the rest."
    )
    assert strange_pools(live, {"two": {"host": 0.4}}) is None
    without = lines(capacity(("one", 100.0)), promises(), pools={"one": {"host": 1.0}})
    assert set(without) == {("one", "host", "GPU-hours")}


shares = st.lists(st.floats(0, 2), max_size=8)
amounts = st.floats(0, 1e6)
lives = st.lists(
    st.builds(
        lambda cluster, unit, pool, high, certain: promise(
            cluster, high, unit=unit, pool=pool, certain=certain, low=high if certain else 0.0
        ),
        st.sampled_from(["one", "two", None]),
        st.sampled_from(["GPU-hours", "SU", "node-hours"]),
        st.sampled_from([None, "host", "other"]),
        amounts,
        st.booleans(),
    ),
    max_size=8,
)


@given(free=amounts, live=lives, seen=shares, seed=st.randoms(use_true_random=False))
def test_bounds_are_ordered_and_the_order_of_rows_does_not_matter(
    free: float, live: list[dict[str, Any]], seen: list[float], seed: Any
) -> None:
    some = capacity(("one", free), ("two", None))
    pools = {"one": {"host": 0.3}}
    frame = grantable(some, promises(*live), history(*seen), coming=QUARTER, pools=pools)
    known = frame.filter(pl.col("grantable_low").is_not_null())
    assert (known["grantable_low"] <= known["grantable_high"]).all()
    uses = frame.filter(pl.col("expected_use_of_commitments").is_not_null())
    middle = uses["expected_use_of_commitments"]
    assert (uses["expected_use_low"] <= middle * (1 + 1e-9) + 1e-9).all()
    assert (middle <= uses["expected_use_high"] * (1 + 1e-9) + 1e-9).all()
    of_one = frame.filter((pl.col("resource") == "one") & (pl.col("unit") == "GPU-hours"))
    assert of_one["expected_available"].sum() == pytest.approx(free)
    assert frame["awards_live"].sum() == len(live)
    shuffled = live[:]
    seed.shuffle(shuffled)
    again = grantable(some, promises(*shuffled), history(*seen), coming=QUARTER, pools=pools)
    assert_frame_equal(again, frame, rel_tol=1e-9, abs_tol=1e-6)


@given(st.lists(st.floats(0, 3), min_size=1, max_size=30))
def test_the_middle_lies_within_the_range(seen: list[float]) -> None:
    found = used_share(seen, basis="here")
    assert found.median is not None
    assert found.low <= found.median <= found.high


def award(name: str, **given_: Any) -> dict[str, Any]:
    return {
        "call": "c", "round": "1", "application_id": name, "resource": "one", "tranche": "",
        "unit": "GPU-hours", "granted": 100.0, "status": "decided", "accounts": "one:a",
        "start": date(2026, 7, 1), "end": date(2027, 1, 1),
    } | given_  # fmt: skip


def observed_rows(
    *rows: dict[str, Any], used: dict[str, float] | None = None, since: int = NOW_S - 400 * 86_400
) -> pl.DataFrame:
    awards = pl.DataFrame(rows, schema=AWARDS.schema)
    use = awards.select(
        *AWARDS.key,
        used=pl.col("application_id").replace_strict(
            used or {}, default=None, return_dtype=pl.Float64
        ),
    )
    windows = pl.DataFrame([("one", since, NOW_S, False)], schema=OBSERVED_SCHEMA, orient="row")
    return with_observation(
        awards, use, placed(awards, ["one", "two"], {"uk-one": "one"}), windows,
        as_of_s=NOW_S, timezone="UTC",
    )  # fmt: skip


def live_of(rows: pl.DataFrame, coming: Calendar = QUARTER) -> list[tuple[Any, ...]]:
    frame = committed(rows, coming=coming, as_of_s=NOW_S, nodes={})
    return frame.select("cluster", "low", "high", "certain").sort("cluster").rows()


def test_what_remains_is_spread_over_the_remaining_time() -> None:
    rows = observed_rows(award("x", end=date(2027, 4, 3)), used={"x": 40.0})
    assert live_of(rows) == [("one", pytest.approx(30), pytest.approx(30), True)]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"start": None}, [("one", 0, 60, False)]),
        ({"start": None, "end": None}, [("one", 0, 60, False)]),
        (
            {"accounts": "one:a;two:a", "resource": ""},
            [("one", 0, 60, False), ("two", 0, 60, False)],
        ),
        ({"accounts": None, "resource": "UK-One"}, [("one", 60, 60, True)]),
        ({"resource": "One"}, [("one", 60, 60, True)]),
        ({"resource": "three", "accounts": None}, [(None, 0, 60, False)]),
        ({"granted": 0.0}, []),
        ({"status": "undecided"}, []),
        ({"status": "withdrawn"}, []),
        ({"end": date(2026, 10, 1)}, []),
        ({"start": date(2027, 1, 1), "end": date(2027, 4, 1)}, []),
    ],
)
def test_live_awards_and_what_of_them_is_certain(
    changed: dict[str, Any], expected: list[tuple[Any, ...]]
) -> None:
    """Where use is known in part only, 40 of 100 were seen: at most 60 remain."""
    assert live_of(observed_rows(award("x", **changed), used={"x": 40.0})) == expected


def test_use_that_was_not_seen_throughout_is_not_certain() -> None:
    late = int(datetime(2026, 7, 10, tzinfo=UTC).timestamp())
    rows = observed_rows(award("x"), used={"x": 40.0}, since=late)
    assert live_of(rows) == [("one", 0, 60, False)]
    unseen = observed_rows(award("x"), used={})
    assert live_of(unseen) == [("one", 0, 100, False)]
    soon = observed_rows(award("x", start=date(2026, 10, 1)), used={})
    assert live_of(soon) == [("one", 100, 100, True)]


def test_only_ended_awards_that_were_seen_throughout_tell_the_used_share() -> None:
    ended = {"start": date(2026, 1, 1), "end": date(2026, 7, 1)}
    rows = observed_rows(
        award("whole", **ended),
        award("running"),
        award("old", start=date(2025, 1, 1), end=date(2026, 1, 1)),
        award("unknown", **ended),
        used={"whole": 80.0, "running": 10.0, "old": 5.0},
    )
    assert used_shares(rows, as_of_s=NOW_S).rows() == [("one", 0.8)]


ALIKE = WholeNodes(gpus=4, cpus=128, threads_per_core=2)


@pytest.mark.parametrize(
    ("unit", "nodes", "into", "factor"),
    [
        ("GPU-years", None, "GPU-hours", 8760),
        ("node-days", ALIKE, "GPU-hours", 96),
        ("core-hours", ALIKE, "GPU-hours", 4 / 64),
        ("core-hours", WholeNodes(4, 128), "core-hours", 1),
        ("CPU-hours", WholeNodes(4, 128), "GPU-hours", 4 / 128),
        ("CPU-hours", WholeNodes(4, None, 2), "CPU-hours", 1),
        ("node-hours", None, "node-hours", 1),
        ("SU", ALIKE, "SU", 1),
    ],
)
def test_units_become_gpu_hours_only_where_all_nodes_are_alike(
    unit: str, nodes: WholeNodes | None, into: str, factor: float
) -> None:
    found = conversion(unit, nodes)
    assert found.unit == into
    assert found.factor == pytest.approx(factor)
    assert (found.shown is None) == (found.unit == unit)


def test_nodes_are_alike_by_their_last_snapshot() -> None:
    def node(cluster: str, name: str, day: int, gpus: int, cpus: int = 64) -> dict[str, Any]:
        moment = datetime(2026, 1, day, tzinfo=UTC)
        return {
            "cluster": cluster, "node": name, "valid_from": moment, "gpus": gpus, "cpus": cpus
        }  # fmt: skip

    nodes = pl.DataFrame(
        [
            node("grown", "n1", 1, 2), node("grown", "n1", 9, 4), node("grown", "n2", 1, 4),
            node("mixed", "n1", 1, 4), node("mixed", "c1", 1, 0),
            node("cpus", "n1", 1, 4), node("cpus", "n2", 1, 4, 128),
        ],
        schema=NODES.schema,
    )  # fmt: skip
    assert whole_nodes(nodes, {"grown": 2}) == {
        "grown": WholeNodes(4, 64, 2),
        "cpus": WholeNodes(4, None),
    }


@pytest.mark.parametrize(
    ("moment", "first"),
    [
        (datetime(2026, 10, 1, tzinfo=UTC), date(2026, 10, 1)),
        (datetime(2026, 10, 1, 0, 0, 1, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2026, 11, 1, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2026, 12, 31, 23, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_the_coming_quarter_begins_at_or_after_the_datas_end(moment: datetime, first: date) -> None:
    assert next_quarter(moment) == first
