"""One workload, dumped in every way that Slurm has, gives the same jobs in the store.

The workload ran on one testbed; each way has its own fields and its own losses, which are listed
here and told in docs/explanation/job-logs.md.
"""

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from ingest.jobs import ingest_jobs
from ingest.options import JobOptions
from ingest.tres_ids import read_tres_ids
from model.schemas import JOBS
from store import open_store

KEY = ["job_id", "submit"]
COLUMNS = [name for name in JOBS.schema.names() if name not in {"fills", "month", *KEY}]
NEVER_RAN = {3, 46}
"""Jobs that ended without a node: what was allocated to them is printed or not."""

REQUEUED = {(102, "REQUEUED"), (103, "PREEMPTED")}
"""Runs that a later run of the same job hides where jobs are keyed by their id alone."""


@dataclass(frozen=True)
class Way:
    """A dump of the workload and what it does not carry.

    `without` are columns that it cannot tell at all, `but` jobs by column that it tells
    differently, `lost` the jobs that are not in it.
    """

    file: str
    without: frozenset[str] = frozenset()
    but: tuple[tuple[str, frozenset[int]], ...] = ()
    lost: frozenset[int] = frozenset()
    hides_runs: bool = False


JSON_LOSES = frozenset({"reservation"})
"""Slurm 22.05 prints a number without meaning for a reservation's name."""

JSON_DIFFERS = (("cpus", frozenset(NEVER_RAN)),)

WAYS = [
    Way("sacct-P-usage.txt", without=frozenset({"reason"})),
    Way(
        "sacct-P-usage-delim-unit-sep.txt",  # thirteen columns
        without=frozenset(
            [
                *("eligible", "limit_s", "req_gpus", "req_gpu_types", "node_list", "reason"),
                "reservation",
            ]
        ),
        but=(("cpus", frozenset(NEVER_RAN)), ("nodes", frozenset(NEVER_RAN))),
    ),
    Way("sacct.json", without=JSON_LOSES, but=JSON_DIFFERS),
    Way("sacct-X.json", without=JSON_LOSES, but=JSON_DIFFERS),
    Way("sacct.yaml", without=JSON_LOSES, but=JSON_DIFFERS),
    *(
        Way(
            f"slurmrestd-dbv0.0.{version}-jobs.json",
            without=JSON_LOSES,
            but=JSON_DIFFERS,
            hides_runs=True,
        )
        for version in (36, 37, 38)
    ),
    *(
        Way(
            f"pyslurm-old-slurmdb_jobs.{form}",
            without=frozenset({"qos", "reason"}),
            but=(*JSON_DIFFERS, ("job_label", frozenset({61, 62}))),
            hides_runs=True,
        )
        for form in ("json", "yaml")
    ),
    *(
        Way(
            f"pyslurm-new-db.Jobs.{form}",
            without=frozenset(
                {"gpus", "gpu_types", "shards", "billing", "req_gpus", "req_gpu_types"}
            ),
            but=JSON_DIFFERS,
            lost=frozenset({61, 62}),
            hides_runs=True,
        )
        for form in ("json", "yaml")
    ),
]


def jobs_of(path: Path, folder: Path, *, tres: Path) -> pl.DataFrame:
    options = JobOptions(timezone="UTC", keep_job_names=True, tres_names=read_tres_ids(tres))
    store = open_store(folder / path.name, create=True)
    report = ingest_jobs(store, [path], cluster="testbed", options=options)
    assert report.rows_quarantined == 0
    return store.scan(JOBS).collect().sort(KEY)


@pytest.fixture(scope="module")
def captures(shared: Path) -> Path:
    return shared / "slurm" / "captures"


@pytest.fixture(scope="module")
def reference(captures: Path, tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """The jobs of `sacct -P -D` with all fields: the way that carries most."""
    folder = tmp_path_factory.mktemp("reference")
    tres = captures / "sacctmgr-show-tres.txt"
    return jobs_of(captures / "sacct-P-all-fields-D.txt", folder, tres=tres)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.file)
def test_the_same_jobs_field_by_field(
    captures: Path, reference: pl.DataFrame, tmp_path: Path, way: Way
):
    found = jobs_of(captures / way.file, tmp_path, tres=captures / "sacctmgr-show-tres.txt")
    expected = reference.filter(~pl.col("job_id").is_in(way.lost))
    if way.hides_runs:
        hidden = pl.struct("job_id", "job_state").is_in(
            [{"job_id": job_id, "job_state": state} for job_id, state in REQUEUED]
        )
        expected = expected.filter(~hidden)
    assert found.select(KEY).equals(expected.select(KEY))
    exempt = dict(way.but)
    differing = {
        name: found.filter(~found[name].eq_missing(expected[name]))["job_id"].to_list()
        for name in COLUMNS
        if name not in way.without
    }
    beyond = {name: set(ids) - exempt.get(name, set()) for name, ids in differing.items()}
    assert {name: ids for name, ids in beyond.items() if ids} == {}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.file)
def test_what_a_way_cannot_tell_is_null(captures: Path, tmp_path: Path, way: Way):
    found = jobs_of(captures / way.file, tmp_path, tres=captures / "sacctmgr-show-tres.txt")
    told = {name for name in way.without if found[name].is_not_null().any()}
    assert told == set()
