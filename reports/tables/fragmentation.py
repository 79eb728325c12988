"""Tables of pools: what many small ones cost beside one large one."""

from datetime import UTC, datetime

from analytics.finding import Finding
from analytics.fragmentation import fragmentation
from analytics.growth import growth
from ingest.survey import read_surveys
from reports.tables.asked import Asked, kept


def fragmentation_table(asked: Asked) -> Finding:
    """GPUs that stood idle in one cluster or partition while jobs waited in another."""
    facts, periods = asked.known()
    return fragmentation(facts.estate(), calendar=periods, by=asked.question.by, where=asked.where)


def growth_table(asked: Asked) -> Finding:
    """A line a year: how many clusters there were, and how the GPUs were spread over them."""
    asked.without_by()
    question = asked.question
    found = growth(
        asked.registry,
        read_surveys(asked.settings.surveys),
        today=question.on or datetime.now(UTC).date(),
        since=question.since,
        until=question.until,
        min_grade=question.min_grade,
    )
    return kept(found, asked.where)
