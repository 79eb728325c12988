"""The GPU catalogue: what a card can do, what Slurm calls it, and how it is sliced."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import Field

from model.model_keys import nearest
from model.origin import Grade, Record, Source, Text
from model.yaml_source import Fault

Positive = Annotated[float, Field(gt=0)]

A100: Final = "a100-sxm-40"
"""The card that equivalents and reference units are measured against."""

DEFAULT_MIG_SLICES: Final = 7
"""Of a card whose MIG profile the catalogue does not hold: so for every card in it but the A30."""

NO_ALIASES: Final[Mapping[str, str]] = MappingProxyType({})

_MAKERS: Final = re.compile(r"^(?:nvidia|tesla|amd|instinct|intel)-")
_MIG: Final = re.compile(
    r"(?:(?P<model>.+?)[_-]+)??(?:mig[_-]+)?(?:\d+c\.)?(?P<slices>[1-7])g[._](?P<memory>\d+)gb(?:[+.-][a-z.+-]+)*"
)


class Peaks(Record):
    """Dense peak rates of one physical card in TFLOP/s, matrix units where there are any."""

    fp64: Positive | None = None
    fp64_tensor: Positive | None = None
    fp32: Positive | None = None
    tf32: Positive | None = None
    bf16: Positive | None = None
    fp16: Positive | None = None
    fp8: Positive | None = None


class Mig(Record):
    """How a card is cut: compute slices in all, and the profiles that it offers."""

    slices: Annotated[int, Field(ge=2, le=8)]
    profiles: tuple[Annotated[str, Field(pattern=r"^[1-7]g\.\d+gb$")], ...] = ()


class Disagreement(Record):
    """A second source's value for a figure."""

    here: float
    epoch: float


class Gpu(Record):
    """One card as bought: a package on a board, not a die, tile or slice.

    A record with `variants` is a family whose member is not stated: it holds only the figures
    that all of its members share.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    name: Text
    vendor: Literal["NVIDIA", "AMD", "Intel"]
    release_year: int | None = None
    memory_gb: Positive | None = None
    memory_bandwidth_tb_s: Positive | None = None
    peak_tflops_dense: Peaks = Peaks()
    tdp_w: Positive | None = None
    top500_units: Annotated[int, Field(gt=0)] | None = None
    mig: Mig | None = None
    inference_card: bool = False
    rgu_published: Positive | None = None
    slurm_types: tuple[Text, ...] = ()
    list_names: tuple[Text, ...] = ()
    dies: Annotated[int, Field(ge=1)] = 1
    most_per_node: Annotated[int, Field(gt=0)] | None = None
    variants: tuple[Text, ...] = ()
    sources: tuple[Source, ...]
    grade: Grade
    disagreements: dict[str, Disagreement] = Field(default_factory=dict)
    caveat: Text | None = None


class GpuFile(Record):
    """`config/gpus.yaml`."""

    attribution: tuple[Text, ...]
    gpus: tuple[Gpu, ...]


@dataclass(frozen=True)
class Reckoned:
    """A figure and what it was reckoned from: `bf16`, `fp16`; `published`, `formula`."""

    value: float
    basis: Literal["bf16", "fp16", "published", "formula"]


@dataclass(frozen=True)
class GpuCatalogue:
    """The cards by id, and by the type names that Slurm gives them."""

    cards: Mapping[str, Gpu]

    def __getitem__(self, gpu_id: str) -> Gpu:
        return self.cards[gpu_id]

    def __contains__(self, gpu_id: object) -> bool:
        return gpu_id in self.cards

    def __iter__(self) -> Iterator[str]:
        return iter(self.cards)

    def resolve(self, slurm_type: str, aliases: Mapping[str, str] = NO_ALIASES) -> str | None:
        """The card of a Slurm GRES type; None where the name is not known.

        A site's alias is the last word. A bare model name such as `a100` gives the family,
        whose record lacks the figures in which its members differ. A MIG type gives its card.
        """
        return self.share(slurm_type, aliases)[0]

    def share(
        self, slurm_type: str, aliases: Mapping[str, str] = NO_ALIASES
    ) -> tuple[str | None, Fraction]:
        """The card of a Slurm GRES type and the part of it that one such GPU is.

        1 for a whole card; for a MIG type its compute slices over the card's: `1g.5gb` is 1/7,
        `1g.6gb` of an A30 1/4. A profile that the catalogue does not hold counts in sevenths.
        """
        known = _by_name(aliases)
        mig = _MIG.fullmatch(slurm_type.strip().lower())
        whole = known.get(_name(slurm_type)) or (
            None if mig else self._ids_by_type.get(_name(slurm_type))
        )
        if mig is None:
            return whole, Fraction(1)
        profile = f"{mig['slices']}g.{mig['memory']}gb"
        card = whole or self._card_of_profile(mig["model"], profile, known)
        return card, Fraction(int(mig["slices"]), self._slices(card, profile))

    def listed(self, name: str) -> str | None:
        """The card that the TOP500 list or Epoch AI's data call by a name; None where unknown."""
        return self._ids_by_list_name.get(_list_name(name))

    def units_per_device(self, gpu_id: str, cores: int | None = None) -> int | None:
        """Accelerator cores that the TOP500 list counts for one card; None where unknown.

        Of a family whose members differ, those that divide the `cores` of an entry, or else the
        commonest: an H100 that is not said to be a PCIe card counts 132.
        """
        card = self[gpu_id]
        if card.top500_units or not card.variants:
            return card.top500_units
        known = [units for each in card.variants if (units := self[each].top500_units)]
        dividing = [units for units in known if cores and cores % units == 0]
        return max(dividing or known, key=known.count, default=None)

    def a100_equivalents_16bit(self, gpu_id: str) -> Reckoned | None:
        """Dense 16-bit peak over an A100's: BF16, else FP16; None where neither is known."""
        peaks, reference = self[gpu_id].peak_tflops_dense, self[A100].peak_tflops_dense
        if peaks.bf16 and reference.bf16:
            return Reckoned(peaks.bf16 / reference.bf16, "bf16")
        if peaks.fp16 and reference.fp16:
            return Reckoned(peaks.fp16 / reference.fp16, "fp16")
        return None

    def rgu(self, gpu_id: str) -> Reckoned | None:
        """Reference GPU units (Alliance Canada): the published score, else their formula.

        1.6 FP32/A100 + 1.6 FP16/A100 + 0.8 memory/40 GB; None where one of the three is unknown.
        """
        card = self[gpu_id]
        if card.rgu_published:
            return Reckoned(card.rgu_published, "published")
        peaks, reference = card.peak_tflops_dense, self[A100].peak_tflops_dense
        if not (peaks.fp32 and peaks.fp16 and card.memory_gb and reference.fp32 and reference.fp16):
            return None
        compute = 1.6 * peaks.fp32 / reference.fp32 + 1.6 * peaks.fp16 / reference.fp16
        return Reckoned(compute + 0.8 * card.memory_gb / 40, "formula")

    @cached_property
    def inference_cards(self) -> frozenset[str]:
        """The cards made for inference."""
        return frozenset(card.id for card in self.cards.values() if card.inference_card)

    @cached_property
    def _ids_by_type(self) -> dict[str, str]:
        return {
            _name(each): card.id
            for card in self.cards.values()
            for each in (card.id, *card.slurm_types)
        }

    @cached_property
    def _ids_by_list_name(self) -> dict[str, str]:
        return {
            _list_name(each): card.id for card in self.cards.values() for each in card.list_names
        }

    def _card_of_profile(
        self, model: str | None, profile: str, known: Mapping[str, str]
    ) -> str | None:
        if model:
            return known.get(_name(model)) or self._ids_by_type.get(_name(model))
        cards = {
            card.id for card in self.cards.values() if card.mig and profile in card.mig.profiles
        }
        if len(cards) == 1:
            return cards.pop()
        families = [card for card in self.cards.values() if cards and cards <= set(card.variants)]
        return min(families, key=lambda card: len(card.variants)).id if families else None

    def _slices(self, card: str | None, profile: str) -> int:
        if card and (mig := self[card].mig):
            return mig.slices
        slices = {
            each.mig.slices
            for each in self.cards.values()
            if each.mig and profile in each.mig.profiles
        }
        return slices.pop() if len(slices) == 1 else DEFAULT_MIG_SLICES


