"""The rules one by one, secondary suppression over margins, and the audit."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from analytics.disclosure import Cells, Rules, planned, rounded_people
from reports.disclosure import whole_periods

RULES = Rules(minimum_people=3, minimum_bodies=2, p=0.1)


def cells(contributions: dict[str, list[tuple[str, str, float]]]) -> Cells:
    rows = [
        (key, person, body, amount)
        for key, parts in contributions.items()
        for person, body, amount in parts
    ]
    return Cells.of(
        pl.DataFrame(rows, schema=["cell", "person", "body", "amount"], orient="row"), ["cell"]
    )


def people(count: int, *, bodies: int = 4, amount: float = 10.0, name: str = "p"):
    return [(f"{name}{n}", f"{name}b{n % bodies}", amount) for n in range(count)]


def safe(parts) -> bool:
    return cells({"x": parts}).tally([0], RULES).is_safe(RULES)


@pytest.mark.parametrize(
    ("parts", "published"),
    [
        (people(3), True),
        (people(2), False),
        (people(4, bodies=1), False),
        ([("a", "x", 100.0), ("b", "y", 50.0), ("c", "z", 10.0)], True),
        ([("a", "x", 100.0), ("b", "y", 50.0), ("c", "z", 9.9)], False),
        ([("a", "x", 60.0), ("b", "x", 60.0), ("c", "y", 60.0), ("d", "z", 11.9)], False),
        ([("a", None, 10.0), ("b", None, 10.0), ("c", None, 10.0)], False),
        ([(None, "x", 10.0), (None, "y", 10.0), (None, "z", 10.0)], False),
    ],
    ids=["enough", "two people", "one body", "p % kept", "p % broken", "bodies dominate",
         "unknown bodies are one", "unknown people are one"],
)  # fmt: skip
def test_a_cell_is_published_by_the_rules(parts, published):
    assert safe(parts) is published


def table() -> tuple[Cells, list[frozenset[int]]]:
    """Three by three, of which one cell has a single person; rows, columns and the total."""
    parts = {
        f"{row}{column}": people(5, name=f"{row}{column}") for row in "abc" for column in "123"
    }
    found = cells(parts | {"a1": [("one", "alone", 30.0)]})
    by = found.places
    rows = [frozenset(by[f"{row}{column}",] for column in "123") for row in "abc"]
    columns = [frozenset(by[f"{row}{column}",] for row in "abc") for column in "123"]
    return found, [*rows, *columns, frozenset(by.values())]


def test_a_single_cell_takes_a_rectangle_with_it_and_all_totals_stay():
    found, totals = table()
    plan = planned(found, totals, RULES)
    assert {found.keys[cell] for cell in plan.sensitive} == {("a1",)}
    assert len(plan.withheld) == 4
    assert set(plan.totals) == set(totals)
    assert all(plan.publishes(total) for total in totals)
    assert not list(plan.audit())


def test_without_secondary_suppression_the_audit_tells_which_cell_is_exposed():
    found, totals = table()
    plan = planned(found, totals, Rules(minimum_people=3, minimum_bodies=2, secondary=False))
    (exposed,) = plan.audit()
    assert (exposed.low, exposed.value, exposed.high) == pytest.approx((30.0, 30.0, 30.0))


def test_what_follows_is_published_and_what_does_not_is_not():
    found, totals = table()
    plan = planned(found, totals, RULES)
    partner = next(cell for cell in plan.withheld if cell not in plan.sensitive)
    assert plan.publishes(totals[0] | totals[1])
    assert not plan.publishes([partner])
    assert not plan.publishes(totals[-1] - plan.sensitive)


def test_agreed_cells_are_public_and_counted_as_known():
    found, totals = table()
    alone = found.places["a1",]
    plan = planned(found, totals, RULES, agreed=frozenset([alone]))
    assert not plan.withheld
    assert plan.publishes([alone])


def test_where_nothing_may_be_told_nothing_is():
    found = cells({"a": people(1), "b": people(1, name="q")})
    plan = planned(found, [frozenset([0, 1])], RULES)
    assert not plan.totals
    assert not plan.publishes([0, 1])


def test_a_secret_of_another_table_is_withheld_though_it_breaks_no_rule():
    found, totals = table()
    whole = totals[-1]
    plan = planned(found, totals, RULES, secrets=[whole])
    assert not plan.publishes(whole)
    assert not list(plan.audit())


def test_counts_of_people_are_rounded_and_small_ones_withheld():
    counts = pl.DataFrame({"n": [0, 1, 9, 10, 12, 13, 187]})
    shown = counts.select(rounded_people(pl.col("n"), minimum=10, to=5))["n"]
    assert shown.to_list() == [0, None, None, 10, 10, 15, 185]


@pytest.mark.parametrize(
    ("since", "until", "reach", "expected"),
    [
        ((2026, 2, 3), (2026, 4, 5), (2026, 9, 1), ((2026, 2, 1), (2026, 5, 1))),
        (None, None, (2026, 9, 1), (None, None)),
        (None, None, (2026, 9, 12), (None, (2026, 9, 1))),
        ((2026, 9, 1), None, (2026, 9, 12), ((2026, 9, 1), None)),
        ((2026, 1, 1), (2026, 12, 1), (2026, 9, 12), ((2026, 1, 1), (2026, 9, 1))),
    ],
)
def test_periods_are_widened_and_a_month_that_is_not_over_is_left_out(
    since, until, reach, expected
):
    day = [None if each is None else date(*each) for each in (since, until)]
    found = whole_periods(*day, grain="month", reach=datetime(*reach, tzinfo=UTC), timezone="UTC")
    assert found == tuple(None if each is None else date(*each) for each in expected)


def test_the_first_month_of_a_young_store_is_kept_though_it_is_not_over():
    reach, first = (datetime(2026, 11, day, tzinfo=UTC) for day in (21, 20))
    asked = {"grain": "month", "reach": reach, "timezone": "UTC"}
    assert whole_periods(None, None, first=first, **asked) == (None, None)
    earlier = datetime(2026, 10, 31, tzinfo=UTC)
    assert whole_periods(None, None, first=earlier, **asked) == (None, date(2026, 11, 1))
