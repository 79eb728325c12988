"""Whether an answer says what the walk through the seconds says."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isclose
from typing import Any

import polars as pl
from oracle_world import Table


def differences(
    frame: pl.DataFrame,
    expected: Table,
    *,
    keys: Sequence[str],
    default: dict[str, Any] | None = None,
) -> list[str]:
    """What differs, in words; nothing where they agree.

    `default` is what a group printed without anything in it must say; without it no group may be
    printed that is not expected. A group with something in it must be printed.
    """
    keys = [name for name in keys if name in frame.columns]
    found: dict[Any, dict[str, Any]] = {}
    wrong = []
    for row in frame.iter_rows(named=True):
        group = tuple(row[name] for name in keys)
        if group in found:
            wrong.append(f"{group}: printed twice")
        found[group] = row
        if default is None and group not in expected:
            wrong.append(f"{group}: printed, and nobody expects it")
        for name, want in ((default or {}) | expected.get(group, {})).items():
            if name not in row:
                wrong.append(f"no column {name}")
            elif not same(row[name], want):
                wrong.append(f"{group} {name}: {row[name]!r}, and it should be {want!r}")
    for group, cells in expected.items():
        if group not in found and not all(value in {None, 0} for value in cells.values()):
            wrong.append(f"{group}: not printed, and it holds {cells}")
    return wrong


@dataclass(frozen=True)
class Near:
    """A figure that is within 1.3 % of the exact one, as from a histogram, or so near to it."""

    value: float
    rel_tol: float = 0.013
    abs_tol: float = 0.0


@dataclass(frozen=True)
class Between:
    """A figure that may lie anywhere between two, and so near to them."""

    low: float
    high: float
    abs_tol: float


def same(got: Any, want: Any) -> bool:
    if isinstance(want, Between):
        return got is not None and want.low - want.abs_tol <= got <= want.high + want.abs_tol
    if isinstance(want, Near):
        return got is not None and isclose(
            got, want.value, rel_tol=want.rel_tol, abs_tol=want.abs_tol
        )
    if isinstance(got, float) and isinstance(want, int | float | Fraction):
        return isclose(got, want, rel_tol=1e-9, abs_tol=1e-9)
    return bool(got == want)
