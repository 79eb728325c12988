"""The parts of a section, in the order in which they are read."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from reports.charts import Chart
from reports.document.tables import TableBlock
from reports.document.text import Runs

Manner = Literal["body", "lead", "note"]
Tone = Literal["synthetic", "missing", "protected"]


@dataclass(frozen=True)
class Paragraph:
    """Running text: "lead" introduces, "note" is set smaller."""

    runs: Runs
    manner: Manner = "body"


@dataclass(frozen=True)
class ListBlock:
    """Points, one after another."""

    items: tuple[Runs, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Commands:
    """Lines for a shell or a settings file, set as they stand."""

    text: str


@dataclass(frozen=True)
class Footnote:
    """Where a finding comes from: the key of its table, the method and the source in words."""

    table: str
    method: str
    source: str
    command: str | None = None


@dataclass(frozen=True)
class Finding:
    """A sentence that can be quoted, with its footnote."""

    key: str
    runs: Runs
    footnote: Footnote


@dataclass(frozen=True)
class ChartBlock:
    """A chart: its title is the caption, its summary the text alternative, `table` its data."""

    key: str
    chart: Chart
    table: str

    @property
    def alternative(self) -> str:
        """What the chart shows, for those who do not see it."""
        return f"{self.chart.summary} The figures are in the table."


@dataclass(frozen=True)
class Definition:
    """A term and what it means."""

    term: str
    runs: Runs


@dataclass(frozen=True)
class Definitions:
    """Terms in alphabetical order."""

    entries: tuple[Definition, ...]


@dataclass(frozen=True)
class Callout:
    """What a reader must not miss: data are made up, missing (with what brings them), withheld."""

    tone: Tone
    heading: str
    runs: Runs
    commands: str | None = None


@dataclass(frozen=True)
class Subheading:
    """A heading within a section; `key` is its anchor."""

    key: str
    text: str


Block: TypeAlias = (
    Paragraph
    | ListBlock
    | Commands
    | Finding
    | ChartBlock
    | TableBlock
    | Definitions
    | Callout
    | Subheading
)
