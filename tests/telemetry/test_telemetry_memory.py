"""An answer as long as Prometheus gives takes memory as its size, not as its square."""

import json
import resource
import subprocess
import sys
from pathlib import Path

STEPS = 11_000
DEVICES = 24
LIMIT_BYTES = 4 << 30


def _limited():
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_BYTES, LIMIT_BYTES))


def test_long_series_are_read_within_bounds(tmp_path):
    series = [
        {
            "metric": {
                "__name__": "DCGM_FI_DEV_GPU_UTIL",
                "Hostname": f"n{number:02}",
                "gpu": "0",
                "UUID": f"GPU-{number:02}",
            },
            "values": [[1_791_072_000 + 60 * step, str(step % 101)] for step in range(STEPS)],
        }
        for number in range(DEVICES)
    ]
    answer = tmp_path / "answer.json"
    answer.write_text(
        json.dumps({"status": "success", "data": {"resultType": "matrix", "result": series}})
    )
    command = [Path(sys.executable).with_name("plimsoll"), "--store", tmp_path / "store"]
    done = subprocess.run(
        [*command, "ingest", "telemetry", answer, "--cluster", "long"],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=_limited,
    )
    assert done.returncode == 0, done.stderr
    assert f"{STEPS * DEVICES:,} accepted" in done.stdout + done.stderr
