"""Tables of the registry: machines here and abroad."""

from datetime import UTC, datetime

from analytics.capacity import capacity
from analytics.capacity_notes import capacity_notes
from analytics.capacity_totals import capacity_totals
from analytics.finding import Finding
from reports.tables.asked import Asked, kept


def capacity_table(asked: Asked) -> Finding:
    """A line a machine on a day, or a line a country, sector or tier."""
    question = asked.question
    on = question.on or datetime.now(UTC).date()
    frame = capacity(asked.registry, on=on, min_grade=question.min_grade)
    lines = kept(Finding(frame), asked.where).frame
    notes = tuple(capacity_notes(lines, on))
    return Finding(capacity_totals(lines, by=question.by) if question.by else lines, notes)
