"""Makes the reports of the schedule that are due: each whole or not at all, and each once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo

import polars as pl
from filelock import FileLock, Timeout

from model.errors import InputError, PlimsollError
from model.question import Answer, Question
from model.registry import Registry
from model.report_parts import SECTIONS
from model.report_schedule import ScheduledReport
from model.settings import Settings
from model.source_settings import length
from reports.answer import answer
from reports.capacity_report.order import Order, contents, holdings_of, report_of, selection_of
from reports.capacity_report.selection import chosen_sections
from reports.scheduled import Edition, editions
from reports.wording import day
from reports.writers import FORMATS
from reports.writers.files import places_for
from store import Store

Outcome = Literal["made", "up to date", "waiting", "busy", "failed", "fault"]
Progress = Callable[[int, int, str], None]

PACKAGE: Final = "zip"
_LOCK: Final = ".plimsoll-reports.lock"


def _no_progress(done: int, total: int, name: str) -> None:
    """Nobody looks."""


@dataclass(frozen=True)
class Made:
    """What became of a report of the schedule; `edition` is the one that was looked at."""

    report: ScheduledReport
    status: Outcome
    edition: Edition | None = None
    files: tuple[Path, ...] = ()
    message: str | None = None
    fault: Exception | None = None


@dataclass(frozen=True)
class Scheduler:
    """Looks at the schedule as it is on a day; with `dry` it says what it would make."""

    store: Store
    settings: Settings
    registry: Registry
    today: date
    dry: bool = False
    progress: Progress = _no_progress

    def run(self, names: tuple[str, ...] = ()) -> Iterator[Made]:
        """What became of each report, of those named or of all; one that fails stops no other."""
        for report in self.settings.reports.schedule:
            if not names or report.name in names:
                yield self._attempt(report)

    def _attempt(self, report: ScheduledReport) -> Made:
        try:
            if self.dry:
                return self._look(report)
            with _alone(report.folder):
                return self._look(report)
        except Timeout:
            return Made(report, "busy", message="another run is making reports in this folder.")
        except PlimsollError as fault:
            return Made(report, "failed", message=str(fault), fault=fault)
        except Exception as fault:  # noqa: BLE001 one report's fault must not stop the others
            return Made(report, "fault", message=f"{type(fault).__name__}: {fault}", fault=fault)

    def _look(self, report: ScheduledReport) -> Made:
        candidates = editions(report, self.today)
        short: str | None = None
        for edition in candidates:
            if files := files_of(report, edition):
                state: Outcome = "waiting" if short else "up to date"
                return Made(report, state, candidates[0], () if short else files, short)
            lacking = self._lacking(report, edition)
            if lacking is None:
                return self._make(report, edition)
            short = short or lacking
        return Made(report, "waiting", candidates[0], message=short)

    def _lacking(self, report: ScheduledReport, edition: Edition) -> str | None:
        """Which data do not reach the end of an edition's period yet, None where none is missing.

        A cluster whose data end before the period begins is not waited for.
        """
        begin = self._midnight(edition.since) if edition.since else None
        end = self._midnight(edition.until)
        observed = self._observed(report)
        within = [each for each in observed if begin is None or each[1] > begin]
        behind = [each for each in within or observed if each[1] < end]
        if not observed:
            return "the store has no jobs of these clusters yet."
        if within and (not behind or self._is_out_of_patience(report, edition)):
            return None
        name, to = min(behind, key=lambda each: each[1])
        return f"the data of {name} end with {self._last(to)}, the period with {_last(edition)}."

    def _is_out_of_patience(self, report: ScheduledReport, edition: Edition) -> bool:
        if report.patience is None:
            return False
        return self.today >= edition.until + length(report.patience)

    def _observed(self, report: ScheduledReport) -> list[tuple[str, datetime]]:
        """Up to when the jobs of each cluster in question are known."""
        where = tuple(("cluster", name) for name in report.clusters)
        frame = self._ask(Question("observed", where=where)).frame.drop_nulls("observed_to")
        latest = frame.group_by("cluster").agg(pl.col("observed_to").max()).sort("cluster")
        return list(latest.select("cluster", "observed_to").iter_rows())

    def _ask(self, question: Question) -> Answer:
        return answer(question, store=self.store, settings=self.settings, registry=self.registry)

    def _last(self, reached: datetime) -> str:
        """The last day of which anything is known."""
        return day((reached - timedelta(microseconds=1)).astimezone(self._zone))

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.settings.timezone)

    def _midnight(self, on: date) -> datetime:
        return datetime.combine(on, time(), self._zone).astimezone(UTC)

    def _make(self, report: ScheduledReport, edition: Edition) -> Made:
        if self.dry:
            return Made(report, "made", edition, tuple(_places(report, edition).values()))
        order = self._order(report, edition)
        selection = selection_of(
            order, store=self.store, settings=self.settings, registry=self.registry
        )
        holdings = holdings_of(self.store, self.settings, self.registry)
        places = _places(report, edition)
        with places_for(tuple(places.values())) as drafts:
            document = report_of(selection, holdings, progress=self.progress)
            written = contents(document, order.formats, progress=self.progress)
            for name, path in places.items():
                drafts[path].write_bytes(written[name])
        return Made(report, "made", edition, tuple(places.values()))

    def _order(self, report: ScheduledReport, edition: Edition) -> Order:
        return Order(
            since=edition.since,
            until=edition.until,
            clusters=report.clusters,
            sections=chosen_sections(report.sections) if report.sections else tuple(SECTIONS),
            template=report.template,
            organisation=report.organisation,
            edition=edition.until,
            protected=report.disclosure_control,
            previous=previous_package(report, edition),
            formats=_formats(report),
        )


def files_of(report: ScheduledReport, edition: Edition) -> tuple[Path, ...]:
    """The files of an edition that are there, in whatever format."""
    stem = report.folder / f"{report.name}-{edition.label}"
    paths = (stem.with_name(f"{stem.name}.{ending}") for ending in FORMATS)
    return tuple(path for path in paths if path.is_file())


def previous_package(report: ScheduledReport, edition: Edition) -> Path | None:
    """The data package of the latest edition before this one, None where there is none.

    Labels of one schedule sort as time goes.
    """
    prefix = f"{report.name}-"
    labels = {
        path.name.removeprefix(prefix).removesuffix(f".{PACKAGE}"): path
        for path in report.folder.glob(f"{prefix}*.{PACKAGE}")
    }
    earlier = [
        label for label in labels if label < edition.label and len(label) == len(edition.label)
    ]
    return labels[max(earlier)] if earlier else None


def _places(report: ScheduledReport, edition: Edition) -> dict[str, Path]:
    stem = f"{report.name}-{edition.label}"
    return {name: report.folder / f"{stem}.{name}" for name in _formats(report)}


def _formats(report: ScheduledReport) -> tuple[str, ...]:
    for name in report.formats:
        if name not in FORMATS:
            raise InputError(
                f"this program does not write {name!r} yet", hint=f"known: {', '.join(FORMATS)}."
            )
    return tuple(dict.fromkeys(report.formats))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else makes reports in a folder meanwhile."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / _LOCK)
        lock.acquire(timeout=0)
    except OSError as fault:
        if isinstance(fault, Timeout):
            raise
        raise InputError(
            f"cannot write: {fault.strerror}", where=str(folder), hint="choose another folder."
        ) from fault
    try:
        yield
    finally:
        lock.release()


def _last(edition: Edition) -> str:
    return day(edition.until - timedelta(days=1))
