"""The estimate of Aalen and Johansen against examples worked by hand, and against exact fractions."""

import subprocess
import sys
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.survival import CANCELLED, CENSORED, STARTED, incidence

Wait = tuple[int, int, int]


def waits(*rows: Wait) -> pl.DataFrame:
    schema = {"t_s": pl.Int64(), "fate": pl.Int64(), "n": pl.Int64()}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def test_a_worked_example_with_ends_and_losses_in_the_same_second():
    # Ten waits. At 2 s: three start, one is cancelled, one is lost: S(2) = 1 - 4/10 = 3/5.
    # At 5 s five are left: one starts, two are lost: S(5) = 3/5 * 4/5 = 12/25.
    # At 7 s two are left: one is cancelled, one is lost.
    seen = waits(
        (2, STARTED, 3), (2, CANCELLED, 1), (2, CENSORED, 1),
        (5, STARTED, 1), (5, CENSORED, 2), (7, CANCELLED, 1), (7, CENSORED, 1),
    )  # fmt: skip
    started = [0, Fraction(3, 10), Fraction(3, 10), Fraction(3, 10) + Fraction(3, 5) / 5]
    cancelled = [0, Fraction(1, 10), Fraction(1, 10), Fraction(1, 10)]
    started += [started[-1]]
    cancelled += [Fraction(1, 10) + Fraction(12, 25) / 2]
    curve = incidence(seen, [1, 2, 4, 5, 7, 8])
    assert curve["t_s"].to_list() == [1, 2, 4, 5, 7, 8]
    assert curve["at_risk"].to_list() == [10, 10, 5, 5, 2, 0]
    assert curve["p_started"].to_list() == [
        *(pytest.approx(float(share), abs=1e-14) for share in started),
        None,
    ]
    assert curve["p_cancelled"].to_list() == [
        *(pytest.approx(float(share), abs=1e-14) for share in cancelled),
        None,
    ]


def test_only_starts():
    curve = incidence(waits((0, STARTED, 1), (9, STARTED, 3)), [0, 8, 9, 1_000])
    assert curve["p_started"].to_list() == [0.25, 0.25, 1, 1]
    assert curve["p_cancelled"].to_list() == [0, 0, 0, 0]
    assert curve["at_risk"].to_list() == [4, 3, 3, 0]


def test_only_cancellations():
    curve = incidence(waits((3, CANCELLED, 1), (4, CENSORED, 1)), [2, 3, 4, 5])
    assert curve["p_started"].to_list() == [0, 0, 0, None]
    assert curve["p_cancelled"].to_list() == [0, 0.5, 0.5, None]


def test_all_censored():
    curve = incidence(waits((60, CENSORED, 7)), [0, 60, 61])
    assert curve["p_started"].to_list() == [0, 0, None]
    assert curve["at_risk"].to_list() == [7, 7, 0]


@pytest.mark.parametrize("none", [waits(), waits((4, STARTED, 0))])
def test_an_empty_cohort_is_unknown(none: pl.DataFrame):
    curve = incidence(none, [0, 3_600])
    assert curve["p_started"].to_list() == curve["p_cancelled"].to_list() == [None, None]
    assert curve["at_risk"].to_list() == [0, 0]


def by_fractions(rows: list[Wait], moment: int) -> tuple[Fraction, Fraction] | None:
    alive, surviving = sum(n for *_, n in rows), Fraction(1)
    shares = {STARTED: Fraction(0), CANCELLED: Fraction(0)}
    for time in sorted({t for t, *_ in rows if t <= moment}):
        ends = {fate: sum(n for t, f, n in rows if (t, f) == (time, fate)) for fate in range(3)}
        for fate in shares:
            shares[fate] += surviving * Fraction(ends[fate], alive)
        surviving *= 1 - Fraction(ends[STARTED] + ends[CANCELLED], alive)
        alive -= sum(ends.values())
    if alive == 0 and surviving > 0 and moment > max(t for t, *_ in rows):
        return None
    return shares[STARTED], shares[CANCELLED]


rows_of_waits = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 2), st.integers(1, 4)), min_size=1, max_size=20
)


@given(rows_of_waits, st.randoms())
def test_equals_exact_fractions_in_any_order(rows: list[Wait], random):
    moments = list(range(14))
    curve = incidence(waits(*rows), moments)
    for moment, row in zip(moments, curve.iter_rows(named=True), strict=True):
        exact = by_fractions(rows, moment)
        got = (row["p_started"], row["p_cancelled"])
        if exact is None:
            assert got == (None, None)
        else:
            assert got == tuple(pytest.approx(float(share), abs=1e-12) for share in exact)
            assert sum(got) <= 1 + 1e-12
    random.shuffle(rows)
    assert incidence(waits(*rows), moments).equals(curve)


def test_other_tables_do_not_load_the_library():
    code = (
        "import sys; import plimsoll.cli, plimsoll.api, analytics.survival, reports.answer;"
        "sys.exit('statsmodels' in sys.modules or 'scipy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
