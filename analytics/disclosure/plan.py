"""Which cells of a table are withheld, and which sums of cells may be published.

The plan is made from the whole table with the totals that anybody may ask for, never from one
export: all exports together then tell no more than the plan's cells and totals do.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from analytics.disclosure.audit import Exposed, Published, Reals, independent
from analytics.disclosure.cells import Cells, Rules
from analytics.disclosure.secondary import Totals, withheld_with

_ZERO: Final = 1e-7


@dataclass(frozen=True)
class Plan:
    """What is withheld of `cells`.

    `sensitive` are the cells that break a rule; `withheld` are they and those from which they
    could be reckoned; `totals` are the sums that are published, as sets of cells; `kept` are
    sums that are withheld like cells; `dropped` are sums that break no rule and had to go with
    them. `agreed` cells are public in any case.
    """

    cells: Cells
    rules: Rules
    sensitive: frozenset[int]
    withheld: frozenset[int]
    totals: Totals
    kept: Totals
    dropped: Totals = ()
    agreed: frozenset[int] = frozenset()

    def publishes(self, region: Iterable[int]) -> bool:
        """Whether the sum over a region may be published.

        It may if it follows from what the plan publishes anyway, and neither it nor its withheld
        part breaks a rule.
        """
        asked = frozenset(region) - self.agreed
        if asked not in self._judged:
            self._judged[asked] = self._may_publish(asked)
        return self._judged[asked]

    def _may_publish(self, asked: frozenset[int]) -> bool:
        hidden = asked & self.withheld
        if hidden and not self._follows(hidden):
            return False
        tallies = (self.cells.tally(part, self.rules) for part in (hidden, asked))
        return all(each.is_safe(self.rules) for each in tallies)

    @cached_property
    def _judged(self) -> dict[frozenset[int], bool]:
        """The regions that were asked for."""
        return {}

    def audit(self) -> Iterator[Exposed]:
        """Withheld cells and sums that all exports together bound too closely, by linear programme.

        There is none, unless the rules leave secondary suppression out.
        """
        known, secrets = (
            self.published,
            secrets_of(self.cells, self.sensitive, self.kept, self.rules),
        )
        found = (known.exposed(secret, needed) for secret, needed in secrets.items())
        yield from (each for each in found if each)

    @property
    def published(self) -> Published:
        """What an attacker knows who has all exports."""
        return Published.of(self.cells.amounts, self.withheld, self.totals)

    def _follows(self, hidden: frozenset[int]) -> bool:
        if hidden in self._told:
            return True
        asked = np.array([float(cell in hidden) for cell in sorted(self.withheld)])
        rest = asked - self._basis @ (self._basis.T @ asked)
        return bool(np.abs(rest).max() < _ZERO)

    @cached_property
    def _told(self) -> frozenset[frozenset[int]]:
        return frozenset(total & self.withheld for total in self.totals)

    @cached_property
    def _basis(self) -> Reals:
        """An orthonormal basis of the sums of withheld cells that follow from the totals."""
        order = sorted(self.withheld)
        rows = [[float(cell in each) for cell in order] for each in independent(self._told)]
        if not rows:
            return np.zeros((len(order), 1))
        return np.linalg.qr(np.array(rows).T)[0]


def planned(
    cells: Cells,
    totals: Iterable[frozenset[int]],
    rules: Rules,
    *,
    secrets: Iterable[frozenset[int]] = (),
    agreed: frozenset[int] = frozenset(),
) -> Plan:
    """The plan for a table with the totals that may be asked for.

    `secrets` are cells and sums that are withheld although they break no rule, for the sake of
    another table; `agreed` cells are public.
    """

    def is_safe(part: frozenset[int]) -> bool:
        return cells.tally(part - agreed, rules).is_safe(rules)

    single = {frozenset([cell]) for cell in range(len(cells.keys))}
    broken = {part for part in single if not is_safe(part)} | {*secrets}
    sensitive = frozenset(cell for part in broken & single for cell in part) - agreed
    told = dict.fromkeys(total for total in totals if len(total) > 1)
    open_ = tuple(total for total in told if total not in broken and is_safe(total))
    kept = tuple(dict.fromkeys((*(t for t in told if t not in open_), *sorted_(broken - single))))
    if not rules.secondary:
        return Plan(cells, rules, sensitive, sensitive, open_, kept, agreed=agreed)
    kept_open = secrets_of(cells, sensitive, kept, rules)
    withheld, left = withheld_with(cells, sensitive, open_, kept_open, rules, agreed=agreed)
    dropped = tuple(total for total in open_ if total not in left)
    return Plan(cells, rules, sensitive, withheld, left, kept, dropped, agreed)


def secrets_of(
    cells: Cells, sensitive: Iterable[int], sums: Iterable[frozenset[int]], rules: Rules
) -> dict[frozenset[int], float]:
    """Sensitive cells and sums that are withheld, with how far each must stay open."""
    secrets = (*(frozenset([cell]) for cell in sorted(sensitive)), *sums)
    return {each: cells.tally(each, rules).needed(rules) for each in secrets}


def sorted_(parts: Iterable[frozenset[int]]) -> list[frozenset[int]]:
    """Sets of cells in an order that is the same each time."""
    return sorted(parts, key=lambda part: (len(part), sorted(part)))
