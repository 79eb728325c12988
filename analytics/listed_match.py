"""Which record of the registry a row of a list speaks of."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from model.countries import country_name
from model.listings import Listed, epoch_key, top500_key
from model.machines import Machine, MachineSource
from model.registry import Registry

_ROW: Final = re.compile(r"row '(.+)'$")
_SYSTEM: Final = re.compile(r"top500\.org/system/(\d+)")
_EPOCH: Final = "Epoch AI"
_SHORTEST_NAME: Final = 4
_FILLERS: Final = frozenset(
    """a ai ampere at booster by center centre cluster computer computing eurohpc for gpu gpus hpc
    institute lab laboratory machine module national nl of partition research supercomputer
    supercomputing system the university""".split()  # noqa: SIM905
)
"""Words that lists add to a machine's name, and records to an operator's."""

_NOT_YET: Final = {"announced", "planned", "unconfirmed"}

_PHASE: Final = re.compile(r"\bphase \d+\b")


@dataclass(frozen=True)
class Match:
    """A record, and how it was found: by the row that it cites, by a system's number, by name."""

    machine: Machine
    how: Literal["cites the row", "cites the system", "by its name"]


class Matcher:
    """The records by what identifies them in lists."""

    def __init__(self, registry: Registry) -> None:
        self._rows: defaultdict[str, list[Machine]] = defaultdict(list)
        self._systems: defaultdict[str, list[Machine]] = defaultdict(list)
        self._names: list[tuple[frozenset[str], frozenset[str], Machine]] = []
        for machine in registry.machines:
            for source in machine.sources:
                for key in _cited(source):
                    rows = key.startswith("epoch:")
                    (self._rows if rows else self._systems)[key].append(machine)
            words = _words(machine.name)
            if sum(map(len, words)) >= _SHORTEST_NAME:
                around = _words(
                    f"{machine.operator} {machine.site} {country_name(machine.country)}"
                )
                self._names.append((words, words | around, machine))

    def by_row(self, row: Listed) -> Match | None:
        """The record that cites this very row."""
        found = self._closest(row, self._rows)
        return Match(found, "cites the row") if found else None

    def by_system(self, row: Listed) -> Match | None:
        """The record that cites the system of the TOP500 list that the row names."""
        found = self._closest(row, self._systems)
        return Match(found, "cites the system") if found else None

    def by_name(self, row: Listed) -> Match | None:
        """The record of the same country whose name the row bears, with where it stands or whose
        it is, and with nothing else.
        """
        words = _words(row.name)
        fitting = [
            (len(name), machine)
            for name, explained, machine in self._names
            if name <= words <= explained
            and machine.country == row.country
            and (row.kind in _NOT_YET) == (machine.kind in _NOT_YET)
        ]
        if not fitting:
            return None
        most = max(length for length, _ in fitting)
        found = _nearest(row, [machine for length, machine in fitting if length == most])
        return Match(found, "by its name")

    def _closest(self, row: Listed, known: dict[str, list[Machine]]) -> Machine | None:
        found = [machine for key in row.keys for machine in known.get(key, ())]
        return _nearest(row, found) if found else None


def _nearest(row: Listed, machines: Iterable[Machine]) -> Machine:
    """Of several records the one of the row's count, else one that enters sums, else the latest."""

    def order(machine: Machine) -> tuple[bool, bool, str]:
        counts = {machine.gpus, *(each.count for each in machine.other_counts)}
        return (row.gpus in counts, machine.kind == "machine", machine.in_service or "")

    return max(machines, key=order)


def _cited(source: MachineSource) -> Iterator[str]:
    """The keys of the row and the system that a source cites."""
    if source.publisher == _EPOCH and (row := _ROW.search(source.title)):
        yield epoch_key(row[1])
    if system := _SYSTEM.search(source.url or ""):
        yield top500_key(system[1])


def _words(name: str) -> frozenset[str]:
    """The words that tell a name from others: no accents, brackets, phases and fillers."""
    bare = unicodedata.normalize("NFKD", re.sub(r"\(.*?\)", " ", name)).casefold()
    ascii_only = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return frozenset(re.findall(r"[a-z0-9]+", _PHASE.sub(" ", ascii_only))) - _FILLERS
