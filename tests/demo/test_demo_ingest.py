"""The synthetic estate through the same ingest as anybody's logs."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from model.schemas import AWARDS, GPU_SAMPLES, JOBS, NODES
from plimsoll.cli.root import cli
from plimsoll.demo.generate import Estate, generate_estate
from plimsoll.demo.run import ingest_estate
from store import Store, open_store

FLAWED = "synthetic-north"


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Estate:
    return generate_estate(tmp_path_factory.mktemp("estate"), scale=0.01)


@pytest.fixture(scope="module")
def ingested(estate: Estate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(tmp_path_factory.mktemp("demo") / "store", create=True) as store:
        ingest_estate(estate, store)
        yield store


def test_every_run_arrives_but_for_the_lines_cut_off(estate: Estate, ingested: Store):
    assert ingested.scan(JOBS).collect().height == estate.runs - 3
    cut = [file for file in ingested.catalogue.files() if file.rows_quarantined]
    assert [(file.cluster, file.rows_quarantined) for file in cut] == [(FLAWED, 3)]


def test_every_cluster_is_marked_synthetic(estate: Estate, ingested: Store):
    known = ingested.catalogue.clusters()
    assert {cluster.name for cluster in known} == {cluster.name for cluster in estate.clusters}
    assert all(cluster.synthetic for cluster in known)
    assert {cluster.timezone for cluster in known} == {"Europe/London"}


def test_the_stated_window_is_the_year_of_the_estate(ingested: Store):
    year = (datetime(2025, 11, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
    assert ingested.catalogue.windows("synthetic-south") == [year]


def test_names_with_a_pipe_are_repaired(ingested: Store):
    jobs = ingested.scan(JOBS).filter(cluster=FLAWED).collect()
    assert jobs.filter(pl.col("job_name") == "grid|fold2").height == 4


def test_held_gpu_time_is_what_the_log_says(estate: Estate, ingested: Store):
    log = next(file for file in estate.of_kind("jobs") if file.cluster == "synthetic-south")
    text = pl.read_csv(log.path, separator="\x1f", infer_schema=False, quote_char=None)
    gpus = pl.col("AllocTRES").str.extract(r"gres/gpu=(\d+)").cast(pl.Int64).fill_null(0)
    runs = text.filter(~pl.col("JobID").str.contains(".", literal=True))
    wanted = runs.select((gpus * pl.col("ElapsedRaw").cast(pl.Int64)).sum()).item()
    held = (pl.col("held_until") - pl.col("start")).dt.total_seconds() * pl.col("gpus")
    jobs = ingested.scan(JOBS).filter(cluster="synthetic-south", started=True)
    assert jobs.select(held.sum()).collect().item() == wanted


def test_a_second_ingest_changes_nothing(estate: Estate, ingested: Store):
    tables = (JOBS, NODES, AWARDS)
    before = [ingested.scan(t).collect().sort(t.key) for t in tables]
    told: list[tuple[int, int | None]] = []
    reports = ingest_estate(estate, ingested, lambda done, total: told.append((done, total)))
    assert all(report.files[0].skipped for report in reports if report.kind == "jobs")
    for table, rows in zip(tables, before, strict=True):
        assert ingested.scan(table).collect().sort(table.key).equals(rows)
    assert told[-1][0] == told[-1][1]
    assert told == sorted(told)


def test_the_printed_commands_do_the_same(tmp_path: Path):
    estate = generate_estate(tmp_path / "estate", scale=0.005)
    for file in estate.files:
        told = CliRunner().invoke(cli, file.arguments)
        assert told.exit_code == 0, (file.command, told.output)
    with (
        open_store(tmp_path / "store") as by_hand,
        open_store(tmp_path / "other", create=True) as by_demo,
    ):
        ingest_estate(estate, by_demo)
        for table in (JOBS, NODES, AWARDS):
            rows = [s.scan(table).collect().sort(table.key) for s in (by_hand, by_demo)]
            assert rows[0].equals(rows[1])


def test_the_gpus_of_inference_nodes_are_watched_and_work_only_while_held(ingested: Store):
    samples = ingested.scan(GPU_SAMPLES).collect()
    assert set(samples["cluster"]) == {"synthetic-north", "synthetic-south"}
    inventory = ingested.scan(NODES).collect()
    inference = inventory.filter(pl.col("gpu_types").str.contains("^(?:t4|a30|l4):"))
    watched = samples.select("cluster", "node").unique()
    of_groups = pl.col("cluster").str.contains("group")
    assert inference.filter(~of_groups).join(watched, on=["cluster", "node"], how="anti").is_empty()
    jobs = ingested.scan(JOBS).filter("started").collect()
    held = set(jobs.select("cluster", "node_list").unique().iter_rows())
    untouched = watched.filter(
        pl.struct("cluster", "node").map_elements(
            lambda place: (place["cluster"], place["node"]) not in held, return_dtype=pl.Boolean
        )
    )
    idle = samples.join(untouched, on=["cluster", "node"], how="semi")
    assert idle["activity_mean"].max() in {None, 0.0}
    assert samples["activity_mean"].max() > 0.5
