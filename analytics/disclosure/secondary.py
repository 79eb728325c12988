"""Secondary suppression: which further cells and totals go, so that none can be reckoned back."""

from collections.abc import Iterator, Mapping, Sequence

from analytics.disclosure.audit import Published
from analytics.disclosure.cells import Cells, Rules

Totals = tuple[frozenset[int], ...]


def withheld_with(
    cells: Cells,
    sensitive: frozenset[int],
    totals: Sequence[frozenset[int]],
    secrets: Mapping[frozenset[int], float],
    rules: Rules,
    *,
    agreed: frozenset[int],
) -> tuple[frozenset[int], Totals]:
    """The cells that are withheld and the totals that stay.

    What a total leaves after the published cells is made a cell that breaks no rule, by
    withholding its smallest further cells; a total of which that is not possible goes. Then a
    linear programme tells of each secret, a cell or a sum, whether it is bounded more closely than
    it has to stay open on either side: then the smallest cell or total goes without which it is
    not. Each step leaves an attacker with less, so that what was found protected stays so.
    """
    state = _State(cells, set(sensitive), list(totals), rules, agreed)
    state.settle()
    for secret, needed in secrets.items():
        while state.known.exposed(secret, needed) and state.loosen(secret, needed):
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
            total, among = broken
            further = self._cheapest(among)
            if further is None:
                self.totals.remove(total)
            else:
                self.withheld.add(further)
            self._known = None

    def loosen(self, secret: frozenset[int], needed: float) -> bool:
        """Takes away the smallest total or cell that frees a secret, else one of many that bind it.

        False where nothing binds it but what is agreed to be public.
        """
        hidden = secret & self.withheld
        touching = [total for total in self.totals if total & hidden]
        free = frozenset().union(*touching, secret) - self.withheld - self.agreed
        steps = sorted([*touching, *(frozenset([cell]) for cell in free)], key=self._size)
        freeing = (step for step in steps if not self._without(step).exposed(secret, needed))
        step = next(freeing, next((each for each in steps if each in touching), None)) or (
            steps[0] if steps else None
        )
        if step is None:
            return False
        if step in touching:
            self.totals.remove(step)
        else:
            self.withheld |= step
        self._known = None
        return True

    def _size(self, cells: frozenset[int]) -> tuple[float, int, list[int]]:
        return float(self.cells.amounts[sorted(cells)].sum()), len(cells), sorted(cells)

    def _without(self, step: frozenset[int]) -> Published:
        """What an attacker knows without a total, or without a cell."""
        totals = [total for total in self.totals if total != step]
        hidden = self.withheld if step in self.totals else self.withheld | step
        return Published.of(self.cells.amounts, frozenset(hidden), totals)

    def _broken(self) -> Iterator[tuple[frozenset[int], frozenset[int]]]:
        """Totals that leave what breaks a rule, or leave it beyond one of which more is published.

        With the cells among which a further one may mend it.
        """
        left = {total: total & self.withheld for total in self.totals}
        hidden = sorted((part for part in left.items() if part[1]), key=lambda each: len(each[1]))
        yield from ((total, total) for total, part in hidden if not self._is_safe(part))
        for place, (inner, part) in enumerate(hidden):
            for outer, whole in hidden[place + 1 :]:
                if part < whole and not self._is_safe(whole - part):
                    yield min(inner, outer, key=self._size), inner ^ outer

    def _is_safe(self, part: frozenset[int]) -> bool:
        if part not in self._safe:
            self._safe[part] = self.cells.tally(part, self.rules).is_safe(self.rules)
        return self._safe[part]

    def _cheapest(self, among: frozenset[int]) -> int | None:
        """The cell to withhold besides: one that unsettles the fewest totals, then the smallest."""
        free = [
            cell for cell in among - self.withheld - self.agreed if self.cells.amounts[cell] > 0
        ]
        untouched = [each for each in self.totals if each.isdisjoint(self.withheld)]

        def cost(cell: int) -> tuple[int, float, int]:
            return sum(cell in each for each in untouched), self.cells.amounts[cell], cell

        return min(free, key=cost, default=None)
