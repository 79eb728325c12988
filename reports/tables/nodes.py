"""Tables of nodes: where the time of their GPUs went."""

from analytics.finding import Finding
from analytics.inference import inference
from analytics.moves import moves
from analytics.utilisation import nodes, utilisation
from model.errors import InputError
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


def moves_table(asked: Asked) -> Finding:
    """Inference nodes that could be training nodes, ranked."""
    facts, periods = asked.known()
    asked.without_by()
    if asked.question.period != "total":
        raise InputError(
            "moves is one ranking and takes no --period",
            hint="--from and --to say what it is of.",
        )
    return moves(facts.estate(), calendar=periods, where=asked.where)
