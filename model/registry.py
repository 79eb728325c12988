"""The capacity registry: machines, cards and denominators, as the configuration files have them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from model.gpus import GpuCatalogue, GpuFile, catalogue_faults, catalogue_of
from model.machine_files import read_machine_files
from model.machines import Machine
from model.origin import Record, Source, Text
from model.registry_checks import ALWAYS_REFUSED, Finding, check_machines
from model.resources import config_path
from model.yaml_source import read_model


class Yearly(Record):
    """A country's figure of one year."""

    value: Annotated[int, Field(gt=0)]
    year: Annotated[int, Field(ge=1990, le=2100)]


class Country(Record):
    """What a country's cards may be divided by; `gdp_usd` in current US dollars."""

    population: Yearly
    gdp_usd: Yearly
    researchers_fte: Yearly | None = None
    researchers_fte_newer: Yearly | None = None


class Denominators(Record):
    """`config/denominators.yaml`."""

    attribution: tuple[Text, ...]
    sources: dict[str, Source]
    countries: dict[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], Country]


@dataclass(frozen=True)
class Registry:
    """Everything `show capacity` needs, read and validated."""

    machines: tuple[Machine, ...]
    gpus: GpuCatalogue
    denominators: Denominators
    attribution: tuple[str, ...]

    def machine(self, machine_id: str) -> Machine | None:
        """The record of an id; None where there is none."""
        return next((each for each in self.machines if each.id == machine_id), None)

    def successors(self, machine: Machine) -> Iterator[Machine]:
        """The records that hold a slice's cards after it, the next one first."""
        seen = {machine.id}
        while machine.superseded_by and machine.superseded_by not in seen:
            successor = self.machine(machine.superseded_by)
            if successor is None:
                return
            yield successor
            seen.add(successor.id)
            machine = successor


def load_registry(folder: Path | None = None) -> Registry:
    """The packaged registry, read once; or the registry of a folder laid out like `config/`.

    Raises:
        ConfigError: with every fault of every file, a line each.
    """
    return _read(folder) if folder else _packaged()


def load_gpus(folder: Path | None = None) -> GpuCatalogue:
    """The GPU catalogue alone, without the machines."""
    return _read_gpus(folder / "gpus.yaml")[0] if folder else _packaged_gpus()[0]


@cache
def _packaged() -> Registry:
    return _read(config_path("machines").parent)


@cache
def _packaged_gpus() -> tuple[GpuCatalogue, tuple[str, ...]]:
    return _read_gpus(config_path("gpus.yaml"))


def _read_gpus(path: Path) -> tuple[GpuCatalogue, tuple[str, ...]]:
    file = read_model(path, GpuFile, checks=catalogue_faults)
    return catalogue_of(file), file.attribution


def _read(folder: Path) -> Registry:
    catalogue, attribution = _read_gpus(folder / "gpus.yaml")
    denominators = read_model(folder / "denominators.yaml", Denominators)
    texts = read_machine_files(sorted((folder / "machines").glob("*.yaml")))
    findings = check_machines(texts.machines, catalogue)
    texts.blame(each for each in findings if each.problem in ALWAYS_REFUSED)
    texts.refuse()
    credits_due = dict.fromkeys((*attribution, *denominators.attribution, *texts.attribution))
    return Registry(tuple(texts.machines), catalogue, denominators, tuple(credits_due))


def check_registry(registry: Registry) -> list[Finding]:
    """Every finding in a registry, in the order of its records."""
    return list(check_machines(registry.machines, registry.gpus))


def check_files(paths: Sequence[Path]) -> int:
    """How many records files hold, once all of them are found without fault.

    They are looked at as if they stood in the packaged registry, in the place of its records of
    the same ids; without files the packaged ones are looked at.

    Raises:
        ConfigError: with every fault of every file, `file:line: record: what. Hint`.
    """
    packaged = sorted(config_path("machines").glob("*.yaml"))
    given = [path for path in paths if path.resolve() not in {each.resolve() for each in packaged}]
    texts = read_machine_files([*given, *packaged], replaced=bool(given))
    texts.blame(check_machines(texts.machines, load_gpus()))
    texts.refuse()
    asked = {path.resolve() for path in paths}
    return sum(not asked or each.tree.path.resolve() in asked for each in texts.places)
