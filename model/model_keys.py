"""What a pydantic fault means to the person who wrote the file: keys, choices, nearest words."""

from collections.abc import Iterable, Iterator
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from model.suggestions import likeliest

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


def nearest(word: str, words: Iterable[str]) -> str:
    """A question with the likeliest of `words`, or nothing: "Did you mean 'clusters'?"."""
    meant = likeliest(word, words)
    return f"Did you mean '{meant}'?" if meant else ""


def explain(error: "ErrorDetails", model: type[BaseModel]) -> str:
    """One fault in one sentence, with a hint where there is one to give."""
    loc = error["loc"]
    name = ".".join(str(part) for part in loc) or "the document"
    match error["type"]:
        case "extra_forbidden":
            return _unknown_key(loc, model)
        case "missing":
            said = f"'{loc[-1]}' is missing{_inside(loc[:-1])}"
        case "value_error":
            return f"{name}: {error['ctx']['error']}"
        case "literal_error":
            said = f"{name}: {error['input']!r} is not one of {error['ctx']['expected']}"
        case "model_type":
            said = f"{name}: keys and values were expected; found {_shown(error['input'])}"
        case "union_tag_invalid" | "union_tag_not_found":
            said = _tag_fault(name, error)
        case _:
            said = f"{name}: {_lower_first(error['msg'])}; found {_shown(error['input'])}"
    return f"{said}."


def keys_at(model: Any, loc: tuple[str | int, ...]) -> set[str]:
    """The keys that the mapping at a place of the document may have.

    A part of the place that is no key, such as the tag of a union's member, is passed over.
    """
    at = [model]
    for part in loc:
        at = [inner for one in at for inner in _step(one, part)] or at
    return {key for one in at for each in _models(one) for key in _field_names(each)}


def _step(annotation: Any, part: str | int) -> Iterator[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            if part in {name, field.alias}:
                yield field.annotation
        return
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in {Union, UnionType}:
        tagged = [one for one in arguments if _has_tag(one, part)]
        yield from tagged or (inner for one in arguments for inner in _step(one, part))
    elif origin is Annotated:
        yield from _step(arguments[0], part)
    elif arguments:
        yield arguments[-1] if arguments[-1] is not Ellipsis else arguments[0]


def _has_tag(annotation: Any, part: str | int) -> bool:
    """Whether a member of a union is told by this word: `kind: Literal["command"]`."""
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return False
    kinds = [field.annotation for field in annotation.model_fields.values()]
    return any(get_origin(kind) is Literal and part in get_args(kind) for kind in kinds)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in {Union, UnionType}:
        yield from (each for one in get_args(annotation) for each in _models(one))
    elif get_origin(annotation) is Annotated:
        yield from _models(get_args(annotation)[0])


def _field_names(model: type[BaseModel]) -> Iterator[str]:
    return (field.alias or name for name, field in model.model_fields.items())


def _unknown_key(loc: tuple[str | int, ...], model: type[BaseModel]) -> str:
    known = sorted(keys_at(model, loc[:-1]))
    hint = nearest(str(loc[-1]), known) or f"Known keys: {', '.join(known)}."
    return f"unknown key '{loc[-1]}'. {hint}"


def _tag_fault(name: str, error: "ErrorDetails") -> str:
    context = error.get("ctx", {})
    key = str(context.get("discriminator", "")).strip("'")
    if "tag" not in context:
        return f"'{key}' is missing in {name}"
    return f"{name}.{key}: '{context['tag']}' is not one of {context['expected_tags']}"


def _inside(loc: tuple[str | int, ...]) -> str:
    return f" in {'.'.join(str(part) for part in loc)}" if loc else ""


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _shown(value: Any) -> str:
    shown = repr(value)
    longest = 40
    return shown if len(shown) <= longest else f"{shown[:longest]}..."
