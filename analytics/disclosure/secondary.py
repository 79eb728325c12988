"""Secondary suppression: which further cells and totals go, so that none can be reckoned back."""

from collections.abc import Iterator, Sequence

from analytics.disclosure.audit import Published
from analytics.disclosure.cells import Cells, Rules

Totals = tuple[frozenset[int], ...]


def withheld_with(
    cells: Cells,
    sensitive: frozenset[int],
    totals: Sequence[frozenset[int]],
    kept: Totals,
    rules: Rules,
    *,
    agreed: frozenset[int],
) -> tuple[frozenset[int], Totals]:
    """The cells that are withheld and the totals that stay.

    What a total leaves after the published cells is made a cell that breaks no rule, by
    withholding its smallest further cells; a total of which that is not possible goes. Then a
    linear programme tells of each sensitive cell, and of each sum in `kept`, whether it is still
    bounded too closely: the totals that bound it go, those of the fewest cells first. Each step
    leaves an attacker with less, so that what was found protected stays so.
    """
    state = _State(cells, set(sensitive), list(totals), rules, agreed)
    state.settle()
    for secret in [*(frozenset([cell]) for cell in sorted(sensitive)), *kept]:
        while state.known.exposed(secret, rules.p) and state.loosen(secret):
            state.settle()
    return frozenset(state.withheld), tuple(state.totals)


class _State:
    def __init__(
        self,
        cells: Cells,
        withheld: set[int],
        totals: list[frozenset[int]],
        rules: Rules,
        agreed: frozenset[int],
    ) -> None:
        self.cells, self.withheld, self.totals, self.rules = cells, withheld, totals, rules
        self.agreed = agreed
        self._safe: dict[frozenset[int], bool] = {}
        self._known: Published | None = None

    @property
    def known(self) -> Published:
        """What an attacker knows."""
        if self._known is None:
            amounts, hidden = self.cells.amounts, frozenset(self.withheld)
            self._known = Published.of(amounts, hidden, self.totals)
        return self._known

    def settle(self) -> None:
        """Withholds cells, or totals, until what each total leaves breaks no rule."""
        while broken := next(self._broken(), None):
            further = self._cheapest(broken)
            if further is None:
                self.totals.remove(broken)
            else:
                self.withheld.add(further)
            self._known = None

    def loosen(self, secret: frozenset[int]) -> bool:
        """Takes away what bounds a secret: the total of the fewest cells, else a published cell.

        False where nothing bounds it but what is agreed to be public.
        """
        hidden = secret & self.withheld
        touching = [total for total in self.totals if total & hidden]
        if touching:
            self.totals.remove(min(touching, key=lambda total: (len(total), sorted(total))))
        elif (further := self._cheapest(secret)) is not None:
            self.withheld.add(further)
        else:
            return False
        self._known = None
        return True

    def _broken(self) -> Iterator[frozenset[int]]:
        """Totals whose withheld part breaks a rule, or does so less that of one within it."""
        left = {total: total & self.withheld for total in self.totals}
        hidden = sorted((part for part in left.items() if part[1]), key=lambda each: len(each[1]))
        yield from (total for total, part in hidden if not self._is_safe(part))
        for place, (inner, part) in enumerate(hidden):
            for outer, whole in hidden[place + 1 :]:
                if part < whole and not self._is_safe(whole - part):
                    yield inner if whole == outer else outer

    def _is_safe(self, part: frozenset[int]) -> bool:
        if part not in self._safe:
            self._safe[part] = self.cells.tally(part, self.rules).is_safe(self.rules)
        return self._safe[part]

    def _cheapest(self, total: frozenset[int]) -> int | None:
        """The cell to withhold besides: one that unsettles the fewest totals, then the smallest."""
        free = [
            cell for cell in total - self.withheld - self.agreed if self.cells.amounts[cell] > 0
        ]
        untouched = [each for each in self.totals if each.isdisjoint(self.withheld)]

        def cost(cell: int) -> tuple[int, float, int]:
            return sum(cell in each for each in untouched), self.cells.amounts[cell], cell

        return min(free, key=cost, default=None)
