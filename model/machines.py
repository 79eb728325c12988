"""A machine's record: a slice of time in which one count of GPUs held, with its origins."""

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from model.dates import UNDATED, ImpreciseDate, ImpreciseEnd, resolve
from model.origin import UNVERIFIED, Grade, Record, Source, Text, best_grade

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


def _figures_only(fields: tuple[str, ...]) -> tuple[str, ...]:
    if unknown := [
        each
        for each in fields
        if each not in {*FIGURES, "other_counts", "gpu_model", "operator", "funding", "caveat"}
    ]:
        raise ValueError(f"no such figure: {', '.join(unknown)}. Known: {', '.join(FIGURES)}.")
    return fields


class MachineSource(Source):
    """A source whose fields are those of a machine."""

    covers: Annotated[tuple[Text, ...], AfterValidator(_figures_only)]


class Component(Record):
    """Cards of one kind in a machine: an id of the GPU catalogue."""

    gpu: Text
    count: Count
    mig: Text | None = None


class OtherCount(Record):
    """A count that somebody else gives, and what they counted."""

    count: Count
    basis: Text


class Power(Record):
    """Megawatts, and of what: a benchmark's run is neither a facility's peak nor its mean."""

    mw: Positive
    basis: Literal["benchmark run", "facility peak", "upper bound", "press"]


class Machine(Record):
    """One slice: a count, its scope, its dates and its sources."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    name: Text
    kind: Kind = "machine"
    operator: Text
    site: Text | None = None
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    sector: Literal["academic", "government", "commercial"]
    tier: Text
    partition: Text | None = None
    gpus: Count | None
    components: tuple[Component, ...] = ()
    gpu_model: Text | None = None
    count_unit: Literal["card", "superchip", "APU"] = "card"
    gpus_per_node: Count | None = None
    gpu_nodes: Count | None = None
    cpu: Text | None = None
    cpu_cores: Count | None = None
    access: Text | None = None
    in_service: ImpreciseDate | None
    retired: ImpreciseEnd | None = None
    announced: ImpreciseDate | None = None
    construction: Literal["unconfirmed"] | None = None
    superseded_by: Text | None = None
    part_of: Text | None = None
    power: Power | None = None
    rmax_pflops: Positive | None = None
    rpeak_pflops: Positive | None = None
    funded_until: ImpreciseDate | None = None
    commitment_years: Positive | None = None
    scope: Text | None = None
    caveat: Text | None = None
    other_counts: tuple[OtherCount, ...] = ()
    sources: tuple[MachineSource, ...]
    unverified: Annotated[tuple[Text, ...], AfterValidator(_figures_only)] = ()

    @property
    def starts(self) -> date | None:
        """The day on which the slice begins; None where it is not known."""
        return resolve(self.in_service) if self.in_service else None

    @property
    def ends(self) -> date | None:
        """The first day on which it is no longer in service; None where there is none yet."""
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
