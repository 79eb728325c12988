"""Nodes in JSON and YAML: of slurmrestd, `scontrol`, `sinfo` and pyslurm, in every version."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from ingest.formats.base import Reject
from ingest.formats.document import is_document, read_document
from ingest.formats.node_record import Found, NodeRecord, NodeText, joined, sorted_list
from ingest.formats.slurm_values import first_of, moment_text, said_error, whole_number, word, words
from ingest.gres import Gpus, GresError, gpus_of_gres, gpus_of_tres
from model.errors import InputError

ASK: Final = "run scontrol show node on the cluster and give its output."
_JOBS: Final = "plimsoll ingest jobs reads job logs."
_EVENTS: Final = "plimsoll ingest events reads reservations."
_OTHERS: Final = {
    "jobs": ("a job log", _JOBS),
    "reservations": ("reservations", _EVENTS),
    "partitions": ("partitions", ASK),
}
_JOBS_BEGIN: Final = re.compile(rb'^\s*(?:"jobs"|(?:!!str )?jobs)\s*:', re.MULTILINE)
_HEAD_BYTES: Final = 1 << 16
_QUICK_BYTES: Final = 1 << 22
"""A document larger than this is looked at before it is parsed: a job log in YAML takes long."""

_MOMENTS: Final = (
    ("boot_time",),
    ("slurmd_start_time",),
    ("last_busy", "last_busy_time"),
    ("reason_changed_at", "reason_time"),
)


class SlurmNodeDocument:
    """Answers of slurmrestd and of `scontrol --json show node`, `sinfo --json` or `--yaml`."""

    name = "slurm-nodes-document"

    def recognises(self, data: bytes) -> bool:
        """Whether bytes begin as JSON or YAML do."""
        return is_document(data)

    def read(self, data: bytes) -> NodeText:
        """The nodes of an answer, or of a dictionary of nodes by name as pyslurm gives them."""
        if len(data) > _QUICK_BYTES and _JOBS_BEGIN.search(data[:_HEAD_BYTES]):
            raise InputError("this is a job log in JSON or YAML, not nodes", hint=_JOBS)
        document = read_document(data)
        records, moments = _records(document)
        rejects: list[Reject] = []
        found = _found(records, rejects)
        nodes, doubled = joined(found)
        return NodeText(nodes, rejects + doubled, moments, Counter())


def _records(document: Any) -> tuple[list[Any], tuple[str, ...]]:
    """The node records of a document, and what it says of its own time."""
    if not isinstance(document, dict):
        raise InputError("this document holds no nodes", hint=ASK)
    if isinstance(nodes := document.get("nodes"), list) and (nodes or not said_error(document)):
        return nodes, (moment_text(document.get("last_update")),)
    if isinstance(groups := document.get("sinfo"), list):
        return [record for group in groups for record in _of_group(group)], ()
    if document and all(map(_is_pyslurm, document.values())):
        return [{"name": name, **record} for name, record in document.items()], ()
    raise _refusal(document)


def _refusal(document: dict[str, Any]) -> InputError:
    if said := said_error(document):
        return InputError(f"Slurm answered with an error: {said}", hint=ASK)
    for key, (kind, hint) in _OTHERS.items():
        if key in document:
            return InputError(f"this is {kind} in JSON or YAML, not nodes", hint=hint)
    return InputError("no list of nodes in this document", hint=ASK)


def _is_pyslurm(record: object) -> bool:
    return isinstance(record, dict) and "real_memory" in record and "state" in record


def _of_group(group: Any) -> Iterator[Any]:
    """A record a node of `sinfo --json` as Slurm 22.05 and later print it: alike nodes at once."""
    try:
        names = group["nodes"]["nodes"]
        cpus, memory = group["cpus"], group["memory"]
        known = {
            "gres": group["gres"]["total"],
            "cpus": cpus["maximum"] if cpus["maximum"] == cpus["minimum"] else None,
            "real_memory": memory["maximum"] if memory["maximum"] == memory["minimum"] else None,
            "partitions": [group["partition"]["name"]],
            "features": group["features"]["total"],
            "state": group["node"]["state"],
        }
    except (KeyError, TypeError):
        yield group
        return
    for name in names:
        yield {"name": name, **known}


def _found(records: Iterable[Any], rejects: list[Reject]) -> Iterator[Found]:
    for line, record in enumerate(records, start=1):
        node = _node(line, record)
        if isinstance(node, str):
            rejects.append(Reject(line, node, _text(record)()))
        else:
            yield node, _text(record)


def _text(record: object) -> Callable[[], str]:
    return lambda: json.dumps(record, default=str)


def _node(line: int, record: Any) -> NodeRecord | str:
    if not isinstance(record, dict) or not word(record.get("name")):
        return "not_a_node"
    try:
        by_gres = _gpus(record)
        by_tres = gpus_of_tres(first_of(record, "tres", "tres_fmt_str") or "")
    except (GresError, TypeError, AttributeError):
        return "bad_gres"
    if record.get("state") is None:
        return "no_State"
    return NodeRecord(
        line=line,
        node=word(record["name"]),
        gpus=by_gres or by_tres or Gpus(),
        cpus=whole_number(first_of(record, "cpus", "total_cpus")),
        memory_mb=whole_number(record.get("real_memory")),
        partitions=_list(record, "partitions"),
        features=_list(record, "features", "available_features"),
        state=_state(record),
        slurm_version=word(first_of(record, "slurmd_version", "slurm_version", "version")) or None,
        moments=tuple(moment_text(first_of(record, *names)) for names in _MOMENTS),
        gpus_differ=bool(by_gres and by_tres and by_gres.count != by_tres.count),
    )


def _gpus(record: dict[str, Any]) -> Gpus | None:
    """From `gpu:a100:4` in text or a list, or from {"gpu:a100": 4}."""
    gres = first_of(record, "gres", "configured_gres") or ""
    if isinstance(gres, dict):
        gres = [f"{name}:{count}" for name, count in gres.items()]
    return gpus_of_gres(gres if isinstance(gres, str) else ",".join(gres))


def _list(record: dict[str, Any], *names: str) -> str | None:
    """Names, sorted; "" where there are none, None where the version does not tell them."""
    if not any(name in record for name in names):
        return None
    return sorted_list(",".join(words(first_of(record, *names))))


def _state(record: dict[str, Any]) -> str:
    """`IDLE+DRAIN`: the state and its flags, which some versions keep apart."""
    parts = (*words(record["state"]), *words(record.get("state_flags")))
    return "+".join(part.upper() for part in parts)
