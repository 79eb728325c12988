"""The audit: how closely what is published bounds what is withheld, by linear programme."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import csr_array

_CLOSE: Final = 1e-6
_INDEPENDENT: Final = 1e-7
_UNBOUNDED: Final = 3

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Exposed:
    """A withheld cell, or sum of cells, that is bounded too closely: it lies in [low, high]."""

    cells: frozenset[int]
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Published:
    """What is known of cells: the amounts of those that are published, sums of those that are not.

    No cell is negative. `sums` are the withheld parts of published totals with their amounts; one
    that follows from smaller ones is left out.
    """

    amounts: Reals
    withheld: frozenset[int]
    sums: Mapping[frozenset[int], float]

    @classmethod
    def of(
        cls, amounts: Reals, withheld: frozenset[int], totals: Iterable[frozenset[int]]
    ) -> "Published":
        """What totals tell of the withheld cells after the published ones are subtracted."""
        parts = independent({total & withheld for total in totals})
        return cls(amounts, withheld, {part: _sum(amounts, part) for part in parts})

    def bounds(self, secret: frozenset[int]) -> tuple[float, float]:
        """The least and the greatest value that the secret may have."""
        open_ = _sum(self.amounts, secret - self.withheld)
        low, high = self._bounds(secret & self.withheld)
        return open_ + low, open_ + high

    def exposed(self, secret: frozenset[int], needed: float) -> Exposed | None:
        """The secret if it can be told to within less than `needed` on either side."""
        value = _sum(self.amounts, secret)
        if value == 0:
            return None
        low, high = self.bounds(secret)
        slack = _CLOSE * value
        near = low > max(value - needed, 0.0) + slack or high < value + needed - slack
        return Exposed(secret, value, low, high) if near else None

    def _bounds(self, secret: frozenset[int]) -> tuple[float, float]:
        known = self._linked(secret)
        if not known:
            return 0.0, np.inf if secret else 0.0
        if len(known) == 1:
            part, amount = next(iter(known.items()))
            return (amount if secret == part else 0.0), (amount if secret <= part else np.inf)
        return _solved(secret, known)

    def _linked(self, secret: frozenset[int]) -> dict[frozenset[int], float]:
        """The sums that have to do with the secret, directly or over others."""
        known: dict[frozenset[int], float] = {}
        reached = set(secret)
        while more := {
            part: amount
            for part, amount in self.sums.items()
            if part not in known and not reached.isdisjoint(part)
        }:
            known |= more
            reached.update(*more)
        return known


def independent(parts: Iterable[frozenset[int]]) -> list[frozenset[int]]:
    """The sets of cells, smaller ones first, whose sum does not follow from those before."""
    wanted = sorted((part for part in parts if part), key=lambda part: (len(part), sorted(part)))
    place = {cell: column for column, cell in enumerate(sorted(set().union(*wanted)))}
    kept: list[frozenset[int]] = []
    basis = np.zeros((0, len(place)))
    for part in wanted:
        row = np.zeros(len(place))
        row[[place[cell] for cell in part]] = 1.0
        rest = row - basis.T @ (basis @ row)
        rest -= basis.T @ (basis @ rest)
        if (size := float(np.linalg.norm(rest))) > _INDEPENDENT:
            basis = np.vstack([basis, rest / size])
            kept.append(part)
    return kept


def _sum(amounts: Reals, cells: frozenset[int]) -> float:
    return float(amounts[sorted(cells)].sum())


def _solved(secret: frozenset[int], known: Mapping[frozenset[int], float]) -> tuple[float, float]:
    order = sorted(secret.union(*known))
    place = {cell: column for column, cell in enumerate(order)}
    rows = [row for row, part in enumerate(known) for _ in part]
    columns = [place[cell] for part in known for cell in part]
    matrix = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(known), len(order)))
    scale = max(known.values())
    told = np.array(list(known.values())) / scale
    goal = np.array([float(cell in secret) for cell in order])
    return _least(goal, matrix, told) * scale, -_least(-goal, matrix, told) * scale


def _least(goal: Reals, matrix: csr_array, told: Reals) -> float:
    found = linprog(goal, A_eq=matrix, b_eq=told, bounds=(0, None), method="highs")
    if found.status == _UNBOUNDED:
        return -np.inf
    if found.status != 0:
        raise ArithmeticError(f"the audit of withheld cells failed: {found.message}")
    return float(found.fun)
