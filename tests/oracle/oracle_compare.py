"""Whether an answer says what the walk through the seconds says."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isclose
from typing import Any

import polars as pl
from oracle_world import Table


def differences(
    frame: pl.DataFrame, expected: Table, *, keys: Sequence[str], default: dict[str, Any]
) -> list[str]:
    """What differs, in words; nothing where they agree.

    `default` is what a group printed without anything in it must say; a group with something in
    it must be printed.
    """
    keys = [name for name in keys if name in frame.columns]
    found: dict[Any, dict[str, Any]] = {}
    wrong = []
    for row in frame.iter_rows(named=True):
        group = tuple(row[name] for name in keys)
        if group in found:
            wrong.append(f"{group}: printed twice")
        found[group] = row
        for name, want in (default | expected.get(group, {})).items():
            if name not in row:
                wrong.append(f"no column {name}")
            elif not same(row[name], want):
                wrong.append(f"{group} {name}: {row[name]!r}, and it should be {want!r}")
    for group, cells in expected.items():
        if group not in found and any(
            value is not None and not same(value, default.get(name))
            for name, value in cells.items()
        ):
            wrong.append(f"{group}: not printed, and it holds {cells}")
    return wrong


@dataclass(frozen=True)
class Near:
    """A figure from a histogram: within 1.3 % of the exact one."""

    value: float


def same(got: Any, want: Any) -> bool:
    if isinstance(want, Near):
        return got is not None and isclose(got, want.value, rel_tol=0.013)
    if isinstance(got, float) and isinstance(want, int | float):
        return isclose(got, want, rel_tol=1e-9, abs_tol=1e-9)
    return bool(got == want)
