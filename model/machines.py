"""A machine's record: a slice of time in which one count of GPUs held, with its origins."""

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from model.dates import UNDATED, ImpreciseDate, ImpreciseEnd, resolve
from model.origin import UNVERIFIED, DateWords, Grade, Record, Source, Text, best_grade

Kind = Literal[
    "machine", "rollup", "component", "capability-claim", "announced", "planned", "unconfirmed"
]
"""What a record stands for. Only a machine's cards enter sums."""

Count = Annotated[int, Field(ge=0, strict=True)]
Positive = Annotated[float, Field(gt=0)]

FIGURES: Final = (
    "gpus", "components", "gpus_per_node", "gpu_nodes", "cpu", "cpu_cores", "in_service",
    "retired", "announced", "access", "power", "rmax_pflops", "rpeak_pflops", "funded_until",
    "commitment_years",
)  # fmt: skip
"""The fields that need an origin wherever they are filled."""


_NAMED: Final = {*FIGURES, "other_counts", "gpu_model", "operator", "funding", "caveat"}


def _known_figure(field: str) -> str:
    if field not in _NAMED:
        raise ValueError(f"no such figure: {field}. Known: {', '.join(FIGURES)}.")
    return field


Figure = Annotated[
    str, AfterValidator(_known_figure), WithJsonSchema({"type": "string", "enum": sorted(_NAMED)})
]
"""The name of a field that a source can stand for."""


class MachineSource(Source):
    """A source whose fields are those of a machine."""

    covers: tuple[Figure, ...]


class Component(Record):
    """Cards of one kind in a machine: an id of the GPU catalogue."""

    gpu: Text
    """An id of config/gpus.yaml."""
    count: Count
    """Physical cards: not dies, tiles or MIG slices."""
    mig: Text | None = None


class OtherCount(Record):
    """A count that somebody else gives, and what they counted."""

    count: Count
    basis: Text


class Power(Record):
    """Megawatts, and of what: a benchmark's run is neither a facility's peak nor its mean."""

    mw: Positive
    basis: Literal["benchmark run", "facility peak", "upper bound", "press"]


class Correction(Record):
    """A fault of the collection that a record came from, and the source that mends it."""

    figure: Figure
    """The field of the record that was wrong."""
    was: Text
    now: Text
    title: Text
    """The source."""
    publisher: Text | None = None
    url: Text | None = None
    date: DateWords | None = None
    read: DateWords | None = None
    grade: Grade


class Machine(Record):
    """One slice: a count, its scope, its dates and its sources."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    """Small letters, digits and hyphens; once over all files."""
    name: Text
    kind: Kind = "machine"
    """What the record stands for: only the cards of a `machine` enter sums."""
    operator: Text
    site: Text | None = None
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    """ISO 3166, two letters."""
    sector: Literal["academic", "government", "commercial"]
    tier: Text
    partition: Text | None = None
    """The part for which the record stands: a Slurm partition, a kind of node."""
    gpus: Count | None
    """Cards in this slice of time; null where unknown, 0 where there are none."""
    components: tuple[Component, ...] = ()
    """The cards by kind; they sum to `gpus`."""
    gpu_model: Text | None = None
    """Words, where the cards cannot be told apart."""
    count_unit: Literal["card", "superchip", "APU"] = "card"
    """What one of `gpus` is: a superchip here holds one GPU (GH200)."""
    gpus_per_node: Count | None = None
    gpu_nodes: Count | None = None
    cpu: Text | None = None
    cpu_cores: Count | None = None
    """Cores, not sockets."""
    access: Text | None = None
    """The route by which users come to it."""
    in_service: ImpreciseDate | None
    """2021-10-05, 2021-10, 2021 or 2018..2022; null where unknown."""
    retired: ImpreciseEnd | None = None
    """The first day out of service; `unknown` where it is retired and nobody wrote down when."""
    announced: ImpreciseDate | None = None
    construction: Literal["unconfirmed"] | None = None
    superseded_by: Text | None = None
    """The record that took over these cards."""
    part_of: Text | None = None
    """The record whose count holds these cards too."""
    power: Power | None = None
    rmax_pflops: Positive | None = None
    rpeak_pflops: Positive | None = None
    funded_until: ImpreciseDate | None = None
    commitment_years: Positive | None = None
    scope: Text | None = None
    """What the count covers."""
    caveat: Text | None = None
    """What to know before quoting it."""
    other_counts: tuple[OtherCount, ...] = ()
    """Counts in circulation, and what they count."""
    sources: tuple[MachineSource, ...]
    unverified: tuple[Figure, ...] = ()
    """Figures without a source better than general knowledge: grade E."""
    corrections: tuple[Correction, ...] = ()

    @property
    def starts(self) -> date | None:
        """The day on which the slice begins; None where it is not known."""
        return resolve(self.in_service) if self.in_service else None

    @property
    def ends(self) -> date | None:
        """The first day on which it is no longer in service; None where there is none yet.

        A slice that was superseded and has no end of its own goes on in its successor:
        `Registry.successors`.
        """
        return resolve(self.retired) if self.retired and self.retired != UNDATED else None

    @property
    def retired_undated(self) -> bool:
        """Retired, nobody wrote down when: never in service, undecided."""
        return self.retired == UNDATED

    @property
    def grade(self) -> Grade | None:
        """The best grade among the sources of the count; None where no source gives a count."""
        unsourced = UNVERIFIED if "gpus" in self.unverified else None
        return best_grade(self.sources, "gpus") or unsourced

    def origin(self, figure: str) -> Grade | None:
        """The grade of a figure: its best source's, E where it is declared unverified."""
        declared = UNVERIFIED if figure in self.unverified else None
        return best_grade(self.sources, figure) or declared


class MachineFile(Record):
    """One file of `config/machines/`."""

    attribution: tuple[Text, ...] = ()
    machines: tuple[Machine, ...]
