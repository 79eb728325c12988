"""Wrong input ends in one clear line and exit code 2, and leaves the store as it was."""

import gzip
from pathlib import Path

import pytest

HEADER = "JobID|JobIDRaw|Cluster|User|Account|Partition|State|Submit|Start|End|ElapsedRaw|AllocTRES|NodeList"
ROW = (
    "{id}|{id}|here|ada|physics|gpu|COMPLETED|2026-05-01T09:00:00|2026-05-01T10:00:00|"
    "2026-05-01T11:00:00|3600|cpu=4,gres/gpu=2,node=1|n1"
)


def log_text(rows: int = 20) -> str:
    return "\n".join([HEADER, *(ROW.format(id=number) for number in range(1, rows + 1))]) + "\n"


def snapshot(folder: Path) -> dict[str, bytes]:
    tables = [path for path in folder.rglob("*") if path.is_file() and "_delta_log" in path.parts]
    return {str(path): path.read_bytes() for path in tables}


@pytest.fixture
def seeded(plimsoll, tmp_path):
    good = tmp_path / "good.txt"
    good.write_text(log_text())
    assert plimsoll("ingest", "jobs", good, "--cluster", "here").code == 0
    return plimsoll


def headerless() -> str:
    return log_text().partition("\n")[2]


BAD_FILES = {
    "empty": b"",
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256)) * 20,
    "other cluster": log_text().replace("|here|", "|elsewhere|").encode(),
    "wrong columns": headerless().encode(),
    "no header": headerless().encode(),
    "cut gzip": gzip.compress(log_text(5000).encode())[:-200],
    "cut json": b'{"meta": {}, "jobs": [{"job_id": 1, "time": {"submission": 17',
    "no submit": log_text().replace("Submit", "Comment").encode(),
}


def write_bad(kind: str, path: Path) -> None:
    if kind == "directory":
        path.mkdir()
    elif kind in BAD_FILES:
        path.write_bytes(BAD_FILES[kind])


@pytest.mark.parametrize("kind", ["missing", "directory", *BAD_FILES])
def test_one_line_exit_two_store_untouched(seeded, tmp_path, kind):
    bad = tmp_path / "bad"
    write_bad(kind, bad)
    extra = ("--fields", "jobid,user,state") if kind == "wrong columns" else ()
    before = snapshot(tmp_path / "plimsoll-data")
    done = seeded("ingest", "jobs", bad, "--cluster", "here", *extra)
    assert done.code == 2
    assert done.err.startswith("plimsoll: ")
    assert len(done.err.strip().splitlines()) == 1
    assert "Hint: " in done.err
    assert "Traceback" not in done.err
    assert snapshot(tmp_path / "plimsoll-data") == before


def test_a_cut_log_loses_one_line_and_says_so(seeded, tmp_path):
    cut = tmp_path / "cut.txt"
    cut.write_text(log_text(30)[:-60])
    done = seeded("ingest", "jobs", cut, "--cluster", "here", "--strict")
    assert done.code == 3
    assert "1 quarantined" in done.out
    assert "29 accepted" in done.out


def test_settings_with_three_mistakes_name_all_three(plimsoll, tmp_path):
    settings = tmp_path / "plimsoll.yaml"
    settings.write_text(
        "site: Here\ntimezone: Europe/Lundon\nclusters:\n  - name: here\n    tier: 2\n    pue: twelve\n"
        "    machin: uk-bede-gpu\n"
    )
    done = plimsoll("show", "capacity")
    assert done.code == 2
    for line in ("plimsoll.yaml:2", "plimsoll.yaml:6", "plimsoll.yaml:7"):
        assert line in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "nonsense"),
        ("show", "usage", "--period", "fortnight"),
        ("show", "usage", "--from", "01/05/2026"),
        ("show", "usage", "--by", "acount"),
        ("show", "usage", "--where", "account"),
        ("show", "usage", "--timezone", "Mars/Olympus"),
        ("show", "capacity", "--on", "soon"),
        ("show", "usage", "--from", "2026-06-01", "--to", "2026-05-01"),
        ("machines", "show", "nowhere"),
        ("ingest", "jobs"),
    ],
)
def test_a_wrong_call_is_one_line(seeded, arguments):
    done = seeded(*arguments)
    assert done.code == 2
    assert done.out == ""
    assert len(done.err.strip().splitlines()) == 1