def catalogue_of(file: GpuFile) -> GpuCatalogue:
    """The catalogue that a file holds."""
    return GpuCatalogue({card.id: card for card in file.gpus})


def catalogue_faults(file: GpuFile) -> Iterator[Fault]:
    """What a validated file still has wrong: doubled ids and type names, unknown variants."""
    ids = [card.id for card in file.gpus]
    named: dict[str, str] = {}
    listed: dict[str, str] = {}
    for position, card in enumerate(file.gpus):
        if card.id in ids[:position]:
            yield Fault(("gpus", position, "id"), f"GPU id '{card.id}' again. Keep one.")
        for variant in card.variants:
            if variant not in ids:
                hint = nearest(variant, ids)
                yield Fault(("gpus", position, "variants"), f"unknown GPU id '{variant}'. {hint}")
        for name in {_name(each) for each in (card.id, *card.slurm_types)}:
            if named.setdefault(name, card.id) != card.id:
                what = f"Slurm type '{name}' is '{named[name]}' already. A name has one meaning."
                yield Fault(("gpus", position, "slurm_types"), what)
        for name in card.list_names:
            if listed.setdefault(_list_name(name), card.id) != card.id:
                what = f"'{name}' is '{listed[_list_name(name)]}' already. A name has one meaning."
                yield Fault(("gpus", position, "list_names"), what)


def _by_name(aliases: Mapping[str, str]) -> dict[str, str]:
    return {_name(alias): gpu_id for alias, gpu_id in aliases.items()}


def _name(slurm_type: str) -> str:
    text = re.sub(r"[_\s]+", "-", slurm_type.strip().lower())
    while (shorter := _MAKERS.sub("", text)) != text:
        text = shorter
    return text


def _list_name(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name.casefold())
