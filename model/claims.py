"""Sentences that are quoted about capacity, and how each is to be checked: `config/claims.yaml`."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Annotated, Literal

from pydantic import Field

from model.origin import Record, Source, Text
from model.performance import Precision
from model.registry import load_registry
from model.resources import config_path
from model.yaml_source import Fault, read_model

Positive = Annotated[int, Field(gt=0)]
Machines = Annotated[tuple[Text, ...], Field(min_length=1)]


class CountCheck(Record):
    """The cards, or the CPU cores, of some machines against a figure."""

    kind: Literal["count"]
    machines: Machines
    figure: Positive
    relation: Literal["equal to", "more than"] = "equal to"
    of: Literal["gpus", "cpu_cores"] = "gpus"
    said_of: Text = "GPUs"


class LargestCheck(Record):
    """The largest machine of a family of cards in a country, within a tier."""

    kind: Literal["largest"]
    country: Text
    tier: Text
    family: Text
    figure: Positive


class RatioCheck(Record):
    """The cards of some machines over those of others, in orders of magnitude."""

    kind: Literal["ratio"]
    machines: Machines
    against: Machines
    magnitudes: Positive


class CutCheck(Record):
    """A cut of all applications, beside the rounds that were published."""

    kind: Literal["cut"]
    figure: Annotated[float, Field(gt=0, le=1)]
    witness: Text


class InferenceCheck(Record):
    """The use of inference nodes; `machines` are the case that the registry knows."""

    kind: Literal["inference"]
    machines: Machines


class GrowthCheck(Record):
    """How many clusters of groups the surveys know, since the end of a year."""

    kind: Literal["growth"]
    since: Annotated[int, Field(ge=1990)]


class EnergyCheck(Record):
    """An energy in homes: of what it was said, and of what the source reckoned it."""

    kind: Literal["energy"]
    subject_said: Text
    subject: Text
    kwh: Positive
    homes: Positive
    homes_of: Text
    source: Source


class CommitmentCheck(Record):
    """For how many years machines abroad are committed to."""

    kind: Literal["commitment"]
    years: Positive
    home: Text


class PerformanceCheck(Record):
    """A machine's peak at a precision, and beside it at another one, dense."""

    kind: Literal["performance"]
    machines: Machines
    exaflops: Annotated[float, Field(gt=0)]
    precision: Precision
    sparse: bool
    beside: Precision


OfMachines = CountCheck | LargestCheck | RatioCheck | PerformanceCheck
BeyondMachines = CutCheck | InferenceCheck | GrowthCheck | EnergyCheck | CommitmentCheck
Check = Annotated[OfMachines | BeyondMachines, Field(discriminator="kind")]


class Claim(Record):
    """One sentence, who said it, the day it speaks of, and its check."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    said: Text
    by: Text
    on: date
    check: Check


class ClaimsFile(Record):
    """`config/claims.yaml`."""

    speakers: dict[str, Source]
    claims: tuple[Claim, ...]


@cache
def load_claims() -> ClaimsFile:
    """The claims that come with the program. Raises ConfigError with all faults of the file."""
    return read_model(config_path("claims.yaml"), ClaimsFile, checks=claim_faults)


def claim_faults(file: ClaimsFile) -> Iterator[Fault]:
    """What a validated file still has wrong: doubled ids, machines that the registry lacks."""
    registry, seen = load_registry(), set[str]()
    for position, claim in enumerate(file.claims):
        at = ("claims", position)
        if claim.id in seen:
            yield Fault((*at, "id"), f"claim id '{claim.id}' again. Keep one.")
        seen.add(claim.id)
        if claim.by not in file.speakers:
            yield Fault((*at, "by"), f"no speaker '{claim.by}'. Enter it under speakers.")
        for key in ("machines", "against"):
            for machine in getattr(claim.check, key, ()):
                if registry.machine(machine) is None:
                    what = f"no machine '{machine}'. `plimsoll machines list` has them."
                    yield Fault((*at, "check", key), what)
