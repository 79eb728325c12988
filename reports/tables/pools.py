"""Tables of pools: what many small ones cost beside one large one."""

from analytics.finding import Finding
from analytics.fragmentation import fragmentation
from reports.tables.asked import Asked


def fragmentation_table(asked: Asked) -> Finding:
    """GPUs that stood idle in one cluster or partition while jobs waited in another."""
    facts, periods = asked.known()
    return fragmentation(facts.estate(), calendar=periods, by=asked.question.by, where=asked.where)
