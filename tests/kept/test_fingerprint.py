"""Digests: equal for equal things in any process, and for nothing else."""

import subprocess
import sys
from dataclasses import dataclass
from datetime import date

import polars as pl
import pytest

from analytics.fingerprint import fingerprint

_IN_A_PROCESS = """
import polars as pl
from analytics.fingerprint import fingerprint
frame = pl.DataFrame({"a": ["x", None], "b": [[1], [2, 3]]})
plan = frame.lazy().filter(pl.col("a") == "x").with_columns(c=pl.lit(1))
print(fingerprint(frame, plan, {"k": 1, "j": {"q", "w", "e"}}, pl.col("a") + 1))
"""


@dataclass(frozen=True)
class Pair:
    one: int
    two: str


def test_it_is_the_same_in_every_process():
    runs = {
        subprocess.run(
            [sys.executable, "-c", _IN_A_PROCESS], capture_output=True, check=True, text=True,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(runs) == 1


def test_sets_and_mappings_count_in_any_order_and_lists_in_theirs():
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert fingerprint({"a", "b"}) == fingerprint({"b", "a"})
    assert fingerprint(["a", "b"]) != fingerprint(["b", "a"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((1,), ("1",)),
        ((["a", "b"],), (["ab"],)),
        (([], ["a"]), (["a"], [])),
        ((None,), (False,)),
        ((date(2026, 1, 1),), ("2026-01-01",)),
        ((Pair(1, "a"),), (Pair(1, "b"),)),
        ((pl.DataFrame({"a": [1, 2]}),), (pl.DataFrame({"a": [2, 1]}),)),
        ((pl.DataFrame({"a": [1, None]}),), (pl.DataFrame({"a": [1, 0]}),)),
        ((pl.DataFrame({"a": [1]}),), (pl.DataFrame({"b": [1]}),)),
        ((pl.LazyFrame({"a": [1]}),), (pl.LazyFrame({"a": [1]}).filter(pl.col("a") > 0),)),
    ],
)
def test_different_things_have_different_ones(one, other):
    assert fingerprint(*one) != fingerprint(*other)
    assert fingerprint(*one) == fingerprint(*one)


def test_the_same_rows_are_the_same_however_they_lie_in_memory():
    whole = pl.DataFrame({"a": ["x" * 20, None, "z"], "b": [1, None, 3]})
    pieces = pl.concat([whole.head(1), whole.filter(pl.col("b").is_null()), whole.tail(1)])
    assert fingerprint(pieces) == fingerprint(whole)


def test_what_nobody_described_is_refused():
    with pytest.raises(TypeError, match="no fingerprint of object"):
        fingerprint(object())
