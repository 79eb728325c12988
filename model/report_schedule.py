"""What `plimsoll.yaml` says of reports that are made again and again."""

from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from model.model_keys import nearest
from model.origin import Record, Text
from model.report_parts import SECTIONS, FormatName, Template
from model.source_settings import Interval

Every = Literal["week", "month", "quarter", "year"]
ReportPeriod = Literal[
    "last-week", "last-month", "last-quarter", "last-year", "year-to-date", "all"
]

_LENGTHS: Final = {"week": 1, "month": 2, "quarter": 3, "year": 4}


def _known_section(name: str) -> str:
    if name not in SECTIONS:
        raise ValueError(f"no section '{name}'. {nearest(name, SECTIONS) or ''}".rstrip())
    return name


SectionName = Annotated[str, AfterValidator(_known_section)]
FileName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]


class ScheduledReport(Record):
    """A capacity report that `plimsoll report due` makes whenever a period has closed."""

    name: FileName
    """What its files are called: `name-2026-Q3.pdf`."""
    folder: Path
    """Where its files go; relative to the folder of the settings file."""
    every: Every = "quarter"
    """One edition for each of these, once it has closed."""
    period: ReportPeriod | None = None
    """What an edition speaks of; by default the time that `every` names."""
    template: Template = "full"
    formats: Annotated[tuple[FormatName, ...], Field(min_length=1)] = ("pdf", "zip")
    """With `zip`, the data package, the next edition tells what changed since."""
    sections: tuple[SectionName, ...] = ()
    """These alone; none named are all."""
    clusters: tuple[Text, ...] = ()
    """These alone; none named are all."""
    organisation: Text | None = None
    disclosure_control: bool = True
    """Off: nothing is withheld, for use within the organisation."""
    patience: Interval | None = None
    """So long after the period closed the report is made even if data do not reach its end."""

    @property
    def asked_period(self) -> ReportPeriod:
        """What an edition speaks of."""
        return self.period or f"last-{self.every}"  # type: ignore[return-value]

    @model_validator(mode="after")
    def _says_something_new(self) -> Self:
        unit = self.asked_period.removeprefix("last-")
        if _LENGTHS.get(unit, 0) > _LENGTHS[self.every]:
            raise ValueError(
                f"every {self.every} a report of {self.asked_period} would say the same again. "
                f"Set 'every: {unit}'."
            )
        return self
