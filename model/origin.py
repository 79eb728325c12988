"""Where a figure comes from, and how far it can be trusted."""

from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from model.errors import InputError
from model.suggestions import did_you_mean

Grade = Literal["A-operator", "B-top500", "C-epoch", "C-press", "D-secondary", "E-unverified"]
"""From the operator's or vendor's own document down to general knowledge."""

GRADES: Final[tuple[Grade, ...]] = get_args(Grade)
UNVERIFIED: Final[Grade] = "E-unverified"

Text = Annotated[str, Field(min_length=1)]


def _year_as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) else value


DateWords = Annotated[
    Text, BeforeValidator(_year_as_text), WithJsonSchema({"type": ["string", "integer"]})
]
"""A date as its publication has it: "2023", "2024-05", "before 2025-06"; a bare year will do."""


class Record(BaseModel):
    """A frozen object of a configuration file; keys that it does not know are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Source(Record):
    """One publication and the fields of the record that it covers.

    `date` is the publication's own, as precise as it is known; where it bears none, `read` is when
    it was read. `says` holds, in our words, what the field's value alone does not show.
    """

    covers: tuple[Text, ...]
    """The fields of the record for which this source stands."""
    title: Text
    publisher: Text | None = None
    url: Text | None = None
    date: DateWords | None = None
    """The publication's own date; words such as "before 2025-06" will do."""
    read: DateWords | None = None
    """When a publication without a date was read."""
    grade: Grade
    """How far it can be trusted: A the operator, B TOP500, C Epoch AI or press, D, E unverified."""
    says: Text | None = None
    """What the value alone does not show, in our words."""


def rank(grade: Grade | None) -> int:
    """0 for the best grade; an absent grade ranks below them all."""
    return GRADES.index(grade) if grade else len(GRADES)


def best_grade(sources: tuple[Source, ...], covering: str) -> Grade | None:
    """The best grade among the sources that cover a field; None where no source does."""
    return min((each.grade for each in sources if covering in each.covers), key=rank, default=None)


def grade_named(text: str) -> Grade:
    """The grade of a name such as "C-press", or of a letter: of two with one letter, the lower.

    Raises:
        InputError: for any other text.
    """
    named = [each for each in GRADES if text.casefold() in {each.casefold(), each[0].casefold()}]
    if not named:
        raise InputError(f"no grade {text!r}", hint=did_you_mean(text, GRADES))
    return named[-1]
