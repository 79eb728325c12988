"""A piece of YAML as plain values: text, numbers, truth and null, lists and mappings.

The text is untrusted: anchors, aliases, tags of one's own, keys twice and deep nesting are
refused. Words such as `no` and `on`, dates and sexagesimals stay text.
"""

import re
from typing import Any, Final

import yaml

from model.errors import InputError

MAX_DEPTH: Final = 24

_STANDARD: Final = "tag:yaml.org,2002:"
_TAGS: Final = frozenset(
    _STANDARD + name for name in ("str", "int", "float", "bool", "null", "map", "seq")
)
_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TRUTH: Final = {"true": True, "True": True, "false": False, "False": False}
_INT: Final = re.compile(r"[-+]?[0-9]{1,20}")
_FLOAT: Final = re.compile(r"[-+]?(?:[0-9]{1,20}\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?")
_AGAIN: Final = "no program of Slurm writes this: give the output of sacct as it came."


class YamlTrapError(InputError):
    """YAML that no accounting dump holds, and that may be meant to do harm."""

    def __init__(self, what: str) -> None:
        super().__init__(f"the YAML text holds {what}", hint=_AGAIN)


class NotYamlError(ValueError):
    """A piece of text that is no YAML, and why."""


def yaml_value(text: bytes, words: frozenset[str] = frozenset()) -> Any:
    """The value that a document of YAML holds; plain scalars under a key in `words` are text.

    Bad UTF-8 is replaced. Raises NotYamlError, and YamlTrapError for what is refused.
    """
    builder = _Builder(words)
    loader = yaml.CSafeLoader(text.decode("utf-8-sig", errors="replace"))
    try:
        while (event := loader.get_event()) is not None:
            builder.take(event)
    except yaml.YAMLError as error:
        raise NotYamlError(_problem(error)) from error
    except ValueError as error:
        raise NotYamlError(str(error)) from error
    finally:
        loader.dispose()
    return builder.value


class _Builder:
    """Puts events together. A mapping's key waits in `_keys` until its value comes."""

    def __init__(self, words: frozenset[str]) -> None:
        self.value: Any = None
        self._words = words
        self._open: list[Any] = []
        self._keys: list[str | None] = []
        self._documents = 0

    def take(self, event: Any) -> None:
        """Adds one event of libyaml's. Raises YamlTrapError."""
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self._scalar(event)
        elif kind is yaml.MappingStartEvent:
            self._begin({}, event)
        elif kind is yaml.SequenceStartEvent:
            self._begin([], event)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self._open.pop()
            self._keys.pop()
        elif kind is yaml.AliasEvent:
            raise YamlTrapError("an alias")
        elif kind is yaml.DocumentStartEvent:
            self._documents += 1
            if self._documents > 1:
                raise YamlTrapError("more than one document")

    def _begin(self, container: Any, event: Any) -> None:
        _refuse_trap(event)
        self._add(container)
        if len(self._open) >= MAX_DEPTH:
            raise YamlTrapError(f"more than {MAX_DEPTH} levels")
        self._open.append(container)
        self._keys.append(None)

    def _scalar(self, event: Any) -> None:
        _refuse_trap(event)
        if self._open and self._keys[-1] is None and isinstance(self._open[-1], dict):
            if event.value in self._open[-1]:
                raise YamlTrapError(f"the key {event.value[:40]!r} twice in one mapping")
            self._keys[-1] = event.value
            return
        self._add(self._plain(event))

    def _plain(self, event: Any) -> Any:
        text: str = event.value
        if event.tag is not None:
            return _tagged(text, event.tag)
        if not event.implicit[0]:
            return text
        if text in _NULLS:
            return None
        return text if self._key() in self._words else _resolved(text)

    def _key(self) -> str | None:
        """The key that a value stands under, be it alone or in a list."""
        if self._keys and self._keys[-1] is None and isinstance(self._open[-1], list):
            return self._keys[-2] if len(self._keys) > 1 else None
        return self._keys[-1] if self._keys else None

    def _add(self, value: Any) -> None:
        if not self._open:
            self.value = value
            return
        into = self._open[-1]
        if isinstance(into, list):
            into.append(value)
            return
        key = self._keys[-1]
        if key is None:
            raise YamlTrapError("a key that is no text")
        into[key] = value
        self._keys[-1] = None


def _refuse_trap(event: Any) -> None:
    if event.anchor is not None:
        raise YamlTrapError("an anchor")
    if event.tag is not None and event.tag not in _TAGS:
        raise YamlTrapError(f"the tag {event.tag[:60]!r}")


def _tagged(text: str, tag: str) -> Any:
    name = tag.removeprefix(_STANDARD)
    if name == "str":
        return text
    return None if name == "null" else _resolved(text)


def _resolved(text: str) -> Any:
    if _INT.fullmatch(text):
        return int(text)
    if text in _TRUTH:
        return _TRUTH[text]
    return float(text) if _FLOAT.fullmatch(text) else text


def _problem(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
