"""What energy and embodied carbon are reckoned from, of `config/power.yaml`."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from model.gpus import Gpu, GpuCatalogue
from model.model_keys import nearest
from model.origin import UNVERIFIED, Grade, Record, Text
from model.registry import load_gpus
from model.resources import config_path
from model.yaml_source import Fault, read_model

HOURS_A_YEAR: Final = 8766

Positive = Annotated[float, Field(gt=0)]


class Figure(Record):
    """A figure, how far it may be off, and where it comes from.

    `low` and `high` are the values that make the result low and high: of a life in years, the
    longer one makes the share of a year the lower.
    """

    value: Positive
    low: Positive | None = None
    high: Positive | None = None
    title: Text
    publisher: Text | None = None
    url: Text | None = None
    date: Text | None = None
    grade: Grade
    says: Text | None = None

    @property
    def assumed(self) -> bool:
        """Whether nothing better than general knowledge stands behind it."""
        return self.grade == UNVERIFIED

    @property
    def origin(self) -> str:
        """The source and its grade, in brackets behind a figure."""
        by = f"{self.publisher}, " if self.publisher else ""
        return f"{by}{self.title} [{self.grade}]"


class Embodied(Record):
    """Carbon of making the hardware, in kg of CO2e, and over what it is written off."""

    card_kg: Figure
    card_kg_by_id: dict[str, Figure] = Field(default_factory=dict)
    host_kg: Figure
    life_years: Figure
    cards_per_host: Figure

    def card(self, gpu_id: str | None) -> Figure:
        """The figure of a card, else that of any card."""
        return self.card_kg_by_id.get(gpu_id or "", self.card_kg)

    def kg_per_gpu_hour(self, gpu_id: str | None, hosts_per_gpu: float) -> float:
        """What an hour of a card, with its part of the node, bears of what making both cost."""
        made = self.card(gpu_id).value + hosts_per_gpu * self.host_kg.value
        return made / (self.life_years.value * HOURS_A_YEAR)


class Power(Record):
    """`config/power.yaml`: watts where nothing was measured."""

    core_w: Figure
    memory_w_per_gb: Figure
    idle_share_of_tdp: Figure
    idle_w: dict[str, Figure] = Field(default_factory=dict)
    node_base_w: Figure
    bound_factor: Figure
    pue: Figure
    utilisation: Figure
    cores_per_gpu: Figure
    memory_gb_per_gpu: Figure
    embodied: Embodied

    def idle(self, card: Gpu, tdp_w: float) -> float:
        """Watts of an idle card."""
        known = self.idle_w.get(card.id)
        return known.value if known else self.idle_share_of_tdp.value * tdp_w


def tdp_w(catalogue: GpuCatalogue, gpu_id: str) -> float | None:
    """The thermal design power of a card; of a family, the highest of its members'."""
    if gpu_id not in catalogue:
        return None
    card = catalogue[gpu_id]
    if card.tdp_w:
        return card.tdp_w
    members = (tdp_w(catalogue, each) for each in card.variants if each != gpu_id)
    return max((each for each in members if each), default=None)


@cache
def load_power(path: Path | None = None) -> Power:
    """The figures that come with the program, or those of another file.

    Raises:
        ConfigError: with a line for every fault of the file.
    """
    return read_model(path or config_path("power.yaml"), Power, checks=power_faults)


def power_faults(power: Power) -> Iterator[Fault]:
    """What validated figures still have wrong: cards that the catalogue does not hold, bounds."""
    known = list(load_gpus())
    for at, table in ((("idle_w",), power.idle_w), *_embodied(power)):
        for gpu_id in table:
            if gpu_id not in known:
                hint = nearest(gpu_id, known)
                yield Fault((*at, gpu_id), f"unknown GPU id '{gpu_id}'. {hint}")
    for name in type(power).model_fields:
        figure = getattr(power, name)
        if isinstance(figure, Figure) and _outside(figure):
            yield Fault((name,), f"{name}: {figure.value} does not lie between low and high.")


def _embodied(power: Power) -> tuple[tuple[tuple[str, ...], dict[str, Figure]], ...]:
    return ((("embodied", "card_kg_by_id"), power.embodied.card_kg_by_id),)


def _outside(figure: Figure) -> bool:
    bounds = (figure.low or figure.value, figure.high or figure.value)
    return not min(bounds) <= figure.value <= max(bounds)
