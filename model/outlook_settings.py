"""What the ten-year view takes for granted, each to be changed in `plimsoll.yaml`."""

from typing import Annotated

from pydantic import AfterValidator, Field

from model.model_keys import nearest
from model.origin import Record
from model.registry import load_gpus


def _card_with_figures(gpu_id: str) -> str:
    cards = load_gpus()
    if gpu_id not in cards:
        hint = nearest(gpu_id, cards) or "The GPU catalogue has the ids."
        raise ValueError(f"unknown GPU id '{gpu_id}'. {hint}")
    if cards.a100_equivalents_16bit(gpu_id) is None or cards[gpu_id].tdp_w is None:
        raise ValueError(f"'{gpu_id}' has no 16-bit peak or no power in the catalogue.")
    return gpu_id


class Outlook(Record):
    """The ten-year view of a country's capacity (`plimsoll show outlook`)."""

    years: Annotated[int, Field(ge=1, le=30)] = 10
    """How many years it looks ahead."""
    life_years: Annotated[float, Field(gt=0, le=30)] | None = None
    """How long a machine serves; unless given, the median of the registry's retired machines."""
    peer: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "DE"
    """The country whose level per head is to be reached."""
    card: Annotated[str, AfterValidator(_card_with_figures)] = "b200"
    """The card in which purchases are counted: an id of the GPU catalogue."""
    pue: Annotated[float, Field(ge=1, le=5)] = 1.2
    """Power of the whole facility over that of its computers."""
