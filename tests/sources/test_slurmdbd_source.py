"""slurmdbd's own database, in a real MariaDB, against what sacct printed of it."""

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from pulling import Site
from source_services import PASSWORD, MariaDb

from ingest.formats.slurmdbd_codes import state_name, task_ranges, time_limit, tres_names
from ingest.formats.slurmdbd_rows import SlurmdbdRows
from ingest.jobs import ingest_jobs
from ingest.options import JobOptions
from model.errors import InputError
from model.schemas import JOBS
from model.source_settings import SlurmdbdSource
from store import open_store
from store.slurmdbd import SlurmDatabase

AFTER = datetime(2026, 11, 20, 22, tzinfo=UTC)
NEVER_ELIGIBLE = {57, 82, 83, 85}
"""Cancelled before they could start: sacct -S -E does not print them."""


def settings(database: MariaDb, folder: Path) -> SlurmdbdSource:
    secret = folder / "password"
    secret.write_text(PASSWORD + "\n")
    return SlurmdbdSource(
        kind="slurmdbd",
        url=database.url,
        password_file=secret,
        since=date(2026, 11, 20),
    )


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path, now=AFTER)


@pytest.mark.parametrize(
    ("capture", "lacks"),
    [
        # The JSON of 22.05 prints a number without meaning for a reservation, and no CPUs where
        # none were allocated; this text was not asked for reasons.
        ("sacct.json", {"reservation", "cpus"}),
        ("sacct-P-usage.txt", {"reason"}),
    ],
)
def test_the_same_jobs_as_sacct_field_by_field(
    slurm_database: MariaDb, site: Site, shared: Path, tmp_path: Path, capture: str, lacks: set[str]
):
    pulled = site.pull(settings(slurm_database, tmp_path))
    assert (pulled.state.last_status, pulled.state.rows_accepted) == ("done", 110)
    other = open_store(tmp_path / "other", create=True)
    log = shared / "slurm/captures" / capture
    ingest_jobs(other, [log], cluster="testbed", options=JobOptions(timezone="UTC"))
    told = other.scan(JOBS).collect().sort("job_id", "submit")
    ours = site.jobs()
    assert set(ours["job_id"]) - set(told["job_id"]) == NEVER_ELIGIBLE
    both = ours.filter(~pl.col("job_id").is_in(NEVER_ELIGIBLE))
    left_out = [*lacks, "observed_until"]  # the windows differ
    assert both.drop(left_out).equals(told.drop(left_out))
    assert both.filter(job_id=106)["reservation"].to_list() == ["class"]
    assert ours.filter(job_id=83)["job_label"].to_list() == ["83_[1-6,8-20]"]


def test_pages_are_bounded_and_lose_nothing(slurm_database: MariaDb):
    database = SlurmDatabase(slurm_database.url, cluster="testbed", password=PASSWORD, page_rows=7)
    pages = list(database.ended(0, 2**31))
    assert max(map(len, pages)) == 7
    numbers = [row["job_db_inx"] for page in pages for row in page]
    assert len(numbers) == len(set(numbers)) == 110
    assert [len(page) for page in database.by_id([1, 2, 101])] == [3]
    assert list(database.open()) == []
    database.close()


def test_the_session_cannot_write_even_where_the_account_may(slurm_database: MariaDb):
    slurm_database.sql("GRANT ALL ON slurm_acct_db.* TO plimsoll@'127.0.0.1';")
    try:
        database = SlurmDatabase(slurm_database.url, cluster="testbed", password=PASSWORD)
        with (
            pytest.raises(Exception, match="READ ONLY transaction"),
            database._engine.begin() as connection,
        ):
            connection.exec_driver_sql("DELETE FROM tres_table")
        database.close()
    finally:
        slurm_database.sql(
            "REVOKE ALL ON slurm_acct_db.* FROM plimsoll@'127.0.0.1';"
            "GRANT SELECT ON slurm_acct_db.* TO plimsoll@'127.0.0.1';"
        )


