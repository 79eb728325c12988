"""The seam between formats of node inventories and the nodes table."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol

from ingest.formats.base import Reject
from ingest.gres import Gpus


@dataclass(frozen=True)
class NodeRecord:
    """One node: `line` is the first of its text, or its number in a document.

    `moments` are times as the text has them; what a source does not tell is None. `rows` is how
    many input rows the record stands for.
    """

    line: int
    node: str
    gpus: Gpus
    cpus: int | None
    memory_mb: int | None
    partitions: str | None
    features: str | None
    state: str | None
    slurm_version: str | None = None
    moments: tuple[str, ...] = ()
    gpus_differ: bool = False
    rows: int = 1


@dataclass(frozen=True)
class NodeText:
    """What a text holds: whole nodes, and the rows set aside.

    `moments` are times that the text as a whole tells; `notes` are sentences on how it was
    read, with the rows that each concerns.
    """

    nodes: list[NodeRecord] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    moments: tuple[str, ...] = ()
    notes: Counter[str] = field(default_factory=Counter)


class NodeFormat(Protocol):
    """A way in which nodes are written down."""

    @property
    def name(self) -> str:
        """What the ledger calls it: `scontrol-show-node`, `sinfo`."""
        ...

    def recognises(self, data: bytes) -> bool:
        """Whether the bytes of a file look like this format."""
        ...

    def read(self, data: bytes) -> NodeText:
        """The nodes of a file; InputError, with the line to run, where it cannot tell them."""
        ...


Found = tuple[NodeRecord, Callable[[], str]]
"""A node, and a call that gives its text, should it be set aside."""


def joined(found: Iterable[Found]) -> tuple[list[NodeRecord], list[Reject]]:
    """Nodes that are listed once per partition as one each, with their partitions together.

    Rows of one node that differ in more than partition and state are set aside.
    """
    nodes: dict[str, NodeRecord] = {}
    rejects = []
    for record, text in found:
        known = nodes.get(record.node)
        if known is None:
            nodes[record.node] = record
        elif _hardware(known) == _hardware(record):
            partitions = sorted_list(f"{known.partitions or ''},{record.partitions or ''}")
            rows = known.rows + record.rows
            nodes[record.node] = replace(known, partitions=partitions or None, rows=rows)
        else:
            rejects.append(Reject(record.line, "contradicts_other_row", text(), record.rows))
    return list(nodes.values()), rejects


def sorted_list(text: str) -> str:
    """The names of a comma-separated list, sorted, without repeats and Slurm's words for none."""
    names = {name.strip() for name in text.split(",")} - {"", "(null)"}
    return ",".join(sorted(names))


def _hardware(node: NodeRecord) -> tuple[object, ...]:
    return node.gpus.count, node.gpus.types_text, node.cpus, node.memory_mb, node.features
