"""The chips of a row of Epoch AI's data: which cards of the catalogue, how many, or in words."""

from dataclasses import dataclass
from typing import Final

from ingest.machine_lists.columns import ListRow, ListTable
from model.gpus import GpuCatalogue
from model.machines import Component

_WHOLE: Final = 1e-6
"""How far from a whole number a count may be: the list holds 30000.000000000004."""

_NOT_GPUS: Final = (
    "google tpu",
    "cerebras",
    "amazon trainium",
    "tesla d1",
    "groqchip",
    "huawei ascend",
    "maia",
    "pezy",
    "intel habana",
)
_TWO_A_SUPERCHIP: Final = ("gb200",)


@dataclass(frozen=True)
class Chips:
    """`cards` where the catalogue knows them all and they sum to `count`; `words` in any case.

    `other` names an accelerator that is no GPU. An unknown count or kind is None.
    """

    count: int | None
    cards: tuple[Component, ...]
    words: str | None
    other: str | None = None
    caveat: str | None = None


def chips_of(row: ListRow, table: ListTable, catalogue: GpuCatalogue) -> Chips:
    """The chips of a row."""
    kinds = [(row[kind], _count(row, table, count)) for kind, count in _KINDS if row[kind]]
    total = _count(row, table, "total")
    other = next((kind for kind, _ in kinds if kind.casefold().startswith(_NOT_GPUS)), None)
    known = [(catalogue.listed(kind), count) for kind, count in kinds]
    cards = tuple(Component(gpu=card, count=count) for card, count in known if card and count)
    if len(cards) != len(kinds) or sum(each.count for each in cards) != total:
        cards = ()
    return Chips(total, cards, _words(kinds, total), other, _caveat(known))


def _words(kinds: list[tuple[str, int | None]], total: int | None) -> str | None:
    if not kinds:
        return None
    counted = sum(count or 0 for _, count in kinds)
    if len(kinds) == 1:
        return kinds[0][0] if counted == total or not counted else f"{kinds[0][0]} and others"
    if counted == total and all(count for _, count in kinds):
        return " + ".join(f"{count:,} {kind}" for kind, count in kinds)
    return f"{' + '.join(kind for kind, _ in kinds)}, shares not stated"


_KINDS: Final = (("chip", "chip_count"), ("chip_2", "chip_count_2"))


def _count(row: ListRow, table: ListTable, column: str) -> int | None:
    number = table.countable(row, column)
    if number is None or abs(number - round(number)) > _WHOLE * number:
        return None
    return round(number)


def _caveat(known: list[tuple[str | None, int | None]]) -> str | None:
    if any(card in _TWO_A_SUPERCHIP for card, _ in known):
        return "Whether GPUs or superchips of two are counted is not stated."
    return None
