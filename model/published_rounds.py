"""Rounds of allocation that their organisers, or a witness, published: `published_rounds.yaml`."""

from collections.abc import Iterator
from functools import cache
from typing import Annotated, Final, Literal

from pydantic import Field

from model.origin import Record, Source, Text
from model.resources import config_path
from model.yaml_source import Fault, read_model

Amount = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]

_ROUNDED: Final = 0.006
"""Shares are published in whole per cent."""


class PublishedRound(Record):
    """One round; `granted_share` is what was given of what was asked, `basis` whence it comes."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    scheme: Text
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    year: Annotated[int, Field(ge=1990, le=2100)]
    resource: Text
    unit: Text
    requested: Amount | None = None
    granted: Amount | None = None
    offered: Amount | None = None
    granted_share: Share | None = None
    demand_ratio: Amount | None = None
    basis: Literal["amounts", "published share", "demand factor"] | None = None
    applications: Annotated[int, Field(ge=0)] | None = None
    awards: Annotated[int, Field(ge=0)] | None = None
    source: Source

    @property
    def cut(self) -> float | None:
        """The share of what was asked that was not given; None where that was not published."""
        return None if self.granted_share is None else 1 - self.granted_share


class RoundsFile(Record):
    """`config/published_rounds.yaml`."""

    rounds: tuple[PublishedRound, ...]


@cache
def load_published_rounds() -> tuple[PublishedRound, ...]:
    """The rounds that come with the program. Raises ConfigError with all faults of the file."""
    path = config_path("published_rounds.yaml")
    return read_model(path, RoundsFile, checks=round_faults).rounds


def round_faults(file: RoundsFile) -> Iterator[Fault]:
    """What a validated file still has wrong: doubled ids, shares that the amounts belie."""
    seen: set[str] = set()
    for position, each in enumerate(file.rounds):
        at = ("rounds", position)
        if each.id in seen:
            yield Fault((*at, "id"), f"round id '{each.id}' again. Keep one.")
        seen.add(each.id)
        if each.requested and each.granted and each.granted_share is not None:
            share = each.granted / each.requested
            if abs(share - each.granted_share) > _ROUNDED:
                what = f"granted over requested is {share:.3f}, not {each.granted_share}. Mend one."
                yield Fault((*at, "granted_share"), what)
