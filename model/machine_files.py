"""Files of machine records, read so that the faults of all of them come in one report."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from model.errors import ConfigError
from model.machines import Machine, MachineFile
from model.model_keys import explain
from model.registry_checks import Finding
from model.yaml_source import Loc, YamlTree, load_yaml

_STANDS_IN: Final[dict[str, Any]] = {
    "name": "?",
    "operator": "?",
    "country": "ZZ",
    "sector": "academic",
    "tier": "?",
    "gpus": None,
    "in_service": None,
    "sources": (),
}
"""For required fields that are missing or unreadable, so that the rest can be looked at."""


@dataclass(frozen=True)
class Place:
    """Where a record stands, and which of its fields could not be read."""

    tree: YamlTree
    position: int
    unread: frozenset[str]


@dataclass
class MachineTexts:
    """The records of some files with the places they come from, and the faults found so far."""

    machines: list[Machine] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    attribution: dict[str, None] = field(default_factory=dict)
    trees: list[YamlTree] = field(default_factory=list)

    def blame(self, findings: Iterable[Finding]) -> None:
        """Notes findings over `machines` at their lines, but none that follows from another."""
        for each in findings:
            place = self.places[each.number]
            if not _follows(each, place.unread):
                loc = ("machines", place.position, *each.at)
                place.tree.blame(loc, f"{each.machine}: {each.what}")

    @property
    def faults(self) -> list[str]:
        """Every fault of every file, in the order of the files and their lines."""
        return [text for tree in self.trees for _, text in sorted(set(tree.faults))]

    def refuse(self) -> None:
        """Raises ConfigError with every fault, if there is any."""
        if faults := self.faults:
            raise ConfigError(faults, where="registry")


def read_machine_files(paths: Sequence[Path], *, replaced: bool = False) -> MachineTexts:
    """The records of files; what cannot be read is noted as a fault and left out.

    With `replaced`, a record of an earlier file takes the place of those of the same id in later
    files: so a proposal can be looked at as if it stood in the registry.
    """
    texts = MachineTexts()
    for path in paths:
        taken = {each.id for each in texts.machines} if replaced else set()
        _read_into(texts, path, taken)
    return texts


def _read_into(texts: MachineTexts, path: Path, taken: set[str]) -> None:
    try:
        tree = load_yaml(path)
    except ConfigError as unreadable:
        texts.trees.append(YamlTree(path, faults=[(0, fault) for fault in unreadable.faults]))
        return
    texts.trees.append(tree)
    file, errors = _validated(tree)
    texts.attribution |= dict.fromkeys(file.attribution if file else ())
    for machine, place in _whole_records(file, tree) if file else _salvaged(tree, errors):
        if machine.id not in taken:
            texts.machines.append(machine)
            texts.places.append(place)


def _validated(tree: YamlTree) -> tuple[MachineFile | None, list[Loc]]:
    try:
        return MachineFile.model_validate(tree.value), []
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False)
        for error in errors:
            tree.blame(error["loc"], explain(error, MachineFile))
        return None, [error["loc"] for error in errors]


def _whole_records(file: MachineFile, tree: YamlTree) -> Iterator[tuple[Machine, Place]]:
    for position, machine in enumerate(file.machines):
        yield machine, Place(tree, position, frozenset())


def _salvaged(tree: YamlTree, errors: list[Loc]) -> Iterator[tuple[Machine, Place]]:
    """The records of a faulty file, less the fields that are at fault."""
    records = tree.value.get("machines") if isinstance(tree.value, dict) else None
    for position, record in enumerate(records if isinstance(records, list) else []):
        if not isinstance(record, dict):
            continue
        unread = {str(loc[2]) for loc in errors if loc[:2] == ("machines", position) and loc[2:]}
        kept = {key: value for key, value in record.items() if key not in unread}
        stand_ins = {"id": f"record-{position + 1}", **_STANDS_IN}
        try:
            machine = Machine.model_validate(stand_ins | kept)
        except ValidationError:
            continue
        yield machine, Place(tree, position, frozenset(unread | (stand_ins.keys() - kept.keys())))


def _follows(finding: Finding, unread: frozenset[str]) -> bool:
    """Whether what was found rests on a field that could not be read, and was blamed for that."""
    rests_on = {str(finding.at[0])}
    if finding.problem == "no origin":
        rests_on |= {"sources", "unverified"}
    if finding.problem in {"sum", "dies"}:
        rests_on |= {"gpus", "components", "gpus_per_node", "gpu_nodes"}
    return bool(rests_on & unread)