def test_open_jobs_come_up_to_now_and_close_later(
    slurm_database: MariaDb, site: Site, tmp_path: Path
):
    slurm_database.sql(
        "UPDATE slurm_acct_db.testbed_job_table SET state=1, time_end=0 WHERE id_job=1;"
    )
    site.pull(settings(slurm_database, tmp_path))
    assert site.states()[1] == "RUNNING"
    # It ended long before the watermark, and the database learnt of it late.
    slurm_database.sql(
        "UPDATE slurm_acct_db.testbed_job_table SET state=7, time_end=1795191361 WHERE id_job=1;"
    )
    site.now = datetime(2026, 11, 22, tzinfo=UTC)
    site.pull(settings(slurm_database, tmp_path))
    assert site.states()[1] == "NODE_FAIL"


def test_gone_in_mid_window_leaves_no_part_of_it(
    slurm_database: MariaDb, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    source = settings(slurm_database, tmp_path)
    pages = SlurmDatabase._pages

    def stopping(self, begin_s, end_s):
        self._page_rows = 10
        for page in pages(self, begin_s, end_s):
            yield page
            slurm_database.stop()

    monkeypatch.setattr(SlurmDatabase, "_pages", stopping)
    pulled = site.pull(source)
    assert pulled.state.last_status == "failed"
    assert "the database does not answer" in (pulled.state.message or "")
    assert PASSWORD not in (pulled.state.message or "")
    assert site.jobs().is_empty()
    monkeypatch.undo()
    slurm_database.start()
    assert site.pull(source).state.last_status == "done"
    assert site.jobs().height == 110


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"url": "mysql://plimsoll@127.0.0.1:1/slurm_acct_db"}, "does not answer"),
        ({"database": "other"}, "may not use this database"),
        ({"user": "nobody"}, "refused the user or the password"),
    ],
)
def test_what_cannot_be_read_is_told(
    slurm_database: MariaDb, site: Site, tmp_path: Path, change: dict[str, str], says: str
):
    url = change.get("url") or slurm_database.url
    url = url.replace("slurm_acct_db", change.get("database", "slurm_acct_db"))
    url = url.replace("plimsoll@", f"{change.get('user', 'plimsoll')}@")
    source = settings(slurm_database, tmp_path).model_copy(update={"url": url})
    pulled = site.pull(source)
    assert pulled.state.last_status == "failed"
    assert says in (pulled.state.message or "")
    assert PASSWORD not in (pulled.state.message or "")


def test_a_cluster_that_is_not_there_is_told_with_those_that_are(
    slurm_database: MariaDb, tmp_path: Path
):
    site = Site(tmp_path, cluster="elsewhere", now=AFTER)
    message = site.pull(settings(slurm_database, tmp_path)).state.message or ""
    assert "keeps no cluster 'elsewhere'" in message
    assert "testbed" in message


def test_the_numbers_of_the_database():
    names = {"1": "cpu", "2": "mem", "3": "energy", "1001": "gres/gpu"}
    assert tres_names("1=4,2=1000,3=18446744073709551614,1001=2", names) == (
        "cpu=4,mem=1000M,gres/gpu=2",
        None,
    )
    assert tres_names("1=4,3=77", names) == ("cpu=4,energy=77", "77")
    assert tres_names("1=4,1009=2", names) == (None, None)  # may be a GPU
    assert tres_names("", names) == ("", None)
    assert task_ranges("0x1FFF7E") == "1-6,8-20"
    assert task_ranges("3,5-9") == "3,5-9"
    assert (state_name(3), state_name(1024), state_name(77)) == ("COMPLETED", "REQUEUED", None)
    assert (time_limit(60), time_limit(2**32 - 1), time_limit(2**32 - 2)) == (
        "60",
        "UNLIMITED",
        None,
    )


def test_a_cut_off_document_of_rows_is_refused():
    text = b'{"slurmdbd":{"cluster":"a","now":1,"tres":{}},"jobs":[{"id_job":1,'
    with pytest.raises(InputError, match="cut off"):
        list(SlurmdbdRows().batches(iter([text]), JobOptions()))
