"""A survey of clusters that keep no job log: what their owners say they have."""

from typing import Annotated, Final, Self

import polars as pl
from pydantic import Field, model_validator

from model.origin import UNVERIFIED, Grade, Record, Text

Year = Annotated[int, Field(ge=1990, le=2100)]


class SurveyRow(Record):
    """One cluster, or one slice of its life with one count of GPUs.

    Years take their last day, as in the registry: `year_from` is counted from its end on, and
    `year_to`, in which the cluster was switched off, no longer is.
    """

    name: Text
    institution: Text
    gpus: Annotated[int, Field(gt=0)]
    gpu_model: Text | None = None
    year_from: Year
    year_to: Year | None = None
    pue: Annotated[float, Field(ge=1, le=5)] | None = None
    source: Text
    grade: Grade = UNVERIFIED
    note: Text | None = None

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.year_to is not None and self.year_to < self.year_from:
            raise ValueError(f"year_to {self.year_to} lies before year_from {self.year_from}.")
        return self

    def overlaps(self, other: "SurveyRow") -> bool:
        """Whether both say of one cluster what it had at the end of some year."""
        if (self.name, self.institution) != (other.name, other.institution):
            return False
        first, second = sorted((self, other), key=lambda row: row.year_from)
        return first.year_to is None or second.year_from < first.year_to


SURVEY_SCHEMA: Final = pl.Schema(
    {
        "name": pl.String(),
        "institution": pl.String(),
        "gpus": pl.Int64(),
        "gpu_model": pl.String(),
        "year_from": pl.Int64(),
        "year_to": pl.Int64(),
        "pue": pl.Float64(),
        "source": pl.String(),
        "grade": pl.String(),
        "note": pl.String(),
    }
)
