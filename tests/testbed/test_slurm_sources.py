"""One workload by every way into Plimsoll, and read while it ran: the same jobs."""

import polars as pl
import pytest
from slurm_cluster import CLUSTER
from slurm_finished import Finished
from slurm_site import Site

pytestmark = [pytest.mark.slow, pytest.mark.slurm, pytest.mark.xdist_group("slurm")]

KEY = ("job_id", "submit", "job_state")
RECORD = frozenset({"observed_until", "fills"})
"""Columns that tell how a job was seen, not what it was."""


def assert_same(ours: pl.DataFrame, theirs: pl.DataFrame, *, but: frozenset[str] = frozenset()):
    """Job by job and field by field, naming the first fields that differ."""
    assert ours.select(KEY).rows() == theirs.select(KEY).rows()
    differ = [
        (name, job, one, other)
        for name in ours.columns
        if name not in RECORD | but
        for job, one, other in zip(ours["job_id"], ours[name], theirs[name], strict=True)
        if one != other
    ]
    assert differ == []


def test_reading_along_gives_the_store_of_one_final_log(finished: Finished, ingested: Site):
    assert [done for done in finished.readings if done.code] == []
    assert len(finished.readings) >= 3
    assert_same(finished.watcher.jobs(), ingested.jobs())


def test_jobs_were_seen_before_they_ended(finished: Finished):
    """Else the test above would have read one finished log again and again."""
    files = finished.watcher.run("ingest", "status", "--json")
    assert '"updated": 0' in files
    assert any(f'"updated": {count}' in files for count in range(1, 60))


def test_sacct_json_has_the_jobs_of_the_text(ingested: Site, site_of_json: Site):
    assert_same(site_of_json.jobs(), ingested.jobs(), but=frozenset({"reservation", "cpus"}))


@pytest.fixture
def site_of_json(finished: Finished, tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = Site(tmp_path_factory.mktemp("json"), finished.cluster)
    printed = finished.cluster.run("sacct", "--json", "-a", "-D", "-S", "now-1day")
    log = finished.save("sacct.json", printed)
    site.run("ingest", "jobs", log, "--cluster", CLUSTER, "--window", finished.observed)
    return site


def test_slurmdbd_database_has_the_jobs_of_the_text(
    finished: Finished, ingested: Site, tmp_path_factory: pytest.TempPathFactory
):
    site = Site(tmp_path_factory.mktemp("database"), finished.cluster)
    secret = site.secret("password", finished.cluster.password)
    url = finished.cluster.database_url
    site.configure({"kind": "slurmdbd", "url": url, "password_file": secret})
    site.run("ingest", "run")
    printed = set(ingested.jobs()["job_id"])
    ours = site.jobs()
    beyond = ours.filter(~pl.col("job_id").is_in(printed))
    assert not beyond["started"].any()
    assert_same(ours.filter(pl.col("job_id").is_in(printed)), ingested.jobs())


def test_slurmrestd_has_the_jobs_of_the_text(
    finished: Finished, ingested: Site, tmp_path_factory: pytest.TempPathFactory
):
    site = Site(tmp_path_factory.mktemp("rest"), finished.cluster)
    token = site.secret("token", finished.cluster.token())
    url = finished.cluster.rest_url
    site.configure(
        {"kind": "slurmrestd", "feeds": "jobs", "url": url, "token_file": token, "user": "root"}
    )
    site.run("ingest", "run")
    assert_same(site.jobs(), ingested.jobs(), but=frozenset({"reservation", "cpus"}))
