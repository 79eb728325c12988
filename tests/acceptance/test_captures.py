"""One workload of a real Slurm, in every form: the same GPU-seconds by account."""

import json
from pathlib import Path

import pytest

USAGE = ["sacct-P-usage.txt", "sacct-P-usage-delim-unit-sep.txt", "sacct.json", "sacct-X.json"]


@pytest.fixture
def captures(shared: Path) -> Path:
    return shared / "slurm" / "captures"


@pytest.fixture
def totals(captures: Path):
    return json.loads((captures / "gpu-totals.json").read_text())


def gpu_seconds(plimsoll, column: str) -> dict[str, int]:
    frame = plimsoll("show", "usage", "--by", "account", "--format", "csv").frame()
    hours = dict(zip(frame["account"], frame[column], strict=True))
    seconds = {account: value * 3600 for account, value in hours.items() if value}
    assert all(abs(value - round(value)) < 1e-6 for value in seconds.values())
    return {account: round(value) for account, value in seconds.items()}


@pytest.mark.parametrize("name", USAGE)
def test_gpu_seconds_by_account(plimsoll, captures, totals, name):
    done = plimsoll("ingest", "jobs", captures / name, "--cluster", "testbed")
    assert done.code == 0, done.err
    assert gpu_seconds(plimsoll, "executing_gpu_hours") == totals["sacct"]["gres/gpu"]["by_account"]
    held = totals["sreport"]["gres/gpu"]["by_account_own_users"]
    assert gpu_seconds(plimsoll, "gpu_hours") == held
    assert sum(held.values()) == 446


def test_names_with_pipes_and_newlines(plimsoll, captures, totals):
    """Every broken line is repaired or named: what is named accounts for what is missing."""
    log = captures / "sacct-P-all-fields-DX.txt"
    done = plimsoll("ingest", "jobs", log, "--cluster", "testbed")
    assert done.code == 0, done.err
    status = json.loads(plimsoll("ingest", "status", "--json").out)["files"][0]
    lines = [line for line in log.read_bytes().split(b"\n")[1:] if line]
    assert status["rows_read"] == len(lines)
    assert status["rows_accepted"] + status["rows_steps"] + status["rows_quarantined"] == len(lines)
    held = totals["sreport"]["gres/gpu"]["by_account_own_users"]
    assert gpu_seconds(plimsoll, "gpu_hours") == held or status["rows_quarantined"] > 0
