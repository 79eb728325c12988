"""Builders of small estates, and a reader of the captures that owes nothing to `ingest`."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from analytics.estate import OBSERVED_SCHEMA, Estate
from model.schemas import JOBS, NODE_EVENTS, NODES

Row = Mapping[str, Any]


def moment(second: int | None) -> datetime | None:
    return None if second is None else datetime.fromtimestamp(second, UTC)


def jobs(rows: Iterable[Row]) -> pl.LazyFrame:
    """Jobs from `begin`, `end` (seconds) and any JOBS columns."""
    filled = []
    for number, row in enumerate(rows):
        times = {"start": moment(row["begin"]), "held_until": moment(row["end"])}
        given = {name: value for name, value in row.items() if name not in {"begin", "end"}}
        base = {"cluster": "c", "job_id": number, "partition": "gpu", "started": True, "cpus": 1}
        filled.append({**base, **times, **given})
    return pl.DataFrame(filled, schema=JOBS.schema).lazy()


def nodes(rows: Iterable[Row]) -> pl.DataFrame:
    """Snapshots from `at` (seconds) and any NODES columns."""
    filled = []
    for row in rows:
        given = {name: value for name, value in row.items() if name != "at"}
        base = {"cluster": "c", "cpus": 8, "partitions": "gpu", "features": "", "state": "IDLE"}
        filled.append({**base, "valid_from": moment(row["at"]), **given})
    return pl.DataFrame(filled, schema=NODES.schema)


def events(rows: Iterable[Row]) -> pl.DataFrame:
    """Node events from `begin`, `end` (seconds or None), `node` and `kind`."""
    filled = [
        {
            "cluster": row.get("cluster", "c"),
            "node": row["node"],
            "start": moment(row["begin"]),
            "end": moment(row["end"]),
            "kind": row["kind"],
        }
        for row in rows
    ]
    return pl.DataFrame(filled, schema=NODE_EVENTS.schema)


def observed(*windows: tuple[int, int], cluster: str = "c", assumed: bool = False) -> pl.DataFrame:
    rows = [(cluster, begin, end, assumed) for begin, end in windows]
    return pl.DataFrame(rows, schema=OBSERVED_SCHEMA, orient="row")


def captured_estate(captures: Path) -> Estate:
    """The testbed of the captures, its log observed from 15:00 to 17:00 UTC."""
    text = (captures / "sacct-P-usage.txt").read_text(encoding="utf-8")
    header, *lines = text.splitlines()
    names = header.split("|")
    rows = [line.split("|") for line in lines]
    whole = [dict(zip(names, row, strict=True)) for row in rows if len(row) == len(names)]
    begin, end = _second("2026-11-20T15:00:00"), _second("2026-11-20T17:00:00")
    return Estate(
        jobs=jobs(_captured_jobs(whole)),
        nodes=nodes(_captured_nodes((captures / "scontrol-show-node.txt").read_text())),
        observed=observed((begin, end), cluster="testbed"),
    )


def _captured_jobs(rows: list[dict[str, str]]) -> Iterable[Row]:
    for row in rows:
        if row["NodeList"] in {"", "None assigned"} or "." in row["JobIDRaw"]:
            continue
        tres = dict(entry.split("=") for entry in row["AllocTRES"].split(",") if entry)
        yield {
            "cluster": "testbed",
            "job_id": int(row["JobIDRaw"]),
            "begin": _second(row["Start"]),
            "end": _second(row["End"]),
            "partition": row["Partition"],
            "account": row["Account"],
            "qos": row["QOS"],
            "node_list": row["NodeList"],
            "gpus": int(tres.get("gres/gpu", "0")),
            "cpus": int(tres.get("cpu", "0")),
        }


def _captured_nodes(text: str) -> Iterable[Row]:
    for block in text.strip().split("\n\n"):
        fields = dict(re.findall(r"(\w+)=(\S*)", block))
        gres = "" if fields["Gres"] == "(null)" else fields["Gres"].removeprefix("gpu:")
        yield {
            "cluster": "testbed",
            "node": fields["NodeName"],
            "at": _second("2026-11-20T16:17:00"),
            "gpus": int(gres.rpartition(":")[2] or 0),
            "gpu_types": gres,
            "cpus": int(fields["CPUTot"]),
            "partitions": fields["Partitions"],
            "state": fields["State"],
        }


def _second(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
