"""The JSON Schemas for editors: current, and of one mind with the program."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import BaseModel

from docs.generate import schema
from model.gpus import GpuFile
from model.machines import FIGURES, MachineFile
from model.resources import config_path
from model.yaml_source import load_yaml

FILES = [*sorted(config_path("machines").glob("*.yaml")), config_path("gpus.yaml")]


def schema_of(path: Path) -> dict[str, Any]:
    """The schema that the first line of a file names."""
    named = path.read_text().splitlines()[0].partition("$schema=")[2]
    loaded: dict[str, Any] = json.loads((path.parent / named).read_text())
    return loaded


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_packaged_file_holds_to_the_schema_that_it_names(path: Path):
    schema = schema_of(path)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(load_yaml(path).value, schema)


@pytest.mark.parametrize(
    ("name", "model"), [("machines.schema.json", MachineFile), ("gpus.schema.json", GpuFile)]
)
def test_the_schemas_are_current(name: str, model: type[BaseModel]):
    assert config_path(name).read_text() == schema(model), "run `make docs`"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("in_service", "soon"),
        ("gpus", "many"),
        ("gpus", -1),
        ("sector", "charity"),
        ("country", "England"),
        ("retierd", "2020"),
        ("unverified", ["colour"]),
    ],
)
def test_what_an_editor_underlines(field: str, value: object):
    path = config_path("machines", "canada.yaml")
    file = load_yaml(path).value
    file["machines"][0][field] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(file, schema_of(path))


def test_a_year_may_stand_as_a_number():
    path = config_path("machines", "canada.yaml")
    file = load_yaml(path).value
    file["machines"][0] |= {"in_service": 2021, "retired": "unknown"}
    jsonschema.validate(file, schema_of(path))


def test_each_field_is_explained():
    machine = json.loads(config_path("machines.schema.json").read_text())["$defs"]["Machine"]
    assert set(FIGURES) <= set(machine["properties"])
    for field in ("gpus", "components", "in_service", "retired", "superseded_by", "part_of"):
        assert machine["properties"][field]["description"]
