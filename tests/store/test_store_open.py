"""What opens as a store, what is refused and how, and that concurrent opens agree."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from store_samples import frame, job

import store.migrations
from model.errors import InputError
from model.schemas import JOBS, NODES
from store import Cluster, Store, open_store
from store.catalogue_tables import metadata
from store.database import HEAD
from store.delta import VERSION_KEY, DeltaFolder
from store.layout import SCHEMA_VERSION


def test_a_missing_store_is_refused_with_what_to_do(tmp_path: Path):
    with pytest.raises(InputError, match=r"no store here yet.*plimsoll init") as refusal:
        open_store(tmp_path / "none")
    assert refusal.value.exit_code == 2
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("create", [True, False])
def test_a_folder_of_other_things_is_refused_and_left_alone(tmp_path: Path, *, create: bool):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(InputError, match="holds other things"):
        open_store(tmp_path, create=create)
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_is_no_store(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="a store is a folder"):
        open_store(tmp_path / "file", create=True)


def test_an_empty_folder_becomes_a_store_and_opens_again(tmp_path: Path):
    with open_store(tmp_path, create=True) as made, open_store(tmp_path) as again:
        assert made.store_id == again.store_id
        assert again.version() == "empty"
        assert again.scan(JOBS).collect_schema() == JOBS.schema
        assert again.scan(NODES).collect().is_empty()


def test_a_store_of_a_newer_program_is_refused(store: Store):
    marker = store.path / "store.json"
    newer = {**json.loads(marker.read_text()), "schema_version": SCHEMA_VERSION + 1}
    marker.write_text(json.dumps(newer))
    with pytest.raises(InputError, match=r"schema version 2.*up to 1.*upgrade plimsoll"):
        open_store(store.path)


def test_a_table_of_a_newer_program_is_refused(store: Store):
    snapshot = DeltaFolder(store.path, JOBS).create()
    snapshot.alter.set_table_properties({VERSION_KEY: "2"}, raise_if_not_exists=False)
    with pytest.raises(InputError, match="table jobs has schema version 2"):
        store.scan(JOBS)


def test_a_catalogue_of_a_newer_program_is_refused(store: Store):
    engine = create_engine(f"sqlite:///{store.path}/catalogue.sqlite")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(InputError, match="newer plimsoll"):
        open_store(store.path)


@pytest.mark.parametrize("content", ["", "[]", '{"store_id": 1}', "\0"])
def test_a_broken_marker_is_named(store: Store, content: str):
    (store.path / "store.json").write_text(content)
    with pytest.raises(InputError, match=r"cannot read store\.json"):
        open_store(store.path)


def test_a_broken_catalogue_is_named(store: Store):
    (store.path / "catalogue.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(InputError, match="the catalogue cannot be opened"):
        open_store(store.path)


def test_a_broken_delta_log_is_named(store: Store):
    DeltaFolder(store.path, JOBS).create()
    for entry in (store.path / "jobs" / "_delta_log").glob("*.json"):
        entry.write_text("{")
    with pytest.raises(InputError, match="table jobs cannot be read"):
        store.scan(JOBS)


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("nonsense", "cannot be read"),
        ("mysql://host/db", "cannot be kept in mysql"),
        ("postgresql://u:secret@127.0.0.1:1/db", "cannot be opened"),
    ],
)
def test_a_catalogue_that_does_not_open_is_named_without_its_password(
    tmp_path: Path, url: str, complaint: str
):
    with pytest.raises(InputError, match=complaint) as refusal:
        open_store(tmp_path / "s", create=True, catalogue_url=url)
    assert "secret" not in str(refusal.value)


def test_the_place_of_the_catalogue_is_remembered(store: Store):
    with pytest.raises(InputError, match="keeps its catalogue beside its facts"):
        open_store(store.path, catalogue_url="postgresql://127.0.0.1:1/db")


def test_migrations_lead_to_the_tables_of_the_program(any_store: Store):
    script = ScriptDirectory(str(Path(store.migrations.__file__).parent))
    assert script.get_current_head() == HEAD
    with any_store.catalogue._engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


OPENER = """
import sys
from store import Cluster, open_store
with open_store(sys.argv[1], create=True, catalogue_url=sys.argv[2] or None) as store:
    store.catalogue.save_cluster(Cluster("c" + sys.argv[3]))
    print(store.store_id)
"""


def test_concurrent_first_opens_make_one_store(tmp_path: Path, catalogue_url: str | None):
    command = [sys.executable, "-c", OPENER, str(tmp_path / "s"), catalogue_url or ""]
    opening = [
        subprocess.Popen([*command, str(i)], stdout=subprocess.PIPE, text=True) for i in range(4)
    ]
    ids = {process.communicate(timeout=120)[0] for process in opening}
    assert [process.returncode for process in opening] == [0] * 4
    assert len(ids) == 1
    with open_store(tmp_path / "s", catalogue_url=catalogue_url) as made:
        assert made.catalogue.clusters_frame()["cluster"].to_list() == ["c0", "c1", "c2", "c3"]


def test_a_column_that_the_schema_gained_is_null_in_older_rows(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    older = DeltaFolder(store.path, JOBS)
    shorter = JOBS.schema.copy()
    del shorter["energy_j"]
    with monkeypatch.context() as patch:
        patch.setitem(older.__dict__, "table", _with_schema(shorter))
        older.create()
    with store.job_writer("c") as writer:
        writer.append(frame([job(1, energy_j=5), job(2)]))
        writer.commit()
    assert store.scan(JOBS).collect_schema() == JOBS.schema
    assert store.scan(JOBS).sort("job_id").collect()["energy_j"].to_list() == [5, None]


def _with_schema(schema: object) -> object:
    from dataclasses import replace

    return replace(JOBS, schema=schema)  # type: ignore[arg-type]


def test_a_cluster_is_kept_with_the_store(store: Store):
    store.catalogue.save_cluster(Cluster("c"))
    with open_store(str(store.path)) as again:
        assert again.catalogue.cluster("c") is not None
