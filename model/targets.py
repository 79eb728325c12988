"""What a country has set out to reach: `config/targets.yaml`."""

from functools import cache
from typing import Annotated, Self

from pydantic import Field, model_validator

from model.origin import Record, Source, Text
from model.performance import EXA, Performance, Precision
from model.resources import config_path
from model.yaml_source import read_model


class Milestone(Record):
    """A value on the last day of a year, in exaFLOP/s."""

    year: Annotated[int, Field(ge=2000, le=2100)]
    exaflops: Annotated[float, Field(gt=0)]


class Target(Record):
    """A target, from where it counts, and the machines that count towards it."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    name: Text
    base: Milestone
    target: Milestone
    precision: Precision
    sparse: bool
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    tier: Text
    sources: tuple[Source, ...]

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.base.year >= self.target.year:
            raise ValueError("the base must lie before the target.")
        return self

    def rate(self, flops: float) -> Performance:
        """So many operations a second in the target's own unit."""
        return Performance(flops, self.precision, self.sparse)

    def path(self, year: int) -> float:
        """Where the straight line from base to target stands at a year's end, in exaFLOP/s."""
        share = (year - self.base.year) / (self.target.year - self.base.year)
        return self.base.exaflops + share * (self.target.exaflops - self.base.exaflops)

    @property
    def unit(self) -> str:
        """The unit of its figures, in words."""
        return f"EFLOP/s in {self.rate(EXA).kind}"


class TargetsFile(Record):
    """`config/targets.yaml`."""

    targets: tuple[Target, ...]


@cache
def load_targets() -> tuple[Target, ...]:
    """The targets that come with the program. Raises ConfigError with all faults of the file."""
    return read_model(config_path("targets.yaml"), TargetsFile).targets
