"""YAML read as untrusted text: line numbers kept, traps refused, all faults told together."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from model.errors import ConfigError
from model.model_keys import explain

Loc = tuple[str | int, ...]
"""Where a value stands in a document: keys and list positions from the top."""

ModelT = TypeVar("ModelT", bound=BaseModel)

MAX_BYTES: Final = 8 * 2**20
MAX_DEPTH: Final = 24

_NULLS: Final = {"", "~", "null", "Null", "NULL"}
_BOOLS: Final = {"true": True, "True": True, "false": False, "False": False}
_INT: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_FLOAT: Final = re.compile(
    r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?|[-+]?[0-9]+[eE][-+]?[0-9]{1,2}"
)


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and where in the document."""

    loc: Loc
    what: str


@dataclass
class YamlTree:
    """A document as plain Python values, with the line on which each value's key stands.

    `overrides` names the environment variable that a value comes from instead of the file.
    """

    path: Path
    value: Any = None
    lines: dict[Loc, int] = field(default_factory=dict)
    overrides: dict[Loc, str] = field(default_factory=dict)
    faults: list[tuple[int, str]] = field(default_factory=list)

    def line(self, loc: Loc) -> int:
        """The line of a value, or of the nearest thing above it that the file holds."""
        place: Loc = ()
        for part in loc:
            if (*place, part) in self.lines:
                place = (*place, part)
        return self.lines.get(place, 1)

    def override(self, loc: Loc, value: str, *, variable: str) -> None:
        """Puts an environment variable's text in a value's place."""
        if not isinstance(self.value, dict):
            return
        place = self.value
        for part in loc[:-1]:
            inner = place.get(part)
            place[part] = inner = inner if isinstance(inner, dict) else {}
            place = inner
        place[loc[-1]] = value
        self.overrides[loc] = variable

    def blame(self, loc: Loc, what: str) -> None:
        """Notes a fault at a value."""
        if variable := self.overrides.get(loc):
            self.faults.append((0, f"environment variable {variable}: {what}"))
        else:
            self.blame_line(self.line(loc), what)

    def blame_line(self, line: int, what: str) -> None:
        """Notes a fault on a line."""
        self.faults.append((line, f"{self.path}:{line}: {what}"))

    def refuse(self) -> None:
        """Raises ConfigError with every fault, in the order of the lines, if there is any."""
        if self.faults:
            raise ConfigError([text for _, text in sorted(set(self.faults))])


def load_yaml(path: Path) -> YamlTree:
    """Reads one document of JSON-like values: text, whole and decimal numbers, true, false, null.

    Dates stay text, and so do `no` and `on`. Anchors, aliases, tags of one's own, several
    documents, more than 24 levels and more than 8 MiB are refused. Duplicate keys and tags are
    left in `faults`, so that they are told together with the faults of the content.

    Raises:
        ConfigError: where the file is absent, is not text, or is not YAML.
    """
    text = _read_text(path)
    tree = YamlTree(path)
    try:
        _refuse_traps(text, tree)
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as fault:
        tree.blame_line(*_syntax_fault(fault))
        tree.refuse()
    else:
        tree.value = {} if root is None else _plain(root, (), tree)
    return tree


def read_model(
    path: Path,
    model: type[ModelT],
    *,
    checks: Callable[[ModelT], Iterable[Fault]] | None = None,
) -> ModelT:
    """A YAML file as a validated object.

    Raises:
        ConfigError: with one line for every fault: `file:line: what. Hint`.
    """
    return validate_tree(load_yaml(path), model, checks=checks)


def validate_tree(
    tree: YamlTree,
    model: type[ModelT],
    *,
    checks: Callable[[ModelT], Iterable[Fault]] | None = None,
) -> ModelT:
    """The tree as a validated object; see `read_model`."""
    try:
        found = model.model_validate(tree.value)
    except ValidationError as invalid:
        for error in invalid.errors(include_url=False):
            tree.blame(error["loc"], explain(error, model))
        tree.refuse()
        raise
    for fault in (checks or _no_checks)(found):
        tree.blame(fault.loc, fault.what)
    tree.refuse()
    return found


def _no_checks(_: BaseModel) -> Iterator[Fault]:
    return iter(())


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError([f"{path}:1: larger than 8 MiB. Is this the right file?"])
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError([f"{path}:1: not UTF-8 text. Is this a YAML file?"]) from None
    except IsADirectoryError:
        raise ConfigError([f"{path}: a folder, not a file."]) from None
    except FileNotFoundError:
        raise ConfigError([f"{path}: no such file."]) from None
    except OSError as fault:
        raise ConfigError([f"{path}: cannot be read: {fault.strerror}."]) from None


def _refuse_traps(text: str, tree: YamlTree) -> None:
    """Raises where building the document could blow up; tags are merely blamed."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = _line_of(event)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        if tag := getattr(event, "tag", None):
            tree.blame_line(line, f"a tag ({tag}). Write a plain value.")
        trap = _trap(event, depth, documents)
        if trap:
            tree.blame_line(line, trap)
            tree.refuse()


def _trap(event: yaml.Event, depth: int, documents: int) -> str | None:
    if isinstance(event, yaml.AliasEvent):
        return "an alias (*name). Write the value out."
    if depth > MAX_DEPTH:
        return f"more than {MAX_DEPTH} levels. A few are enough here."
    return "a second document (---). Keep one." if documents > 1 else None


def _line_of(part: yaml.Event | yaml.Node) -> int:
    return part.start_mark.line + 1 if part.start_mark else 1


def _syntax_fault(fault: yaml.YAMLError) -> tuple[int, str]:
    mark = getattr(fault, "problem_mark", None) or getattr(fault, "context_mark", None)
    problem = getattr(fault, "problem", None) or getattr(fault, "reason", None) or "unreadable"
    hint = "Look at the indentation, quotes and colons of this line and the one above."
    return (mark.line + 1 if mark else 1, f"not valid YAML: {problem}. {hint}")


def _plain(node: yaml.Node, loc: Loc, tree: YamlTree) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _plain_mapping(node, loc, tree)
    if isinstance(node, yaml.SequenceNode):
        items = []
        for position, item in enumerate(node.value):
            tree.lines[(*loc, position)] = _line_of(item)
            items.append(_plain(item, (*loc, position), tree))
        return items
    quoted = isinstance(node, yaml.ScalarNode) and bool(node.style)
    return node.value if quoted else _plain_scalar(node.value)


def _plain_mapping(node: yaml.MappingNode, loc: Loc, tree: YamlTree) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = _line_of(key_node)
        if not isinstance(key_node, yaml.ScalarNode):
            tree.blame_line(line, "a key that is not a word.")
            continue
        key = key_node.value
        if key in mapping:
            first = tree.lines[(*loc, key)]
            tree.blame_line(line, f"'{key}' again (first on line {first}). Keep one.")
            continue
        tree.lines[(*loc, key)] = line
        mapping[key] = _plain(value_node, (*loc, key), tree)
    return mapping


def reads_as_text(text: str) -> bool:
    """Whether a plain word of a file is read as text: `1e5`, `true` and `~` are not."""
    return isinstance(_plain_scalar(text), str)


def _plain_scalar(text: str) -> Any:
    if text in _NULLS:
        return None
    if text in _BOOLS:
        return _BOOLS[text]
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
