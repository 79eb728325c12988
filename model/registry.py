"""The capacity registry: machines, cards and denominators, as the configuration files have them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Annotated

from pydantic import Field

from model.errors import ConfigError
from model.gpus import GpuCatalogue, GpuFile, catalogue_faults, catalogue_of
from model.machines import Machine, MachineFile
from model.model_keys import nearest
from model.origin import Record, Source, Text
from model.resources import config_path
from model.yaml_source import Fault, read_model


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
    faults: list[str] = []
    machines: list[Machine] = []
    credits_due = dict.fromkeys((*attribution, *denominators.attribution))
    for path in sorted((folder / "machines").glob("*.yaml")):
        taken = {each.id for each in machines}
        try:
            checks = partial(machine_faults, catalogue=catalogue, taken=taken)
            file = read_model(path, MachineFile, checks=checks)
        except ConfigError as invalid:
            faults += invalid.faults
            continue
        machines += file.machines
        credits_due |= dict.fromkeys(file.attribution)
    if faults:
        raise ConfigError(faults)
    return Registry(tuple(machines), catalogue, denominators, tuple(credits_due))


def machine_faults(
    file: MachineFile, catalogue: GpuCatalogue | Mapping[str, object], *, taken: set[str]
) -> Iterator[Fault]:
    """What a validated file still has wrong: doubled ids, unknown GPUs, sums that do not hold."""
    seen = set(taken)
    for position, machine in enumerate(file.machines):
        at = ("machines", position)
        if machine.id in seen:
            yield Fault((*at, "id"), f"machine id '{machine.id}' again. Keep one.")
        seen.add(machine.id)
        for number, part in enumerate(machine.components):
            if part.gpu not in catalogue:
                hint = nearest(part.gpu, list(catalogue)) or "See config/gpus.yaml."
                what = f"unknown GPU id '{part.gpu}'. {hint}"
                yield Fault((*at, "components", number, "gpu"), what)
        total = sum(part.count for part in machine.components)
        if machine.components and total != machine.gpus:
            what = f"components sum to {total}, gpus says {machine.gpus}. Mend one of them."
            yield Fault((*at, "gpus"), what)
