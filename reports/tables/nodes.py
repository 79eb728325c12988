"""Tables of nodes: where the time of their GPUs went."""

from analytics.finding import Finding
from analytics.inference import inference
from analytics.utilisation import nodes, utilisation
from reports.tables.asked import Asked


def utilisation_table(asked: Asked) -> Finding:
    """Installed, available, allocated and idle GPU-hours."""
    facts, periods = asked.known()
    return utilisation(facts.estate(), calendar=periods, by=asked.question.by, where=asked.where)


def nodes_table(asked: Asked) -> Finding:
    """A line a node."""
    facts, periods = asked.known()
    asked.without_by()
    return nodes(facts.estate(), calendar=periods, where=asked.where)


def inference_table(asked: Asked) -> Finding:
    """Inference nodes beside the training nodes of the same site."""
    facts, periods = asked.known()
    return inference(facts.estate(), calendar=periods, by=asked.question.by, where=asked.where)
