"""Whether a machine's count is one of cards: not of dies, not of superchips, and adding up."""

from collections.abc import Iterator
from typing import Final, Literal

from model.gpus import Gpu, GpuCatalogue
from model.machines import Component, Machine
from model.model_keys import nearest
from model.yaml_source import Loc

CountFault = tuple[Literal["unknown GPU", "sum", "dies"], Loc, str]

_HALF: Final = 0.55
"""Of a card's FP64 rate: what a benchmark's peak gives each of two dies that pass for cards."""


def count_faults(machine: Machine, catalogue: GpuCatalogue) -> Iterator[CountFault]:
    """Cards that the catalogue does not know, sums that do not hold, dies that pass for cards."""
    for position, part in enumerate(machine.components):
        if part.gpu not in catalogue:
            hint = nearest(part.gpu, list(catalogue)) or "See config/gpus.yaml."
            what = f"unknown GPU id '{part.gpu}'. {hint}"
            yield "unknown GPU", ("components", position, "gpu"), what
    total = sum(part.count for part in machine.components)
    if machine.components and total != machine.gpus:
        what = f"components sum to {total}, gpus says {machine.gpus}. Mend one of them."
        yield "sum", ("gpus",), what
    yield from _nodes(machine, catalogue)
    for position, part in enumerate(machine.components):
        if part.gpu in catalogue:
            yield from _dies(machine, part, catalogue[part.gpu], position)


def _nodes(machine: Machine, catalogue: GpuCatalogue) -> Iterator[CountFault]:
    """Nodes times cards a node against the count."""
    if machine.gpus is None or not machine.gpus_per_node or not machine.gpu_nodes:
        return
    in_nodes = machine.gpus_per_node * machine.gpu_nodes
    if in_nodes == machine.gpus:
        return
    sums = f"{machine.gpu_nodes} nodes of {machine.gpus_per_node} hold {in_nodes}"
    known = [catalogue[part.gpu] for part in machine.components if part.gpu in catalogue]
    if any(card.dies > 1 and in_nodes * card.dies == machine.gpus for card in known):
        yield "dies", ("gpus",), f"gpus says {machine.gpus}: dies, not cards. {sums} cards."
    else:
        yield "sum", ("gpus",), f"gpus says {machine.gpus}, {sums}. Mend one of them."


def _dies(machine: Machine, part: Component, card: Gpu, position: int) -> Iterator[CountFault]:
    if machine.count_unit == "superchip" and card.id.startswith("gb"):
        what = f"a superchip of {card.name} holds two: count cards (count_unit: card)."
        yield "dies", ("count_unit",), what
    if card.dies == 1 or len(machine.components) > 1:
        return
    if card.most_per_node and (machine.gpus_per_node or 0) > card.most_per_node:
        what = (
            f"{machine.gpus_per_node} a node: nodes of {card.name} hold {card.most_per_node} at "
            f"most. Software shows {card.dies} GPUs a card; count cards."
        )
        yield "dies", ("gpus_per_node",), what
    elif _rate_of_a_die(machine, part, card):
        what = (
            f"rpeak_pflops leaves {_peak_each(machine, part):.1f} TFLOP/s to each of {part.count}, "
            f"a card of {card.name} has {card.peak_tflops_dense.fp64}: dies, not cards? Where the "
            "benchmark ran on a part, say so in other_counts."
        )
        yield "dies", ("components", position, "count"), what


def _rate_of_a_die(machine: Machine, part: Component, card: Gpu) -> bool:
    rate = card.peak_tflops_dense.fp64
    if not (rate and machine.rpeak_pflops and part.count) or machine.other_counts:
        return False
    return _peak_each(machine, part) < _HALF * rate


def _peak_each(machine: Machine, part: Component) -> float:
    return (machine.rpeak_pflops or 0) * 1000 / part.count
