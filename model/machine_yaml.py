"""Machine records written as the files of `config/machines/` are."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import yaml

from model.machines import Machine
from model.yaml_source import reads_as_text

_LONGEST_LINE: Final = 100
_IN_BRACES: Final = {"components", "other_counts", "power"}
"""Fields whose values stand on one line: {gpu: h100-sxm, count: 4}."""

_ALWAYS: Final = {"gpus", "in_service"}
"""Fields that are written where they are unknown too: null says so."""


class _Braces(dict[str, Any]):
    """A mapping for one line."""


class _Words(list[str]):
    """A list for one line."""


class _Dumper(yaml.SafeDumper):
    """Indents lists under their key, as the registry's files do."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002
        del indentless
        super().increase_indent(flow, False)


_Dumper.add_representer(
    _Braces,
    lambda dumper, value: dumper.represent_mapping("tag:yaml.org,2002:map", value, flow_style=True),
)
_Dumper.add_representer(
    _Words,
    lambda dumper, value: dumper.represent_sequence(
        "tag:yaml.org,2002:seq", value, flow_style=True
    ),
)


def _quotes(text: str) -> str | None:
    """The quotes that keep a text as it is; only double ones keep breaks of lines."""
    if not text.isprintable():
        return '"'
    return None if reads_as_text(text) else "'"


_Dumper.add_representer(
    str,
    lambda dumper, value: dumper.represent_scalar(
        "tag:yaml.org,2002:str", value, style=_quotes(value)
    ),
)


def machines_yaml(
    machines: Iterable[Machine], *, attribution: Sequence[str], comments: Sequence[str]
) -> str:
    """A file of records: comments, the credit that is due, and one record after another.

    Reading it gives the same records; fields at their defaults are left out.
    """
    head = [f"# {line}".rstrip() for line in comments]
    credit = _dump({"attribution": list(attribution)})
    records = [_dump({"machines": [_tree(machine)]}).split("\n", 1)[1] for machine in machines]
    body = "\n".join(records) if records else ""
    return "\n".join([*head, f"{credit}machines:{'' if records else ' []'}", body])


def _dump(tree: dict[str, Any]) -> str:
    text: str = yaml.dump(
        tree, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_LONGEST_LINE
    )
    return text


def _tree(machine: Machine) -> dict[str, Any]:
    dumped = machine.model_dump(mode="json", exclude_defaults=True)
    every = {
        key: dumped.get(key) for key in Machine.model_fields if key in dumped or key in _ALWAYS
    }
    return {key: _in_form(key, value) for key, value in every.items()}


def _in_form(key: str, value: Any) -> Any:
    match value:
        case dict():
            return _Braces(value)
        case list() if key in _IN_BRACES:
            return [_Braces(item) for item in value]
        case list() if key == "unverified":
            return _Words(value)
        case list():
            return [_source(item) for item in value]
        case _:
            return value


def _source(item: dict[str, Any]) -> dict[str, Any]:
    return {key: _Words(value) if key == "covers" else value for key, value in item.items()}
