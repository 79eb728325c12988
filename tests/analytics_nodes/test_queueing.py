from math import factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.queueing import erlang_b, erlang_c, servers_needed


@pytest.mark.parametrize(
    ("servers", "load", "expected"),
    [(6, 2.5, 0.04744), (10, 8, 0.40918), (100, 95, 0.50646), (410, 400, 0.5102)],
)
def test_published_vectors(servers, load, expected):
    assert erlang_c(servers, load) == pytest.approx(expected, abs=5e-5)


def test_one_pool_of_67_waits_no_longer_than_ten_of_8():
    """Ten pools of 8 GPUs at a load of 0.8 each: P(wait) 0.458 split, 0.035 in one pool of 80."""
    assert erlang_c(8, 6.4) == pytest.approx(0.458, abs=5e-4)
    assert erlang_c(80, 64) == pytest.approx(0.035, abs=5e-4)


@given(servers=st.integers(1, 30), load=st.floats(0.01, 40))
def test_erlang_b_is_the_textbook_sum(servers, load):
    terms = [load**k / factorial(k) for k in range(servers + 1)]
    assert erlang_b(servers, load) == pytest.approx(terms[-1] / sum(terms))


def test_a_pool_that_cannot_keep_up_lets_all_wait():
    assert erlang_c(4, 4) == 1.0
    assert erlang_c(4, 9) == 1.0
    assert erlang_c(3, 0) == 0.0


def test_servers_needed_are_the_fewest_that_suffice():
    needed = servers_needed(8, service_s=7200, target_wait_s=0, late=0.05)
    assert erlang_c(needed, 8) <= 0.05 < erlang_c(needed - 1, 8)
    patient = servers_needed(8, service_s=7200, target_wait_s=3600, late=0.05)
    assert 8 < patient < needed
    assert servers_needed(0, service_s=1, target_wait_s=0, late=0.05) == 0
