"""A JSON or YAML document of modest size as plain Python values."""

import re
from typing import Any, Final

import msgspec
import yaml

from model.errors import InputError

_AGAIN: Final = "was it written in full? Run the line again."
_JSON: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*[{\[]")
_YAML: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*(?:%YAML|---|[\w.\-]+:\s*$)", re.MULTILINE)
_MAX_DEPTH: Final = 64


def is_document(data: bytes) -> bool:
    """Whether bytes begin as JSON or YAML do."""
    return bool(_JSON.match(data) or _YAML.match(data))


def read_document(data: bytes) -> Any:
    """The values of one document; InputError where it is damaged, cut off or a trap."""
    if _JSON.match(data):
        return _json(data)
    text = data.decode("utf-8-sig", errors="replace")
    try:
        _refuse_traps(text)
        return yaml.load(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        what = f"the YAML cannot be read: {_brief(error)}"
        raise InputError(what, hint=_AGAIN) from error


def _json(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data.decode("utf-8-sig", errors="replace"))
    except (msgspec.DecodeError, RecursionError) as error:
        what = f"the JSON cannot be read: {_brief(error)}"
        raise InputError(what, hint=_AGAIN) from error


def _refuse_traps(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > _MAX_DEPTH:
            raise InputError("this YAML has aliases or is nested without end", hint=_AGAIN)


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
