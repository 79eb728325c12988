"""Tables of the registry: machines here and abroad."""

from datetime import UTC, datetime

from analytics.capacity import capacity, capacity_notes
from analytics.finding import Finding
from reports.tables.asked import Asked, kept


def capacity_table(asked: Asked) -> Finding:
    """A line a machine, on a day."""
    asked.without_by()
    on = asked.question.on or datetime.now(UTC).date()
    frame = capacity(asked.registry, on=on, min_grade=asked.question.min_grade)
    lines = kept(Finding(frame), asked.where).frame
    return Finding(lines, tuple(capacity_notes(lines, on)))
