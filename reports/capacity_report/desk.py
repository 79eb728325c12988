"""What every section of the report is written with: answers, exhibits, and their blocks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

import polars as pl
from polars import selectors

from model.errors import InputError
from model.question import PERIODS, Answer, Period, Question
from model.registry import Registry
from model.settings import Settings
from reports.capacity_report.ledger import Ledger
from reports.capacity_report.protection import (
    may_draw,
    may_say,
    said_instead,
    said_of_shown,
    with_gap,
)
from reports.capacity_report.selection import Selection
from reports.capacity_report.unobserved import without_unobserved
from reports.charts import Chart
from reports.command import command_of
from reports.disclosure import Guard
from reports.document import (
    Block,
    Callout,
    ChartBlock,
    Finding,
    Footnote,
    Paragraph,
    Runs,
    TableBlock,
    words,
)
from reports.document.columns import columns_of
from reports.missing import Missing
from reports.wording import sentence, span

Ask = Callable[[Question], Answer]
Said = Callable[[], str | None]

_WEEKS_UP_TO: Final = timedelta(days=92)
_MONTHS_UP_TO: Final = timedelta(days=1100)
_PRINTED: Final = 40
_SIGNIFICANT: Final = 12


@dataclass(frozen=True)
class Exhibit:
    """A finding with what it rests on: `say` makes its sentence, `chart` its chart.

    `columns` are those that pages print; `shown` replaces the answer's frame in the table; `more`
    are answers that the sentences draw on besides, by the key of their table. `also` are sentences
    that stand under the finding. A `headline` stands among the key findings as well.
    """

    key: str
    say: Callable[[], str]
    answer: Answer
    caption: str
    columns: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    chart: Callable[[], Chart | None] | None = None
    shown: pl.DataFrame | None = None
    more: Mapping[str, Answer] = field(default_factory=dict)
    also: tuple[Said, ...] = ()
    lead: str | None = None
    method: str | None = None
    sources: tuple[Runs, ...] = ()
    printed: int | None = _PRINTED
    headline: bool = False
    commandless: bool = False


@dataclass
class Desk:
    """Answers to the selection's questions, and what has been written so far.

    `guard` withholds what must not be published: None where nothing is to be withheld.
    """

    selection: Selection
    ask: Ask
    registry: Registry
    settings: Settings
    has_store: bool
    guard: Guard | None = None
    ledger: Ledger = field(default_factory=Ledger)
    headlines: list[Finding] = field(default_factory=list)
    leading_charts: list[tuple[ChartBlock, TableBlock]] = field(default_factory=list)
    data: list[TableBlock] = field(default_factory=list)
    shown: list[TableBlock] = field(default_factory=list)
    known: dict[Question, Answer] = field(default_factory=dict)

    @property
    def answers(self) -> list[Answer]:
        """All answers so far."""
        return list(self.known.values())

    def question(
        self,
        table: str,
        *,
        by: tuple[str, ...] = (),
        period: Period = "total",
        where: tuple[tuple[str, str], ...] = (),
    ) -> Question:
        """A question about the chosen clusters and period."""
        chosen = self.selection
        clusters = tuple(("cluster", name) for name in chosen.clusters)
        return Question(
            table,
            by=by,
            period=period,
            since=chosen.since,
            until=chosen.until,
            where=(*clusters, *where),
            timezone=self.settings.timezone,
        )

    def overall(
        self, table: str, *, by: tuple[str, ...] = (), where: tuple[tuple[str, str], ...] = ()
    ) -> Question:
        """A question whose table knows neither clusters nor a period, such as that of rounds."""
        return Question(table, by=by, where=where, timezone=self.settings.timezone)

    def answer(self, question: Question) -> Answer:
        """The answer, asked for once; raises what `ask` raises."""
        if question not in self.known:
            found = _steady(self.ask(question))
            self.known[question] = self.guard.protect(found) if self.guard else found
        return self.known[question]

    def if_any(self, question: Question) -> Answer | None:
        """The answer, None where the store has nothing to answer it from, or no line."""
        if not self.has_store:
            return None
        try:
            found = self.answer(question)
        except InputError:
            return None
        return None if found.frame.is_empty() else found

    def period(self, answer: Answer) -> str:
        """The period in words, up to the moment that the data reach."""
        return span(self.selection.since, self.selection.until, as_of=answer.data_as_of)

    def step(self) -> Period:
        """How finely series over the period are cut: by week, by month, or by quarter."""
        since, until = self.selection.since, self.selection.until
        if since is None or until is None:
            first, last = self._observed()
            since, until = since or first, until or last
        if since is None or until is None or until - since > _MONTHS_UP_TO:
            return self._no_finer("quarter")
        return self._no_finer("week" if until - since <= _WEEKS_UP_TO else "month")

    def _no_finer(self, step: Period) -> Period:
        """The step, or the finest that is published if that is longer."""
        finest: Period = self.settings.reports.disclosure.grain if self.guard else step
        return max(step, finest, key=PERIODS.index)

    def _observed(self) -> tuple[date | None, date | None]:
        spans = self._spans()
        if not spans:
            return None, None
        return min(first for first, _ in spans).date(), max(last for _, last in spans).date()

    def _spans(self) -> list[tuple[datetime, datetime]]:
        """The spans of time in which any of the chosen clusters was observed."""
        clusters = tuple(("cluster", name) for name in self.selection.clusters)
        answer = self.if_any(self.overall("observed", where=clusters))
        if answer is None:
            return []
        return list(answer.frame.select("observed_from", "observed_to").iter_rows())

    def show(self, exhibit: Exhibit) -> list[Block]:
        """The blocks of an exhibit, in the order of reading."""
        if exhibit.shown is None:
            answer = without_unobserved(exhibit.answer, self._spans())
            exhibit = replace(exhibit, answer=answer)
        table = self._marked(table_of(exhibit))
        self.shown.append(table)
        drawn_on = [table, *self._more(exhibit)]
        chart = self._chart(exhibit, drawn_on)
        finding = self._finding(exhibit, drawn_on)
        if exhibit.headline and self._may_say(exhibit):
            self.headlines.append(finding)
            if chart:
                self.leading_charts.append((chart, table))
        also = exhibit.also if self._may_say(exhibit) else ()
        said = (self._said(exhibit.key, make, drawn_on) for make in also)
        blocks: list[Block | None] = [
            finding,
            *said,
            Paragraph(words(exhibit.lead), "lead") if exhibit.lead else None,
            chart,
            table,
        ]
        return [block for block in blocks if block is not None]

    def paragraph(self, key: str, make: Said, tables: Sequence[TableBlock]) -> Paragraph | None:
        """A sentence on its own, traced to the given tables."""
        return self._said(key, make, tables)

    def _said(self, key: str, make: Said, tables: Sequence[TableBlock]) -> Paragraph | None:
        empty: list[str] = []

        def text() -> str:
            said = make()
            if said is None:
                empty.append(key)
            return said or ""

        runs = self.ledger.say(key, text, tables)
        return None if empty else Paragraph(runs)

    def _finding(self, exhibit: Exhibit, tables: Sequence[TableBlock]) -> Finding:
        table = tables[0]

        def say() -> str:
            if not self._may_say(exhibit):
                return sentence(said_instead(table))
            return sentence(said_of_shown(exhibit.say(), exhibit.key, table))

        runs = self.ledger.say(exhibit.key, say, tables)
        return Finding(
            key=exhibit.key,
            runs=runs,
            footnote=Footnote(
                table=table.key,
                method=exhibit.method or _method(table),
                source=_source(table),
                command=table.command,
            ),
        )

    def _chart(self, exhibit: Exhibit, tables: Sequence[TableBlock]) -> ChartBlock | None:
        drawn = exhibit.chart
        if drawn is None or not may_draw(self.guard, exhibit.key, exhibit.answer):
            return None
        made = drawn()
        if made is None:
            return None

        def told() -> str:
            again = drawn()
            return f"{again.title}. {with_gap(again, tables).summary}" if again else ""

        self.ledger.say(f"{exhibit.key}, chart", told, tables)
        return ChartBlock(exhibit.key, with_gap(made, tables), tables[0].key)

    def _may_say(self, exhibit: Exhibit) -> bool:
        return may_say(self.guard, exhibit.key, exhibit.answer, exhibit.more)

    def _marked(self, table: TableBlock) -> TableBlock:
        """The table with the marks of its withheld cells."""
        if self.guard is None or table.question is None:
            return table
        return replace(table, marks=self.guard.marks(table.question, table.frame))

    def _more(self, exhibit: Exhibit) -> list[TableBlock]:
        """Tables that sentences draw on and no page prints; each is kept once."""
        found = []
        for key, answer in exhibit.more.items():
            table = self._marked(plain_table(key, answer))
            if key not in {each.key for each in self.data}:
                self.data.append(table)
                self.shown.append(table)
            found.append(table)
        return found

    def left_aside(self, block: TableBlock) -> None:
        """A table that files of data hold and no page does."""
        self.data.append(block)


def _steady(answer: Answer) -> Answer:
    """The answer to so many significant digits as are the same whichever thread ends first."""
    floats = selectors.float().round_sig_figs(_SIGNIFICANT)
    return replace(answer, frame=answer.frame.with_columns(floats))


def missing(lacking: Missing) -> Callout:
    """What stands in place of what the store lacks, with the command that brings it."""
    return Callout("missing", lacking.what, words(lacking.why), lacking.command)


def table_of(exhibit: Exhibit) -> TableBlock:
    """The table of an exhibit."""
    answer = exhibit.answer
    frame = answer.frame if exhibit.shown is None else exhibit.shown
    return _block(
        exhibit.key,
        answer,
        frame=frame,
        caption=exhibit.caption,
        printed=exhibit.printed,
        columns=exhibit.columns,
        headers=exhibit.headers,
        sources=exhibit.sources,
        command=None if exhibit.commandless else command_of(answer.question),
    )


def plain_table(key: str, answer: Answer) -> TableBlock:
    """An answer as it is, for files of data."""
    return _block(
        key,
        answer,
        frame=answer.frame,
        caption=f"The table {answer.question.table}, as reckoned",
        command=command_of(answer.question),
    )


def _block(
    key: str,
    answer: Answer,
    *,
    frame: pl.DataFrame,
    caption: str,
    command: str | None,
    printed: int | None = None,
    columns: tuple[str, ...] = (),
    headers: tuple[str, ...] = (),
    sources: tuple[Runs, ...] = (),
) -> TableBlock:
    return TableBlock(
        key=key,
        caption=caption,
        frame=frame,
        columns=columns_of(frame, answer.question.table, printed=columns, headers=headers),
        notes=answer.notes,
        sources=sources,
        question=answer.question,
        command=command,
        printed=printed,
        synthetic=answer.synthetic,
    )


def _method(table: TableBlock) -> str:
    """How the first figure of a table with a formula, else a definition, is reckoned."""
    figures = [column for column in table.printed_columns if column.numeric]
    formula = next((f"{c.heading}: {c.formula}" for c in figures if c.formula), None)
    said = next((f"{c.heading}: {c.definition}" for c in figures if c.definition), "")
    return formula or said


def _source(table: TableBlock) -> str:
    found = dict.fromkeys(c.source for c in table.printed_columns if c.source and c.numeric)
    return next(iter(found), "reckoned by Plimsoll")
