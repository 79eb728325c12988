import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import InputError
from model.hostlist import MAX_HOSTS, count, expand


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("gpu01", ("gpu01",)),
        ("n[001-003,7]", ("n001", "n002", "n003", "n7")),
        ("r[1-2]n[01-02]", ("r1n01", "r1n02", "r2n01", "r2n02")),
        ("a[1-2],b3,c[09-10]-ib", ("a1", "a2", "b3", "c09-ib", "c10-ib")),
        ("None assigned", ()),
        ("", ()),
    ],
)
def test_expands(text, hosts):
    assert expand(text) == hosts
    assert count(text) == len(hosts)


@pytest.mark.parametrize("text", ["n[1-999999999]", "n[1-1000]m[1-1000]", f"n[0-{MAX_HOSTS}]"])
def test_a_bomb_is_refused_before_it_is_expanded(text):
    with pytest.raises(InputError, match="more than"):
        expand(text)


@pytest.mark.parametrize("text", ["n[1-", "n]1[", "n[[1]]", "n[3-1]", "n[a-b]", "n[]"])
def test_what_cannot_be_read_is_refused(text):
    with pytest.raises(InputError):
        expand(text)


@given(st.integers(0, 500), st.integers(0, 500), st.integers(1, 5))
def test_padding_is_kept(first, extra, width):
    text = f"n[{first:0{width}}-{first + extra:0{width}}]"
    hosts = expand(text)
    assert len(hosts) == extra + 1 == count(text)
    assert hosts[0] == f"n{first:0{width}}"


@given(st.text(alphabet="n[]-,01 ", max_size=30))
def test_never_crashes(text):
    with contextlib.suppress(InputError):
        assert len(expand(text)) == count(text)
