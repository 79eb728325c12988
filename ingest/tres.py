"""TRES and GRES strings: how many GPUs, CPUs and nodes a job asked for and held."""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Final

import polars as pl


@dataclass(frozen=True)
class TresCounts:
    """What one TRES string says; None is unknown, `gpus` 0 where it names no GPU.

    `gpu_types` lists Slurm's own type names, sorted: `a100:2,t4:1`; "" for untyped.
    """

    gpus: int | None = None
    gpu_types: str | None = None
    shards: int | None = None
    billing: int | None = None
    cpus: int | None = None
    nodes: int | None = None


NOTHING: Final = TresCounts()
_SCHEMA: Final = {
    "gpus": pl.Int64,
    "gpu_types": pl.String,
    "shards": pl.Int64,
    "billing": pl.Int64,
    "cpus": pl.Int64,
    "nodes": pl.Int64,
}
_VARIED: Final = r"(?:mem|energy|vmem|pages|fs/disk)=[^,]*"
_CACHE_LIMIT: Final = 500_000
_DIGITS: Final = 10
_IN_BRACKETS = re.compile(r"\(.*\)$")
_GRES_ENTRY = re.compile(
    r"(?:PER_(?P<per>[A-Z]+):)?(?:gres[:/])?gpu(?::(?P<type>[^:=,()]*[^:=,()\d][^:=,()]*))?"
    r"(?:[:=](?P<count>\d{1,9}))?"
)


def parse_tres(text: str) -> TresCounts:
    """Read `billing=4,cpu=1,gres/gpu:a100=2,gres/gpu=2,mem=4G,node=1`.

    The untyped GPU count is the total where present, else the sum of the typed ones. A GPU
    count that is no number leaves `gpus` None.
    """
    entries = [entry.partition("=") for entry in text.split(",") if entry]
    if not entries:
        return NOTHING
    typed: dict[str, int] = {}
    named: dict[str, int | None] = {}
    for key, _, value in entries:
        count = int(value) if value.isdecimal() and len(value) <= _DIGITS else None
        if key.startswith("gres/gpu:") and count is not None:
            typed[key[9:]] = typed.get(key[9:], 0) + count
        named[key] = count
    unread = any(k.startswith("gres/gpu:") and count is None for k, count in named.items())
    gpus = named.get("gres/gpu", None if unread else sum(typed.values()))
    return TresCounts(
        gpus=gpus,
        gpu_types=None if gpus is None else _types(typed),
        shards=named.get("gres/shard", 0),
        billing=named.get("billing"),
        cpus=named.get("cpu"),
        nodes=named.get("node"),
    )


def parse_gres(text: str) -> TresCounts:
    """Read `4*gpu:tesla:2`: a GRES string of before 20.11 (`gpu:2`, `gpu:tesla:2`,
    `gres:gpu:2`, `PER_NODE:gpu:2`) after the number of nodes that it holds for.

    `PER_JOB:` counts once; what is asked by socket or task is unknown.
    """
    nodes, _, entries = text.partition("*")
    typed: dict[str, int] = {}
    total = 0
    for entry in entries.split(","):
        found = _GRES_ENTRY.fullmatch(_IN_BRACKETS.sub("", entry.strip()))
        if found is None:
            continue
        if found["per"] in {"TASK", "SOCKET"}:
            return NOTHING
        times = 1 if found["per"] == "JOB" else int(nodes or 1)
        count = int(found["count"] or 1) * times
        total += count
        if found["type"]:
            typed[found["type"]] = typed.get(found["type"], 0) + count
    return TresCounts(gpus=total, gpu_types=_types(typed))


class TresColumns:
    """Reads whole columns of TRES strings, each distinct string once."""

    def __init__(self, parse: Callable[[str], TresCounts] = parse_tres) -> None:
        self._parse = parse
        self._known: dict[str, TresCounts] = {}

    def read(self, column: pl.Series) -> pl.DataFrame:
        """The counts of each row: the columns of `TresCounts`, null where the text is null."""
        text = column.alias("text")
        distinct = text.unique().drop_nulls()
        if distinct.len() * 8 > text.len():
            text = text.str.replace_all(_VARIED, "")
            distinct = text.unique().drop_nulls()
        counts = self._counts(distinct)
        return (
            text.to_frame().join(counts, on="text", how="left", maintain_order="left").drop("text")
        )

    def _counts(self, distinct: pl.Series) -> pl.DataFrame:
        if len(self._known) > _CACHE_LIMIT:
            self._known.clear()
        texts = distinct.to_list()
        for text in texts:
            if text not in self._known:
                self._known[text] = self._parse(text)
        rows = [self._known[text] for text in texts]
        columns = {f.name: [getattr(row, f.name) for row in rows] for f in fields(TresCounts)}
        return pl.DataFrame({"text": texts, **columns}, schema={"text": pl.String, **_SCHEMA})


def _types(typed: dict[str, int]) -> str:
    return ",".join(f"{name}:{count}" for name, count in sorted(typed.items()) if count)
