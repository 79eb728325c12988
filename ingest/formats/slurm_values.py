"""Values of Slurm's JSON and YAML answers, whichever version wrote them."""

from collections.abc import Iterable
from typing import Any, Final

NO_VAL_32: Final = 4_294_967_294
"""From here to 2^32 stand Slurm's words for unset and unlimited."""


def whole_number(value: object) -> int | None:
    """A count written as 4, "4" or {"set": true, "infinite": false, "number": 4}; else None."""
    if isinstance(value, dict):
        if not value.get("set", True) or value.get("infinite"):
            return None
        value = value.get("number")
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and 0 <= value < NO_VAL_32 else None


def moment_text(value: object) -> str:
    """An epoch as its digits; "" where there is none."""
    number = whole_number(value)
    return str(number) if number else ""


def word(value: object) -> str:
    """A name or a number as text; "" where there is none."""
    plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    return str(value).strip() if plain else ""


def words(value: object) -> tuple[str, ...]:
    """A list of names written as a list or as comma-separated text."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if isinstance(value, Iterable) and not isinstance(value, dict):
        return tuple(str(part) for part in value)
    return ()


def first_of(record: dict[str, Any], *names: str) -> Any:
    """The first of some members that is there and not null."""
    return next((record[name] for name in names if record.get(name) is not None), None)


def said_error(document: dict[str, Any]) -> str:
    """The first error that an answer tells of; "" where it tells of none."""
    errors = document.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    if not isinstance(first, dict):
        return ""
    return str(first_of(first, "description", "error") or "it does not say which")
