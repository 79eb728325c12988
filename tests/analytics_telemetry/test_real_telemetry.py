"""Real captures of telemetry, with a log of jobs that held the devices, to the tables."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from analytics.job_activity import job_activity
from ingest.formats.telemetry_base import TelemetryOptions
from ingest.telemetry import ingest_telemetry
from model.errors import InputError
from model.question import Question
from model.registry import load_gpus, load_registry
from model.settings import Settings
from plimsoll.api import load_jobs, load_nodes, open_store
from reports.answer import answer
from reports.facts import Facts

HEADER = "JobIDRaw|Partition|State|Submit|Start|End|AllocTRES|NodeList"
NODE = """\
NodeName={name} Arch=x86_64 CPUTot=64 RealMemory=256000 State=IDLE
   Gres=gpu:{kind}:{gpus}
   Partitions=gpu
"""
FOLDER = "data/awards_telemetry_carbon"


class Site:
    """A store with one node, held throughout one hour by jobs, and what a capture says of it."""

    def __init__(self, store, tmp_path, *, hour: datetime, name: str, gpus: int, kind: str) -> None:
        self.store, self.hour, self.folder = store, hour, tmp_path
        end = hour + timedelta(hours=1)
        inventory = tmp_path / "nodes.txt"
        inventory.write_text(NODE.format(name=name, kind=kind, gpus=gpus))
        load_nodes(store, inventory, cluster="c", at=hour)
        rows = [
            f"{n}|gpu|COMPLETED|{hour:%FT%T}|{hour:%FT%T}|{end:%FT%T}"
            f"|cpu=1,gres/gpu={held},node=1|{name}"
            for n, held in enumerate([1] * gpus, 1)
        ]
        log = tmp_path / "sacct.txt"
        log.write_text("\n".join([HEADER, *rows]) + "\n")
        load_jobs(store, log, cluster="c", timezone="UTC", window=(hour, end))

    def read(self, path) -> None:
        options = TelemetryOptions(at=self.hour, node="n1")
        ingest_telemetry(self.store, [str(path)], cluster="c", options=options)

    def line(self, table: str) -> dict[str, Any]:
        found = answer(
            Question(table), store=self.store, settings=Settings(), registry=load_registry()
        )
        return found.frame.row(0, named=True)

    def jobs(self):
        facts = Facts(self.store, Settings(), load_gpus(), Question("usage"))
        return job_activity(facts.estate(), calendar=facts.calendar())


@pytest.fixture
def made(tmp_path):
    with open_store(tmp_path / "store", create=True) as store:

        def make(**given: Any) -> Site:
            return Site(store, tmp_path, **given)

        yield make


def test_instances_and_cards_of_prometheus(made, shared):
    site = made(hour=datetime(2026, 11, 20, 16, tzinfo=UTC), name="nid000001", gpus=3, kind="gh200")
    site.read(shared / FOLDER / "prometheus/query_range_nan_mig.json")
    row = site.line("inference")
    assert row["active_gpu_hours"] * 3600 == pytest.approx(75 + 90)
    assert row["low_gpu_hours"] * 3600 == pytest.approx(15)
    assert row["no_data_gpu_hours"] * 3600 == pytest.approx(3 * 3600 - 180)
    assert row["telemetry_coverage"] == pytest.approx(180 / 10800)
    spare = 3 - (90 * 0.58 + 90 * 0.25) / 3600
    assert row["reclaimable_high_gpu_hours"] == pytest.approx(spare)
    use = site.line("utilisation")
    assert use["device_activity_mean"] == pytest.approx((0.58 + 0.25) / 2)
    jobs = site.jobs()
    assert jobs["covered_gpu_s"].to_list() == pytest.approx([60, 60, 60])
    assert jobs["effective_gpu_s"].to_list() == [None, None, None]
    assert jobs["estimated"].to_list() == [False, False, False]


def test_a_card_in_mig_mode_under_nvidia_smi_is_no_data_and_never_idle(made, shared):
    site = made(hour=datetime(2026, 7, 14, 9, tzinfo=UTC), name="n1", gpus=1, kind="h100")
    site.read(shared / FOLDER / "nvidia_gpu_exporter/nvidia-smi_query-gpu_h100-mig_load.csv")
    row = site.line("inference")
    assert (row["no_data_gpu_hours"], row["allocated_unused_gpu_hours"]) == (1, 0)
    assert (row["reclaimable_low_gpu_hours"], row["reclaimable_high_gpu_hours"]) == (0, 1)
    assert row["telemetry_coverage"] == 0
    (job,) = site.jobs().iter_rows(named=True)
    assert (job["covered_gpu_s"], job["energy_s"]) == (0, 120)
    assert job["energy_j"] == pytest.approx(52_053.6)


def test_a_busy_card_under_nvidia_smi(made, shared):
    site = made(hour=datetime(2026, 7, 3, 22, tzinfo=UTC), name="n1", gpus=1, kind="h200")
    site.read(shared / FOLDER / "nvidia_gpu_exporter/nvidia-smi_query-gpu_h200_load.csv")
    row = site.line("inference")
    assert (row["active_gpu_hours"] * 3600, row["effective_gpu_hours"]) == (120, 0)
    assert site.line("nodes")["device_activity_mean"] == 1


def test_a_model_that_is_loaded_and_waits_under_dcgm(made, shared):
    site = made(
        hour=datetime(2026, 7, 1, 12, tzinfo=UTC), name="ed7e7a5e585f", gpus=1, kind="rtx6000ada"
    )
    site.read(shared / FOLDER / "dcgm/dcgm_exporter_rtx6000ada.prom")
    row = site.line("inference")
    assert row["model_loaded_idle_gpu_hours"] * 3600 == pytest.approx(120)
    assert row["reclaimable_high_gpu_hours"] == pytest.approx(1 - 120 * 0.01 / 3600)


@pytest.mark.parametrize(
    ("asked", "said"), [({"period": "day"}, "--period"), ({"by": ("node",)}, "--by")]
)
def test_moves_is_one_ranking(made, asked, said):
    site = made(hour=datetime(2026, 7, 1, 12, tzinfo=UTC), name="n1", gpus=2, kind="t4")
    question = Question("moves", **asked)
    with pytest.raises(InputError, match=said):
        answer(question, store=site.store, settings=Settings(), registry=load_registry())
