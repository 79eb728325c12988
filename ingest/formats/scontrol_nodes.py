"""Nodes as `scontrol show node` prints them, in blocks of lines or (`-o`) one line a node."""

import re
from collections.abc import Iterator
from typing import Final

from ingest.formats.base import Reject
from ingest.formats.node_record import NodeRecord, NodeText, sorted_list
from ingest.gres import Gpus, GresError, gpus_of_gres, gpus_of_tres

_KEY: Final = re.compile(r"(?:^|\s)([A-Z][A-Za-z]*)=")
_BLOCK_START: Final = "NodeName="
_BEGIN: Final = re.compile(rb"^\s*NodeName=", re.MULTILINE)
_HEAD_BYTES: Final = 1 << 20
_NEEDED: Final = ("CPUTot", "RealMemory", "State")
_LAST_FIELD: Final = "AllocTRES"
_MOMENT_KEYS: Final = ("BootTime", "SlurmdStartTime", "LastBusyTime")
_REASON_MOMENT: Final = re.compile(r"\[[^\s@\[\]]+@([\dT:-]+)\]")


class ScontrolNodes:
    """`scontrol show node`, with or without -o."""

    name = "scontrol-show-node"

    def recognises(self, data: bytes) -> bool:
        """Whether a node begins in the bytes."""
        return _BEGIN.search(data[:_HEAD_BYTES]) is not None

    def read(self, data: bytes) -> NodeText:
        """The nodes of a text, as `read_nodes`."""
        return read_nodes(data.decode("utf-8", errors="replace"))


def read_nodes(text: str) -> NodeText:
    """The nodes of a text; a broken block, a cut-off last one and repeats are rejects."""
    blocks = list(_blocks(text))
    read = NodeText()
    seen: set[str] = set()
    for index, (line, block) in enumerate(blocks):
        fields = _fields(block)
        fault = _fault(fields, seen, last=index == len(blocks) - 1)
        node = _node(line, fields, block) if fault is None else fault
        if isinstance(node, str):
            read.rejects.append(Reject(line=line, reason=node, text=block))
        else:
            seen.add(node.node)
            read.nodes.append(node)
    return read


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """First line and text of each block; what stands before the first node is a block too."""
    begin, lines = 1, list[str]()
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith(_BLOCK_START) and any(map(str.strip, lines)):
            yield begin, "\n".join(lines)
            lines = []
        if line.strip():
            begin = begin if lines else number
            lines.append(line)
    if lines:
        yield begin, "\n".join(lines)


def _fields(block: str) -> dict[str, str]:
    """Values by key, the first of each: a Reason, which comes last, may quote any of them."""
    keys = list(_KEY.finditer(block))
    ends = [*(key.start() for key in keys[1:]), len(block)][: len(keys)]
    fields: dict[str, str] = {}
    for key, end in zip(keys, ends, strict=True):
        fields.setdefault(key[1], block[key.end() : end].strip())
    return fields


def _fault(fields: dict[str, str], seen: set[str], *, last: bool) -> str | None:
    name = fields.get("NodeName")
    if not name:
        return "not_a_node"
    missing = [key for key in _NEEDED if not fields.get(key)]
    if last and (missing or (("CfgTRES" in fields or seen) and _LAST_FIELD not in fields)):
        return "cut_off"
    if missing:
        return f"no_{missing[0]}"
    return "duplicate_node" if name in seen else None


def _node(line: int, fields: dict[str, str], block: str) -> NodeRecord | str:
    try:
        by_gres = gpus_of_gres(fields.get("Gres", ""))
        by_tres = gpus_of_tres(fields.get("CfgTRES", ""))
        cpus, memory_mb = int(fields["CPUTot"]), int(fields["RealMemory"])
    except GresError:
        return "bad_gres"
    except ValueError:
        return "bad_number"
    return NodeRecord(
        line=line,
        node=fields["NodeName"],
        gpus=by_gres or by_tres or Gpus(),
        cpus=cpus,
        memory_mb=memory_mb,
        partitions=sorted_list(fields.get("Partitions", "")),
        features=sorted_list(fields.get("AvailableFeatures", "")),
        state=fields["State"],
        slurm_version=fields.get("Version") or None,
        moments=_moments(fields, block),
        gpus_differ=bool(by_gres and by_tres and by_gres.count != by_tres.count),
    )


def _moments(fields: dict[str, str], block: str) -> tuple[str, ...]:
    """Times that the block speaks of; a reason ends with `[who@when]`."""
    said = [fields.get(key, "") for key in _MOMENT_KEYS]
    return tuple(said + _REASON_MOMENT.findall(block))
