"""The package read by others' programs: Frictionless, CSV on the Web, RO-Crate, CFF."""

import hashlib
import io
import json
import shutil
import warnings
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import yaml
from csvw.metadata import CSVW
from frictionless import Package, system
from specimen_document import CLUSTERS, specimen

from reports.document import Mark
from reports.palette import SYNTHETIC
from reports.writers.package import package_files, write_package
from reports.writers.package_cells import csv_bytes, exact_text


def read_json(path: Path):
    return json.loads(path.read_text(encoding="utf-8"))


def frictionless_faults(folder: Path) -> list[str]:
    with system.use_context(trusted=True):
        report = Package(str(folder / "datapackage.json")).validate()
    return [f"{row[0]}: {row[1]}" for row in report.flatten(["name", "message"])]


def csvw_faults(folder: Path) -> list[str]:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            group = CSVW(str(folder / "csv-metadata.json"), validate=True)
            valid = group.is_valid
        except ValueError as fault:
            return [str(fault)]
    told = [str(each.message) for each in [*heard, *group.warnings]]
    return told if valid else [*told, "not valid"]


def test_frictionless_finds_no_fault_in_any_resource(made):
    assert frictionless_faults(made.folder) == []
    described = read_json(made.folder / "datapackage.json")
    assert {r["path"] for r in described["resources"]} == {
        str(path.relative_to(made.folder)) for path in made.folder.rglob("*.csv")
    }


def test_csv_on_the_web_finds_no_fault_in_any_table(made):
    assert csvw_faults(made.folder) == []


@pytest.mark.parametrize("faults", [frictionless_faults, csvw_faults])
@pytest.mark.parametrize(
    ("before", "after"), [(b"country,", b"land,"), (b"\r\n", b"\r\nUtopia,many,more\r\n")]
)
def test_both_find_a_table_that_is_not_as_described(bare, tmp_path, faults, before, after):
    folder = tmp_path / "broken"
    shutil.copytree(bare.folder, folder)
    table = folder / "data" / "densities.csv"
    table.write_bytes(table.read_bytes().replace(before, after, 1))
    assert faults(folder)


def test_every_column_is_described_and_typed(made):
    for resource in read_json(made.folder / "datapackage.json")["resources"]:
        for field in resource["schema"]["fields"]:
            assert field["title"], (resource["name"], field["name"])
            assert field["type"] in {
                "string", "number", "integer", "boolean", "date", "datetime",
            }  # fmt: skip
        file = made.folder / resource["path"]
        assert resource["hash"] == f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"


def test_a_table_read_back_is_the_table_of_the_report(made):
    described = read_json(made.folder / "datapackage.json")["resources"]
    missing = {each["name"]: each["schema"]["missingValues"] for each in described}
    for key, table in made.document.tables.items():
        file = made.folder / "data" / f"{key}.csv"
        read = pl.read_csv(file, infer_schema=False, null_values=missing[key])
        assert read.columns == [column.name for column in table.columns]
        known = table.frame.filter(~pl.all_horizontal(pl.all().is_null()))
        assert read.height == known.height
        for name in read.columns:
            values = known[name]
            if values.dtype.is_float():
                assert read[name].cast(pl.Float64).equals(values.fill_nan(None), null_equal=True)
            else:
                told = [exact_text(value) or None for value in values]
                assert read[name].to_list() == told


