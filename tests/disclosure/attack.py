"""An attacker who has several exports: subtracts, knows that nothing is negative, and solves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from peopled import Cell
from scipy.optimize import linprog

Cells = frozenset[Cell]
Told = Mapping[Cells, float]
"""What an export tells: sums over cells of cluster and month."""


@dataclass(frozen=True)
class Attack:
    """What is told, and the systems of equations that are left of it after subtraction."""

    single: Mapping[Cell, float]
    sums: tuple[tuple[Cells, float], ...]

    @classmethod
    def on(cls, told: Told) -> "Attack":
        """Subtracts cells that are told from the sums that are, until nothing more follows."""
        single: dict[Cell, float] = {}
        while True:
            known = frozenset(single)
            left = {
                cells - known: round(value - sum(single[cell] for cell in cells & known), 6)
                for cells, value in told.items()
            }
            found = {next(iter(cells)): value for cells, value in left.items() if len(cells) == 1}
            if not found:
                return cls(single, tuple((cells, value) for cells, value in left.items() if cells))
            single |= found

    def bounds(self, secret: Iterable[Cell]) -> tuple[float, float]:
        """The least and the most that a sum over cells can be."""
        wanted = frozenset(secret)
        known = sum(self.single.get(cell, 0.0) for cell in wanted)
        hidden = wanted - frozenset(self.single)
        if not hidden:
            return known, known
        linked = self._linked(hidden)
        if not hidden <= frozenset().union(*(cells for cells, _ in linked)):
            return known, np.inf
        low, high = _solve(hidden, frozenset(linked))
        return known + low, known + high

    def _linked(self, hidden: Cells) -> list[tuple[Cells, float]]:
        reached, linked = set(hidden), []
        rest = list(self.sums)
        while near := [each for each in rest if not reached.isdisjoint(each[0])]:
            linked += near
            rest = [each for each in rest if each not in near]
            reached.update(*(cells for cells, _ in near))
        return linked


@cache
def _solve(hidden: Cells, linked: frozenset[tuple[Cells, float]]) -> tuple[float, float]:
    sums = sorted(linked, key=lambda each: (sorted(each[0]), each[1]))
    order = sorted(hidden.union(*(cells for cells, _ in sums)))
    matrix = np.array([[float(cell in cells) for cell in order] for cells, _ in sums])
    told = np.array([value for _, value in sums])
    goal = np.array([float(cell in hidden) for cell in order])
    ends = [linprog(sign * goal, A_eq=matrix, b_eq=told, method="highs") for sign in (1, -1)]
    low, high = (each.fun if each.status == 0 else -np.inf for each in ends)
    assert all(each.status in {0, 3} for each in ends), [each.message for each in ends]
    return float(low), float(-high)


def is_exposed(value: float, bounds: tuple[float, float], needed: float) -> bool:
    """Whether bounds tell a value more closely than it must stay open, on either side."""
    low, high = bounds
    slack = 1e-6 * value
    return low > max(value - needed, 0.0) + slack or high < value + needed - slack
