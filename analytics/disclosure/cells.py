"""The cells of a table as disclosure control sees them: who contributes to each, and how much."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

Key = tuple[object, ...]

CONTRIBUTOR_COLUMNS: Final = ("person", "body", "amount")


@dataclass(frozen=True)
class Rules:
    """When a cell may be published.

    It needs `minimum_people` persons, `minimum_bodies` institutions, PIs or accounts, and by the
    p % rule T - x1 - x2 >= `p` x1, so that the second largest contributor cannot reckon the
    largest to within the fraction `p`. `secondary` withholds further cells from which a withheld
    one could be reckoned.
    """

    minimum_people: int = 10
    minimum_bodies: int = 3
    p: float = 0.1
    secondary: bool = True


@dataclass(frozen=True)
class Tally:
    """Who contributes to a cell: counts, the amount, and what the p % rule leaves of the rest.

    `spare` is T - x1 - x2 - p x1, the smaller of that over persons and that over bodies.
    """

    people: int
    bodies: int
    amount: float
    spare: float

    def is_safe(self, rules: Rules) -> bool:
        """Whether the cell may be published; one to which nobody contributes may."""
        if self.people == 0:
            return True
        enough = self.people >= rules.minimum_people and self.bodies >= rules.minimum_bodies
        return enough and self.spare >= 0

    def needed(self, rules: Rules) -> float:
        """How far from the amount, on either side, all that is published must leave it open.

        Where the p % rule alone is broken it is what that rule lacks, else `p` of the amount.
        """
        few = self.people < rules.minimum_people or self.bodies < rules.minimum_bodies
        return rules.p * self.amount if few or self.spare >= 0 else -self.spare


@dataclass(frozen=True)
class Cells:
    """The finest cells of a table, by key, and their contributions.

    `first` has the place in `person`, `body` and `amount` at which each cell's contributions
    begin, and one place more at the end. A person of several cells has one number in all of them.
    """

    keys: tuple[Key, ...]
    first: npt.NDArray[np.int64]
    person: npt.NDArray[np.int64]
    body: npt.NDArray[np.int64]
    amount: npt.NDArray[np.float64]

    @classmethod
    def of(cls, contributions: pl.DataFrame, by: Sequence[str]) -> "Cells":
        """The cells of `contributions`: columns `by`, `person`, `body`, `amount`.

        An unknown person or body counts as one, the same in all cells: unknown is not many.
        """
        names = list(by)
        summed = (
            contributions.filter(pl.col("amount") > 0)
            .group_by(*names, "person", "body")
            .agg(pl.col("amount").sum())
            .sort(*names, "person", "body", nulls_last=True)
        )
        sizes = summed.group_by(names, maintain_order=True).len()
        first = np.concatenate([[0], np.cumsum(sizes["len"].to_numpy())]).astype(np.int64)
        return cls(
            keys=tuple(sizes.select(names).iter_rows()),
            first=first,
            person=_numbered(summed["person"]),
            body=_numbered(summed["body"]),
            amount=summed["amount"].cast(pl.Float64).to_numpy(),
        )

    @cached_property
    def places(self) -> Mapping[Key, int]:
        """The number of each cell by its key."""
        return {key: place for place, key in enumerate(self.keys)}

    @cached_property
    def amounts(self) -> npt.NDArray[np.float64]:
        """The amount of each cell."""
        sums = np.concatenate([[0.0], np.cumsum(self.amount)])
        return np.asarray(sums[self.first[1:]] - sums[self.first[:-1]])

    def tally(self, cells: Iterable[int], rules: Rules) -> Tally:
        """Who contributes to the sum of some cells."""
        parts = [np.arange(self.first[cell], self.first[cell + 1]) for cell in cells]
        rows = np.concatenate(parts) if parts else np.empty(0, np.int64)
        people = _sums(self.person[rows], self.amount[rows])
        bodies = _sums(self.body[rows], self.amount[rows])
        amount = float(people.sum())
        spare = min(_spare(people, amount, rules.p), _spare(bodies, amount, rules.p))
        return Tally(len(people), len(bodies), amount, spare)


def _numbered(names: pl.Series) -> npt.NDArray[np.int64]:
    return names.fill_null("").rank("dense").cast(pl.Int64).to_numpy()


def _sums(who: npt.NDArray[np.int64], amount: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """What each contributes, the most first."""
    _, place = np.unique(who, return_inverse=True)
    summed = np.zeros(place.max(initial=-1) + 1)
    np.add.at(summed, place, amount)
    return np.sort(summed)[::-1]


def _spare(sums: npt.NDArray[np.float64], amount: float, p: float) -> float:
    if len(sums) == 0:
        return 0.0
    return amount - float(sums[:2].sum()) - p * float(sums[0])