def test_the_crate_names_every_file_and_how_it_came_about(made):
    crate = read_json(made.folder / "ro-crate-metadata.json")
    graph = {entity["@id"]: entity for entity in crate["@graph"]}
    assert len(graph) == len(crate["@graph"])
    assert graph["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    root = graph["./"]
    assert {"name", "description", "datePublished", "license", "hasPart"} <= set(root)
    files = {str(p.relative_to(made.folder)) for p in made.folder.rglob("*") if p.is_file()}
    parts = {part["@id"] for part in root["hasPart"]}
    assert parts == files - {"ro-crate-metadata.json"}
    (action,) = (e for e in graph.values() if e["@type"] == "CreateAction")
    assert {part["@id"] for part in action["result"]} == parts
    assert action["description"] == made.document.command
    assert graph[action["instrument"]["@id"]]["version"] == made.document.program_version


def test_every_reference_of_the_crate_leads_to_something_in_it(made):
    crate = read_json(made.folder / "ro-crate-metadata.json")
    known = {entity["@id"] for entity in crate["@graph"]}

    def references(node):
        if isinstance(node, list):
            for each in node:
                yield from references(each)
        elif isinstance(node, dict):
            if set(node) == {"@id"}:
                yield node["@id"]
            else:
                for value in node.values():
                    yield from references(value)

    assert set(references(crate["@graph"])) - known == {"https://w3id.org/ro/crate/1.1"}


def test_the_crate_has_the_query_of_each_table_and_the_grades_of_its_sources(demo):
    graph = read_json(demo.folder / "ro-crate-metadata.json")["@graph"]
    entities = {entity["@id"]: entity for entity in graph}
    for key, table in demo.document.tables.items():
        if table.command:
            told = entities[entities[f"data/{key}.csv"]["additionalProperty"]["@id"]]
            assert told["value"] == table.command
    assert entities["#store"]["version"] == demo.document.store_version
    grades = {entity.get("creditText") for entity in graph}
    assert {"Grade A-operator", "Grade D-secondary"} <= grades
    assert "CC BY 4.0" in entities["#rights"]["description"]


def test_made_up_data_say_so_wherever_one_looks_first(demo, bare):
    first = ("README.md", "CITATION.cff", "datapackage.json", "csv-metadata.json",
             "ro-crate-metadata.json")  # fmt: skip
    for name in first:
        assert SYNTHETIC in (demo.folder / name).read_text(encoding="utf-8"), name
        assert SYNTHETIC not in (bare.folder / name).read_text(encoding="utf-8"), name


def test_the_citation_file_has_what_the_format_wants(made):
    told = yaml.safe_load((made.folder / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(told)
    assert told["type"] == "dataset"
    assert told["date-released"] == made.document.edition
    assert isinstance(told["version"], str)


def test_no_secret_and_no_path_is_among_the_settings(demo):
    settings = pl.read_csv(demo.folder / "data" / "settings.csv", infer_schema=False)
    told = " ".join(f"{row[0]}={row[1]}" for row in settings.iter_rows()).lower()
    assert "timezone=europe/london" in told
    for word in ("key", "secret", "password", "token", "://", str(demo.place).lower()):
        assert word not in told


def test_what_is_withheld_keeps_its_symbol_and_its_column_its_type(tmp_path):
    for path, content in package_files(specimen()).items():
        file = tmp_path / path
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
    lines = (tmp_path / "data" / "utilisation-clusters.csv").read_text().splitlines()
    assert lines[3] == "=east,[c],,,,2026-05-01,*c*"
    assert frictionless_faults(tmp_path) == []
    assert csvw_faults(tmp_path) == []
    described = read_json(tmp_path / "datapackage.json")["resources"][0]["schema"]
    assert described["missingValues"] == ["", "[c]"]
    field = next(f for f in described["fields"] if f["name"] == "utilisation_available")
    assert field["type"] == "number"
    marks = pl.read_csv(tmp_path / "data" / "marks.csv").rows()
    assert [row[:4] for row in marks] == [
        ("utilisation-clusters", "jobs", 1, "[r]"),
        ("utilisation-clusters", "utilisation_available", 3, "[c]"),
    ]


def test_a_value_beside_a_symbol_stays_a_number():
    marked = replace(CLUSTERS, marks=(Mark(0, "jobs", "e"), Mark(1, "jobs", "c")))
    lines = csv_bytes(marked).decode().splitlines()
    assert lines[1].startswith("north <1>,0.78412,1690321.25,12345,")
    assert ",7," in lines[2]


def test_a_line_of_which_nothing_is_known_is_no_blank_one():
    unknown = replace(CLUSTERS, frame=CLUSTERS.frame.clear(1), marks=(Mark(0, "jobs", "c"),))
    assert len(csv_bytes(unknown).splitlines()) == 1


def test_cells_are_exact():
    assert exact_text(0.1 + 0.2) == "0.30000000000000004"
    assert exact_text(float("nan")) == ""
    assert exact_text(float("-inf")) == "-INF"
    assert exact_text(["a", "b"]) == "a; b"
    assert exact_text(True) == "true"


def test_the_same_document_gives_the_same_bytes_and_only_its_edition_as_date():
    made = write_package(specimen())
    assert made == write_package(specimen())
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(2026, 6, 1, 0, 0, 0)}
        assert package.namelist()[0] == "README.md"
    assert write_package(replace(specimen(), edition=date(1975, 1, 1)))
