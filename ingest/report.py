"""What an ingest did: counts a file and in sum, and the line that says so."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class FileReport:
    """One file: every row read is accepted, left out, or quarantined with its reason.

    `rows_steps` are those left out as none of the table's own: job steps, which are never added
    to allocations, events of a whole cluster, associations without a limit.

    `assumptions` maps a sentence to the number of rows it concerns (0: the file as a whole);
    `unknown` names useful columns that the file does not have. `skipped` tells that the same
    bytes were ingested before under the same options.
    """

    path: str
    sha256: str
    size_bytes: int = 0
    format: str = ""
    rows_read: int = 0
    rows_accepted: int = 0
    rows_steps: int = 0
    rows_quarantined: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    assumptions: Mapping[str, int] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: bool = False
    seconds: float = 0.0

    def __post_init__(self) -> None:
        accounted = self.rows_accepted + self.rows_steps + self.rows_quarantined
        if self.rows_read != accounted:
            raise AssertionError(f"{self.path}: {self.rows_read} rows read, {accounted} kept")


@dataclass(frozen=True)
class IngestReport:
    """The files of one ingest and their sums; `kind` is jobs, nodes, events or awards."""

    kind: str
    cluster: str | None
    files: tuple[FileReport, ...]
    run_id: int | None = None

    @property
    def rows_read(self) -> int:
        """Data rows in all files that were read (not of those skipped)."""
        return sum(file.rows_read for file in self.files)

    @property
    def rows_accepted(self) -> int:
        """Rows that became facts, or part of one."""
        return sum(file.rows_accepted for file in self.files)

    @property
    def rows_steps(self) -> int:
        """Rows of job steps, and others that are left out by rule: counted, never stored."""
        return sum(file.rows_steps for file in self.files)

    @property
    def rows_quarantined(self) -> int:
        """Rows set aside with their reason."""
        return sum(file.rows_quarantined for file in self.files)

    @property
    def reasons(self) -> dict[str, int]:
        """Quarantined rows by reason, the most frequent first."""
        return _total(file.reasons for file in self.files)

    @property
    def assumptions(self) -> dict[str, int]:
        """Sentences on what was assumed, with the rows that each concerns."""
        return _total(file.assumptions for file in self.files)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Useful columns that at least one file lacks, in order of appearance."""
        return tuple(dict.fromkeys(name for file in self.files for name in file.unknown))

    def summary(self) -> str:
        """One line: what was accepted, left out, quarantined and changed."""
        fresh = [file for file in self.files if not file.skipped]
        skipped = len(self.files) - len(fresh)
        already = f"{skipped} file{'s' if skipped != 1 else ''} already ingested"
        if not fresh:
            return f"{self._title()}: {already}, nothing to do"
        parts = [
            f"{self.rows_read:,} rows read",
            f"{self.rows_accepted:,} accepted",
            f"{self.rows_steps:,} {left_out_word(self.kind)}" if self.rows_steps else "",
            self._quarantined(),
            f"{sum(file.inserted for file in fresh):,} new",
            f"{sum(file.updated for file in fresh):,} updated",
            f"{sum(file.unchanged for file in fresh):,} unchanged",
            already if skipped else "",
            f"{sum(file.seconds for file in fresh):.1f} s",
        ]
        return f"{self._title()}: " + ", ".join(part for part in parts if part)

    def _title(self) -> str:
        return f"{self.cluster}: {self.kind}" if self.cluster else self.kind

    def _quarantined(self) -> str:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in self.reasons.items())
        return f"{self.rows_quarantined:,} quarantined" + (f" ({reasons})" if reasons else "")


def left_out_word(kind: str) -> str:
    """What the rows are called that an ingest of a kind leaves out by rule."""
    return "steps" if kind == "jobs" else "left out"


def _total(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for count in counts:
        for key, number in count.items():
            total[key] += number
    return dict(total.most_common())
