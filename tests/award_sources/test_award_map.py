"""A map of the user's own columns: SAFE and whatever else writes CSV."""

import pytest

from ingest.awards import AwardOptions, ingest_awards
from model.errors import ConfigError, InputError
from model.schemas import AWARDS
from store import open_store

CSV = (
    "Project code,Group,Allocated (kAU),Start,Secret\np1,g1,10,2026-04-01,x\np2,g2,,2026-04-01,y\n"
)
MAP = """\
columns:
  application_id: project CODE
  accounts: Group
  granted: Allocated (kAU)
  start: Start
constants:
  call: SAFE
  unit: CU
factors:
  granted: 1000
cluster: archer
"""


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "store", create=True) as opened:
        yield opened


@pytest.fixture
def ingest(store, tmp_path):
    def run(mapping=MAP, csv=CSV, format_name="auto"):
        (tmp_path / "map.yaml").write_text(mapping)
        (tmp_path / "safe.csv").write_text(csv)
        options = AwardOptions(format=format_name, mapping=tmp_path / "map.yaml")
        return ingest_awards(store, [tmp_path / "safe.csv"], options=options)

    return run


def test_columns_constants_factors_and_cluster(store, ingest):
    report = ingest()
    first, second = store.scan(AWARDS).collect().sort(AWARDS.key).to_dicts()
    assert (first["application_id"], first["call"], first["unit"]) == ("p1", "SAFE", "CU")
    assert (first["requested"], first["granted"]) == (None, 10000)
    assert first["accounts"] == "archer:g1"
    assert (second["granted"], second["status"]) == (None, "undecided")
    assert (report.rows_read, report.rows_accepted) == (2, 2)
    assert any("'Secret' is not in the map" in said for said in report.assumptions)


def test_rows_of_a_mapped_file_are_checked_as_all_are(ingest):
    report = ingest(csv=CSV + "p3,g3,many,2026-04-01,z\np4\n,g5,1,2026-04-01,z\n")
    assert dict(report.reasons) == {
        "bad_number:granted": 1,
        "too_few_fields": 1,
        "no_application_id": 1,
    }


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("  accounts:", "  acounts:", 3, "no column 'acounts'"),
        ("  unit: CU", "  unit: florins", 8, "unknown unit 'florins'"),
        ("  call: SAFE", "  granted: SAFE", 7, "'granted' is mapped as well"),
        ("  granted: 1000", "  start: 1000", 10, "'start' is no amount"),
        ("  granted: 1000", "  granted: -1", 10, "granted"),
        ("  granted: 1000", "  granted: much", 10, "granted"),
        ("  application_id: project CODE\n", "", 1, "nothing gives application_id"),
        ("  unit: CU\n", "", 1, "nothing gives unit"),
        ("cluster:", "clutser:", 11, "clutser"),
        ("  start: Start", "  start: Start\n  start: Begin", 6, "'start' again"),
        ("  call: SAFE", "  application_id: A1", 7, "the same application"),
    ],
)
def test_faults_of_a_map_name_its_line(store, ingest, tmp_path, old, new, line, what):
    with pytest.raises(ConfigError) as refused:
        ingest(MAP.replace(old, new))
    (fault,) = [fault for fault in refused.value.faults if what in fault]
    assert fault.startswith(f"{tmp_path / 'map.yaml'}:{line}: ")
    assert store.version() == "empty"


def test_a_column_that_the_file_lacks_is_told_with_the_line_of_the_map(ingest, tmp_path):
    with pytest.raises(InputError, match="column 'Begin' is not in the file") as refused:
        ingest(MAP.replace("start: Start", "start: Begin"))
    assert refused.value.where == f"{tmp_path / 'map.yaml'}:5"
    assert "'Project code'" in (refused.value.hint or "")


def test_a_column_that_stands_twice_is_told(ingest):
    with pytest.raises(InputError, match="stands twice"):
        ingest(csv=CSV.replace("Secret", "start"))


def test_a_map_is_for_tables_only(ingest):
    with pytest.raises(InputError, match="--map is for CSV"):
        ingest(format_name="waldur")


def test_a_map_that_is_not_there(store, tmp_path):
    with pytest.raises(InputError, match="no such file"):
        ingest_awards(store, [], options=AwardOptions(mapping=tmp_path / "none.yaml"))
