"""Where a figure comes from, and how far it can be trusted."""

from typing import Annotated, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from model.errors import InputError
from model.suggestions import did_you_mean

Grade = Literal["A-operator", "B-top500", "C-epoch", "C-press", "D-secondary", "E-unverified"]
"""From the operator's or vendor's own document down to general knowledge."""

GRADES: Final[tuple[Grade, ...]] = get_args(Grade)
UNVERIFIED: Final[Grade] = "E-unverified"

Text = Annotated[str, Field(min_length=1)]


class Record(BaseModel):
    """A frozen object of a configuration file; keys that it does not know are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(Record):
    """One publication and the fields of the record that it covers.

    `date` is the publication's own, as precise as it is known; null where it bears none.
    `says` holds, in our words, what the field's value alone does not show.
    """

    covers: tuple[Text, ...]
    title: Text
    publisher: Text | None = None
    url: Text | None = None
    date: Text | None = None
    grade: Grade
    says: Text | None = None


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
