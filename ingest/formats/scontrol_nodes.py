"""Nodes as `scontrol show node` prints them, in blocks of lines or (`-o`) one line a node."""

import re
from typing import Final

from ingest.formats.base import Reject
from ingest.formats.node_record import NodeRecord, NodeText, sorted_list
from ingest.formats.scontrol_text import blocks, fields
from ingest.gres import Gpus, GresError, gpus_of_gres, gpus_of_tres

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
    found = list(blocks(text, "NodeName"))
    read = NodeText()
    seen: set[str] = set()
    for index, (line, block) in enumerate(found):
        said = fields(block)
        fault = _fault(said, seen, last=index == len(found) - 1)
        node = _node(line, said, block) if fault is None else fault
        if isinstance(node, str):
            read.rejects.append(Reject(line=line, reason=node, text=block))
        else:
            seen.add(node.node)
            read.nodes.append(node)
    return read


def _fault(said: dict[str, str], seen: set[str], *, last: bool) -> str | None:
    name = said.get("NodeName")
    if not name:
        return "not_a_node"
    missing = [key for key in _NEEDED if not said.get(key)]
    if last and (missing or (("CfgTRES" in said or seen) and _LAST_FIELD not in said)):
        return "cut_off"
    if missing:
        return f"no_{missing[0]}"
    return "duplicate_node" if name in seen else None


def _node(line: int, said: dict[str, str], block: str) -> NodeRecord | str:
    try:
        by_gres = gpus_of_gres(said.get("Gres", ""))
        by_tres = gpus_of_tres(said.get("CfgTRES", ""))
        cpus, memory_mb = int(said["CPUTot"]), int(said["RealMemory"])
    except GresError:
        return "bad_gres"
    except ValueError:
        return "bad_number"
    return NodeRecord(
        line=line,
        node=said["NodeName"],
        gpus=by_gres or by_tres or Gpus(),
        cpus=cpus,
        memory_mb=memory_mb,
        partitions=sorted_list(said.get("Partitions", "")),
        features=sorted_list(said.get("AvailableFeatures", "")),
        state=said["State"],
        slurm_version=said.get("Version") or None,
        moments=_moments(said, block),
        gpus_differ=bool(by_gres and by_tres and by_gres.count != by_tres.count),
    )


def _moments(said: dict[str, str], block: str) -> tuple[str, ...]:
    """Times that the block speaks of; a reason ends with `[who@when]`."""
    named = [said.get(key, "") for key in _MOMENT_KEYS]
    return tuple(named + _REASON_MOMENT.findall(block))
