"""Filters, observed windows and idle windows, as `show` has them."""

import pytest

from analytics.inference import inference
from model.inference_thresholds import InferenceThresholds
from model.question import Question
from model.registry import load_gpus
from model.settings import Settings
from reports.facts import Facts
from store import open_store

HEADER = (
    "JobID|JobIDRaw|User|Account|Partition|State|Submit|Start|End|ElapsedRaw|AllocTRES|NodeList"
)
NODE = """\
NodeName=inf01 Arch=x86_64 CoresPerSocket=16
   CPUAlloc=0 CPUEfctv=64 CPUTot=64 CPULoad=0.00
   AvailableFeatures=(null)
   Gres=gpu:t4:4
   RealMemory=256000 State=IDLE
   Partitions=infer
   CfgTRES=cpu=64,mem=250G,gres/gpu=4,gres/gpu:t4=4
   AllocTRES=

"""


def row(number: int, begin: str, end: str, gpus: int, *, account: str = "physics") -> str:
    submit = f"2026-05-{begin}"
    start, stop = submit, f"2026-05-{end}"
    return (
        f"{number}|{number}|ada|{account}|infer|COMPLETED|{submit}|{start}|{stop}|"
        f"|cpu=4,gres/gpu:t4={gpus},gres/gpu={gpus},node=1|inf01"
    )


def ingest(plimsoll, path, rows, *options: str):
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    done = plimsoll("ingest", "jobs", path, "--cluster", "here", "--timezone", "UTC", *options)
    assert done.code == 0, done.err


def hours(plimsoll, *asked: str) -> float:
    return plimsoll("show", "usage", *asked, "--format", "csv").frame()["gpu_hours"].sum()


def test_usage_keeps_only_what_was_asked_for(plimsoll, tmp_path):
    jobs = [
        row(1, "01T00:00:00", "01T02:00:00", 2),
        row(2, "01T00:00:00", "01T01:00:00", 1, account="biology"),
        row(3, "01T00:00:00", "01T01:00:00", 4, account="history"),
    ]
    ingest(plimsoll, tmp_path / "log", jobs)
    assert hours(plimsoll) == 9
    assert hours(plimsoll, "--where", "account=physics") == 4
    both = ("--where", "account=physics", "--where", "account=biology")
    assert hours(plimsoll, *both) == hours(plimsoll, *both, "--by", "account") == 5
    assert hours(plimsoll, "--where", "account=physics", "--where", "gpu_model=t4") == 4
    assert hours(plimsoll, "--where", "account=nobody") == 0


def test_a_log_without_a_window_is_seen_beside_one_that_has_it(plimsoll, tmp_path):
    stated = ("--window", "2026-05-01/2026-05-03")
    ingest(plimsoll, tmp_path / "a", [row(1, "01T00:00:00", "01T02:00:00", 2)], *stated)
    ingest(plimsoll, tmp_path / "b", [row(2, "20T00:00:00", "20T01:00:00", 1)])
    shown = plimsoll("show", "usage", "--format", "csv")
    assert shown.frame()["gpu_hours"].item() == 5
    assert "Data as of 2026-05-20 01:00 UTC (assumed from the records)" in shown.err


@pytest.mark.parametrize(
    ("resumes", "idle_h", "long_enough"), [("03:30", 1.5, False), ("04:30", 2.5, True)]
)
def test_only_idle_windows_of_two_hours_are_reclaimable(
    plimsoll, tmp_path, resumes, idle_h, long_enough
):
    """Four GPUs, held until 02:00 and from `resumes` to 06:00; nothing else is idle."""
    jobs = [
        row(1, "01T00:00:00", "01T02:00:00", 4),
        row(2, f"01T{resumes}:00", "01T06:00:00", 4),
    ]
    window = ("--window", "2026-05-01T00:00/2026-05-01T06:00")
    ingest(plimsoll, tmp_path / "log", jobs, *window)
    (tmp_path / "nodes").write_text(NODE)
    at = ("--at", "2026-05-01T00:00", "--timezone", "UTC")
    assert plimsoll("ingest", "nodes", tmp_path / "nodes", "--cluster", "here", *at).code == 0
    line = plimsoll("show", "inference", "--format", "csv").frame().row(0, named=True)
    assert line["node_role"] == "inference"
    assert line["free_gpu_hours"] == pytest.approx(4 * idle_h)
    assert line["no_data_gpu_hours"] == pytest.approx(4 * (6 - idle_h))
    assert line["reclaimable_high_gpu_hours"] is None
    estate_of = Facts(
        open_store(tmp_path / "plimsoll-data"), Settings(), load_gpus(), Question("inference")
    )
    no_headroom = InferenceThresholds(late_share=1.0)
    found = inference(estate_of.estate(), calendar=estate_of.calendar(), thresholds=no_headroom)
    spare = found.frame.row(0, named=True)
    expected = (4 - spare["headroom_gpus"]) * idle_h if long_enough else 0
    assert spare["headroom_gpus"] < 4
    assert spare["reclaimable_low_gpu_hours"] == pytest.approx(expected)
