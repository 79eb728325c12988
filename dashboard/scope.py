"""What part of the store a page's filters speak of."""

from dataclasses import dataclass

from dashboard.applies import where_for
from dashboard.filters import Filters, chosen_clusters
from dashboard.reader import Reader
from dashboard.turns import go_on
from model.question import Answer, Period, Question
from reports.wording import day, sentence, span


@dataclass(frozen=True)
class Scope:
    """Questions within the filters that a reader chose, as far as each table knows them.

    `also` are further filters, of columns that every table asked here has.
    """

    reader: Reader
    filters: Filters
    also: tuple[tuple[str, str], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether no cluster of the store fits the filters."""
        known = [(cluster.name, cluster.tier) for cluster in self.reader.clusters()]
        return chosen_clusters(self.filters, known) == ()

    def question(
        self,
        table: str,
        *,
        by: tuple[str, ...] = (),
        period: Period = "total",
        where: tuple[tuple[str, str], ...] = (),
    ) -> Question:
        """A question for a table within the filters; none where its reader has gone on."""
        go_on()
        return Question(
            table,
            by=by,
            period=period,
            since=self.filters.since,
            until=self.filters.until,
            where=(*where_for(table, self.filters), *self.also, *where),
        )

    def ask(
        self,
        table: str,
        *,
        by: tuple[str, ...] = (),
        period: Period = "total",
        where: tuple[tuple[str, str], ...] = (),
    ) -> Answer:
        """The answer for a table within the filters."""
        return self.reader.ask(self.question(table, by=by, period=period, where=where))

    def span(self, answer: Answer) -> str:
        """The period in words, up to the moment that the data speak of."""
        return span(self.filters.since, self.filters.until, as_of=answer.data_as_of)

    def stated(self, answer: Answer) -> str:
        """The period and how far the data reach, in one line."""
        if self.filters.since or self.filters.until:
            return f"{sentence(self.span(answer))} {as_of(answer)}"
        return f"All data on record. {as_of(answer)}"


def as_of(answer: Answer) -> str:
    """How far the data reach, in words."""
    if answer.data_as_of is None:
        return "It is not known how far the data reach."
    assumed = " (assumed: no window was stated at ingest)" if answer.as_of_assumed else ""
    return f"Data as of {day(answer.data_as_of)}{assumed}."
