"""The program in an empty folder, and what poor stores are made of."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from command_line import Plimsoll, run

HEAD = "JobIDRaw|User|Account|Partition|Submit|Start|End|State|NodeList|AllocTRES|ElapsedRaw"
NODES = """\
NodeName=n1 CPUTot=64
   Gres=gpu:a100:4
   RealMemory=256000
   State=IDLE
   Partitions=gpu
   BootTime=2025-09-01T00:00:00
   CfgTRES=cpu=64,mem=250G,gres/gpu=4
   AllocTRES=

"""


def jobs_log(path: Path, count: int) -> Path:
    """Jobs of four GPUs for five hours, one every third day from January 2026."""
    lines = [HEAD]
    for number in range(count):
        start = datetime(2026, 1, 2) + timedelta(days=3 * number)  # noqa: DTZ001
        moments = (start - timedelta(hours=1), start, start + timedelta(hours=5))
        times = "|".join(moment.isoformat() for moment in moments)
        tres = "billing=8,cpu=64,gres/gpu=4,node=1"
        lines.append(f"{number + 1}|u{number % 3}|a|gpu|{times}|COMPLETED|n1|{tres}|18000")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def plimsoll(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plimsoll:
    monkeypatch.chdir(tmp_path)
    for name in ("PLIMSOLL_STORE", "PLIMSOLL_CONFIG", "SOURCE_DATE_EPOCH"):
        monkeypatch.delenv(name, raising=False)
    return run


@pytest.fixture
def of_jobs(plimsoll: Plimsoll, tmp_path: Path) -> Plimsoll:
    """A store with jobs and nothing else: no nodes, no awards, no telemetry, no machine."""
    return ingested(plimsoll, jobs_log(tmp_path / "jobs.txt", 40))


@pytest.fixture
def of_one_job(plimsoll: Plimsoll, tmp_path: Path) -> Plimsoll:
    return ingested(plimsoll, jobs_log(tmp_path / "jobs.txt", 1))


@pytest.fixture
def of_jobs_and_nodes(of_jobs: Plimsoll, tmp_path: Path) -> Plimsoll:
    (tmp_path / "nodes.txt").write_text(NODES)
    done = of_jobs("ingest", "nodes", "nodes.txt", "--cluster", "one", "--timezone", "UTC",
                   "--at", "2026-01-01")  # fmt: skip
    assert done.code == 0, done.err
    return of_jobs


def ingested(plimsoll: Plimsoll, log: Path) -> Plimsoll:
    done = plimsoll("ingest", "jobs", log, "--cluster", "one", "--timezone", "UTC",
                    "--window", "2026-01-01/2026-06-01")  # fmt: skip
    assert done.code == 0, done.err
    return plimsoll
