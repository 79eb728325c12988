"""Limits of GPU-minutes in Slurm's associations, as what was granted to an account."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ingest.formats.award_source import AwardSource
from ingest.formats.base import Reject
from ingest.formats.sacctmgr_table import SacctmgrTable, columns_of, read_table, words_of
from ingest.formats.slurm_values import word
from model.errors import InputError

NAME: Final = "sacctmgr"
ASSOC_LINE: Final = (
    "run sacctmgr -P show assoc format=Cluster,Account,User,ParentName,GrpTRESMins,QOS"
)
_GPU: Final = "gres/gpu"
_MINUTES_AN_HOUR: Final = 60
_DUMP: Final = re.compile(rb"^Cluster - '", re.MULTILINE)
_HEAD_BYTES: Final = 1 << 16
_LIMIT: Final = re.compile(r"\d+")
_MOMENT: Final = (
    "a limit is what it was when it was listed: it covers past use too, and a renewal raises it"
)
_NESTED: Final = "a limit inside that of the parent account is a row of its own: the two overlap"


def recognises(data: bytes) -> bool:
    """Whether the header has limits of minutes, or this is a dump of sacctmgr."""
    return bool({"grptresmins", "grptresmin"} & words_of(data) or _DUMP.search(data[:_HEAD_BYTES]))


def is_answer(document: Any) -> bool:
    """Whether a document is a list of associations of slurmrestd or of `sacctmgr --json`."""
    return isinstance(document, dict) and isinstance(document.get("associations"), list)


def read(data: bytes, cluster: str | None) -> AwardSource:
    """A row for each limit of an account; users' own limits and unlimited accounts are left out.

    `granted` is in GPU-hours, what was requested is unknown. `cluster` is used where there is no
    column Cluster. InputError where the columns cut their values off or are not there.
    """
    table = _table(data, cluster)
    rows = [(line, row, table.lines[line]) for line, row in table.rows]
    return _source(rows, table.rejects, cluster)


def read_answer(document: Any, cluster: str | None) -> AwardSource:
    """The same from JSON or YAML; InputError for versions that do not tell the limits."""
    records = document["associations"]
    if records and not any("group" in _tres(record) for record in records):
        what = "this version of slurmrestd does not tell the limits of accounts"
        raise InputError(what, hint=ASSOC_LINE)
    rows = [
        (number, _row(record), json.dumps(record)) for number, record in enumerate(records, start=1)
    ]
    return _source(rows, [], cluster)


def _source(
    rows: Sequence[tuple[int, Mapping[str, str], str]], rejects: list[Reject], cluster: str | None
) -> AwardSource:
    source = AwardSource(NAME, rejects=rejects)
    limited = {row["account"] for _, row, _ in rows if not row["user"] and _gpus(row)}
    for line, row, text in rows:
        limits = {} if row["user"] else _gpus(row)
        if limits is None:
            source.rejects.append(Reject(line, "bad_GrpTRESMins", text))
        elif limits:
            source.awards.extend((line, award) for award in _awards(row, limits, cluster))
        else:
            source.left_out += 1
        if limits and row.get("parentname") in limited:
            source.note(_NESTED)
    if source.awards:
        source.note(_MOMENT, 0)
    return source


def _tres(record: Any) -> dict[str, Any]:
    try:
        return dict(record["max"]["tres"])
    except (KeyError, TypeError, ValueError):
        return {}


def _row(record: Any) -> dict[str, str]:
    """An association as the columns of sacctmgr tell it."""
    known = record if isinstance(record, dict) else {}
    group = _tres(record).get("group")
    minutes = group.get("minutes") if isinstance(group, dict) else None
    limits = (
        [each for each in minutes if isinstance(each, dict)] if isinstance(minutes, list) else []
    )
    row = {name: word(known.get(name)) for name in ("cluster", "account", "user")}
    return {
        **row,
        "parentname": word(known.get("parent_account")),
        "grptresmins": ",".join(
            f"{'/'.join(filter(None, map(word, (each.get('type'), each.get('name')))))}"
            f"={word(each.get('count'))}"
            for each in limits
        ),
    }


def _table(data: bytes, cluster: str | None) -> SacctmgrTable:
    if _DUMP.search(data[:_HEAD_BYTES]):
        raise InputError("a dump of sacctmgr is not read", hint=ASSOC_LINE)
    if not columns_of(data):
        raise InputError("columns of a fixed width cut their values off", hint=ASSOC_LINE)
    table = read_table(data)
    if "cluster" not in table.columns and cluster is None:
        raise InputError("no column Cluster", hint=f"say --cluster NAME, or {ASSOC_LINE}")
    for name in ("Account", "User", "GrpTRESMins"):
        if name.casefold() not in table.columns:
            what = f"no column {name}: this does not tell the limits of accounts"
            raise InputError(what, hint=ASSOC_LINE)
    return table


def _gpus(row: Mapping[str, str]) -> dict[str, int] | None:
    """Minutes by GPU type, "" for any; only "" where it is limited; None where unreadable.

    A limit of all GPUs and one of a type overlap: they are never added.
    """
    found: dict[str, int] = {}
    for entry in filter(None, row["grptresmins"].split(",")):
        name, equals, minutes = entry.partition("=")
        if not equals or not _LIMIT.fullmatch(minutes):
            return None
        if name == _GPU or name.startswith(f"{_GPU}:"):
            found[name.removeprefix(_GPU).removeprefix(":")] = int(minutes)
    return {"": found[""]} if "" in found else found


def _awards(
    row: Mapping[str, str], limits: Mapping[str, int], asked: str | None
) -> Iterator[dict[str, str | float]]:
    cluster = row.get("cluster") or asked or ""
    for gpu_type, minutes in limits.items():
        yield {
            "application_id": row["account"],
            "project": row["account"],
            "resource": f"{cluster} {gpu_type}".strip(),
            "granted": minutes / _MINUTES_AN_HOUR,
            "unit": "GPU-hours",
            "accounts": f"{cluster}:{row['account']}",
        }
