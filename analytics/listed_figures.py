"""Where a list and a record of the registry differ, and which of them has the better source."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from model.dates import span
from model.gpus import GpuCatalogue
from model.listings import Listed
from model.machines import Component, Machine
from model.origin import Grade, rank


@dataclass(frozen=True)
class Difference:
    """One figure: here, in the list, and whether the registry has it from a better source."""

    figure: str
    here: str
    listed: str
    grade: Grade | None
    held_better: bool

    @property
    def told(self) -> str:
        """The difference in words."""
        return (
            f"{self.figure} {self.here} ({self.grade or 'no source'}), the list has {self.listed}"
        )


def differences(row: Listed, machine: Machine, catalogue: GpuCatalogue) -> Iterator[Difference]:
    """The figures that the list has otherwise: the count, the cards, the begin of service.

    A count that the record names among `other_counts` is accounted for, and so is a begin that
    agrees as far as both are precise. The TOP500 list counts the part that ran the benchmark: a
    smaller count is one more of the `other_counts`, not another size. It dates by the year of the
    last upgrade, so that begins are not compared.
    """
    counts = {machine.gpus, *(each.count for each in machine.other_counts)}
    if _is_part(row, machine) and row.gpus not in counts:
        listed = f"{row.gpus:,} of {machine.gpus:,} in the run"
        yield Difference("other_counts", "without it", listed, None, held_better=False)
    elif row.gpus is not None and row.gpus not in counts:
        here = "unknown" if machine.gpus is None else f"{machine.gpus:,}"
        yield _difference("gpus", here, f"{row.gpus:,}", row, machine)
    elif row.cards and row.gpus == machine.gpus and not _same_cards(row, machine, catalogue):
        yield _difference("components", _cards(machine.components), _cards(row.cards), row, machine)
    if row.source.grade == "C-epoch" and not _same_begin(row.in_service, machine.in_service):
        here = machine.in_service or "unknown"
        yield _difference("in_service", here, row.in_service or "", row, machine)


def _is_part(row: Listed, machine: Machine) -> bool:
    partial = row.source.grade == "B-top500"
    return partial and row.gpus is not None and row.gpus < (machine.gpus or 0)


def _difference(figure: str, here: str, listed: str, row: Listed, machine: Machine) -> Difference:
    grade = machine.origin(figure)
    return Difference(figure, here, listed, grade, rank(grade) < rank(row.source.grade))


def _same_cards(row: Listed, machine: Machine, catalogue: GpuCatalogue) -> bool:
    """Whether each kind of the list may be one of the record's."""
    if not machine.components:
        return machine.gpu_model is not None
    here = set[str]().union(*(_members(each.gpu, catalogue) for each in machine.components))
    return all(here & _members(each.gpu, catalogue) for each in row.cards)


def _members(gpu: str, catalogue: GpuCatalogue) -> frozenset[str]:
    """The cards that a name may mean: those of a family, or the one card."""
    return frozenset(catalogue[gpu].variants or (gpu,))


def _cards(cards: tuple[Component, ...]) -> str:
    return " + ".join(f"{each.count:,} {each.gpu}" for each in cards) or "unknown"


def _same_begin(listed: str | None, here: str | None) -> bool:
    if listed is None:
        return True
    return here is not None and _overlap(span(listed), span(here))


def _overlap(one: tuple[date, date], other: tuple[date, date]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
