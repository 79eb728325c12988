"""The smaller commands, and the public API beside them."""

import json
import socket
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import plimsoll as api

LOG = """\
JobID|JobIDRaw|User|Account|Partition|State|Submit|Start|End|ElapsedRaw|AllocTRES|NodeList
1|1|ada|physics|gpu|COMPLETED|2026-05-01T09:00:00|2026-05-01T10:00:00|2026-05-01T12:00:00|7200|cpu=4,gres/gpu=2,node=1|n1
2|2|bob|biology|gpu|COMPLETED|2026-05-01T09:00:00|2026-05-01T10:00:00|2026-05-01T11:00:00|3600|cpu=4,gres/gpu=1,node=1|n1
"""


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "log.txt"
    path.write_text(LOG)
    return path


def test_machines(plimsoll):
    listed = plimsoll("machines", "list")
    assert listed.code == 0
    assert len(listed.out.splitlines()) >= 105
    shown = plimsoll("machines", "show", "uk-csd3-wilkes3-2021")
    assert "320" in shown.out
    assert "[A-operator] CSD3 docs, Ampere GPU Nodes" in shown.out
    unknown = plimsoll("machines", "show", "uk-csd3-wilkes")
    assert unknown.code == 2
    assert "did you mean" in unknown.err


def test_store_info_and_compact(plimsoll, log):
    assert plimsoll("ingest", "jobs", log, "--cluster", "here").code == 0
    tables = {
        table["table"]: table for table in json.loads(plimsoll("store", "info", "--json").out)
    }
    assert tables["jobs"]["rows"] == 2
    assert "jobs" in plimsoll("store", "info").out
    assert plimsoll("store", "compact").code == 0
    assert json.loads(plimsoll("store", "info", "--json").out)[0]["rows"] == 2


def test_show_writes_files_in_full_precision(plimsoll, log, tmp_path):
    plimsoll("ingest", "jobs", log, "--cluster", "here")
    asked = ("show", "usage", "--by", "account")
    csv = pl.read_csv(plimsoll(*asked, "--format", "csv").out.encode())
    assert plimsoll(*asked, "--format", "parquet", "--output", tmp_path / "u.parquet").code == 0
    assert plimsoll(*asked, "--format", "json", "--output", tmp_path / "u.json").code == 0
    parquet = pl.read_parquet(tmp_path / "u.parquet")
    assert_frame_equal(parquet, csv, check_dtypes=False)
    assert json.loads((tmp_path / "u.json").read_text()) == parquet.to_dicts()
    assert plimsoll(*asked, "--format", "parquet").code == 2
    assert plimsoll(*asked, "--output", tmp_path / "no" / "such" / "u.csv").code == 2


def test_the_api_is_the_twin_of_the_commands(log, tmp_path):
    store = api.open_store(tmp_path / "other", create=True)
    report = api.load_jobs(store, log, cluster="here", timezone="UTC")
    assert report.rows_accepted == 2
    usage = api.usage(store, by="account", where={"account": ["physics", "biology"]})
    assert dict(usage.select("account", "gpu_hours").rows()) == {"physics": 4.0, "biology": 1.0}
    assert usage.to_pandas()["gpu_hours"].sum() == pytest.approx(5)
    assert api.usage(store, since="2026-05-02", until="2026-05-03")["gpu_hours"].item() == 0
    assert api.capacity(on="2023-06-30").height > 50
    assert api.utilisation(store)["allocated_gpu_hours"].item() == pytest.approx(5)
    store.close()


@pytest.fixture
def served(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = "from plimsoll.cli import main; main()"
    words = ["--store", str(tmp_path / "none"), "serve", "--port", str(port)]
    with subprocess.Popen(
        [sys.executable, "-c", program, *words], stderr=subprocess.PIPE
    ) as server:
        yield f"http://127.0.0.1:{port}/"
        server.terminate()


def test_serve_without_a_store_answers(served):
    for _ in range(300):
        try:
            with urlopen(served) as page:  # noqa: S310
                assert page.status == 200
                assert b'lang="en-GB"' in page.read()
                return
        except URLError:
            time.sleep(0.1)
    pytest.fail("no answer in half a minute")
