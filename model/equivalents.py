"""What energy and carbon may be set beside, from `config/equivalents.yaml`."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from model.origin import Record, Source, Text
from model.resources import config_path
from model.yaml_source import read_model


class Equivalent(Record):
    """So many of `label` make the quantity: it is divided by `per`."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    label: Text
    of: Literal["energy_kwh", "carbon_kg"]
    per: Annotated[float, Field(gt=0)]
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]


class EquivalentsFile(Record):
    """`config/equivalents.yaml`."""

    equivalents: tuple[Equivalent, ...]


@cache
def load_equivalents(path: Path | None = None) -> tuple[Equivalent, ...]:
    """The equivalents that come with the program. Raises ConfigError with all faults."""
    return read_model(path or config_path("equivalents.yaml"), EquivalentsFile).equivalents
