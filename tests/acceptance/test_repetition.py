"""Nothing is counted twice: the same file again, or overlapping halves in either order."""

import json
from pathlib import Path

import polars as pl
import pytest
from phillips import FIELDS
from polars.testing import assert_frame_equal

from model.schemas import FACT_TABLES

SHOWS = [
    ("usage", "--by", "account", "--period", "day"),
    ("utilisation",),
    ("nodes",),
    ("inference",),
]


def state_of(plimsoll, store: str) -> tuple[dict[str, pl.DataFrame], list[str]]:
    from store import open_store

    opened = open_store(Path(store))
    tables = {table.name: opened.scan(table).collect().sort(table.key) for table in FACT_TABLES}
    shows = [
        plimsoll("--quiet", "--store", store, "show", *show, "--format", "csv").out
        for show in SHOWS
    ]
    return tables, shows


def assert_same(left, right) -> None:
    for name, table in left[0].items():
        assert_frame_equal(table, right[0][name])
    assert left[1] == right[1]


def split_lines(log: Path, folder: Path, *, headed: bool = True) -> tuple[Path, Path]:
    lines = log.read_bytes().split(b"\n")
    lines = [line + b"\n" for line in lines if line]
    header = lines.pop(0) if headed else b""
    middle = len(lines) // 2
    first, second = folder / "first", folder / "second"
    first.write_bytes(header + b"".join(lines[: middle + 10]))
    second.write_bytes(header + b"".join(lines[middle - 10 :]))
    return first, second


def split_records(log: Path, folder: Path) -> tuple[Path, Path]:
    document = json.loads(log.read_text())
    jobs = document["jobs"]
    middle = len(jobs) // 2
    first, second = folder / "first", folder / "second"
    first.write_text(json.dumps(document | {"jobs": jobs[: middle + 10]}))
    second.write_text(json.dumps(document | {"jobs": jobs[middle - 10 :]}))
    return first, second


def halves(name: str, log: Path, folder: Path) -> tuple[Path, Path]:
    return (split_records if name.endswith("json") else split_lines)(log, folder)


@pytest.mark.parametrize(
    "name",
    [
        "sacct-P-usage.txt",
        "sacct-P-usage-delim-unit-sep.txt",
        "sacct-P-all-fields-DX.txt",
        "sacct.json",
        "sacct-X.json",
    ],
)
def test_twice_and_in_overlapping_halves(plimsoll, shared, tmp_path, name):
    captures = shared / "slurm" / "captures"
    log = captures / name

    def ingest(store: str, *paths: Path) -> None:
        nodes = plimsoll(
            "--store",
            store,
            "ingest",
            "nodes",
            captures / "scontrol-show-node.txt",
            "--cluster",
            "testbed",
        )
        assert nodes.code == 0, nodes.err
        for path in paths:
            done = plimsoll("--store", store, "ingest", "jobs", path, "--cluster", "testbed")
            assert done.code == 0, done.err

    ingest("once", log)
    whole = state_of(plimsoll, "once")
    assert whole[0]["jobs"].height > 100
    ingest("once", log)
    assert_same(state_of(plimsoll, "once"), whole)

    first, second = halves(name, log, tmp_path)
    ingest("forwards", first, second)
    assert_same(state_of(plimsoll, "forwards"), whole)
    ingest("backwards", second, first, second)
    assert_same(state_of(plimsoll, "backwards"), whole)


def test_a_headerless_log_twice_and_in_overlapping_halves(plimsoll, shared, tmp_path):
    log = shared / "data" / "xdmod_phillips" / "phillips.log"

    def ingest(store: str, *paths: Path) -> None:
        for path in paths:
            done = plimsoll(
                "--store",
                store,
                "ingest",
                "jobs",
                path,
                "--cluster",
                "phillips",
                "--fields",
                ",".join(FIELDS),
            )
            assert done.code == 0, done.err

    ingest("once", log)
    whole = state_of(plimsoll, "once")
    assert whole[0]["jobs"].height == 4285
    ingest("once", log)
    assert_same(state_of(plimsoll, "once"), whole)
    first, second = split_lines(log, tmp_path, headed=False)
    ingest("forwards", first, second)
    assert_same(state_of(plimsoll, "forwards"), whole)
    ingest("backwards", second, first)
    assert_same(state_of(plimsoll, "backwards"), whole)
