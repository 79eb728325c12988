"""Clusters that a survey tells of, as records beside those of the registry."""

import re
from dataclasses import replace
from typing import Any, Final

import polars as pl

from model.machines import Component, Machine, MachineSource
from model.registry import Registry

SURVEY_TIER: Final = "UK group (survey)"


def known_to(registry: Registry) -> pl.Expr:
    """Whether a row of a survey (SURVEY_SCHEMA) is of a machine that the registry names."""
    names = {machine.name.casefold() for machine in registry.machines}
    return pl.col("name").str.to_lowercase().is_in(sorted(names))


def with_survey(registry: Registry, survey: pl.DataFrame) -> Registry:
    """The registry with a record for each row of a survey (SURVEY_SCHEMA) that it does not name.

    They are of tier SURVEY_TIER, and count from the last day of their first year on. A model that
    the catalogue does not know leaves every unit but cards unknown.
    """
    rows = survey.filter(~known_to(registry)).iter_rows(named=True)
    told = tuple(_machine(row, registry) for row in rows)
    return replace(registry, machines=(*registry.machines, *told)) if told else registry


def _machine(row: dict[str, Any], registry: Registry) -> Machine:
    model = row["gpu_model"]
    card = registry.gpus.resolve(model) or registry.gpus.listed(model) if model else None
    figures = ("gpus", "components", "in_service", "retired")
    source = MachineSource(covers=figures, title=row["source"], grade=row["grade"])
    return Machine(
        id=_id(row),
        name=f"{row['name']} ({row['institution']})",
        operator=row["institution"],
        country="GB",
        sector="academic",
        tier=SURVEY_TIER,
        gpus=row["gpus"],
        components=(Component(gpu=card, count=row["gpus"]),) if card else (),
        gpu_model=model,
        in_service=str(row["year_from"]),
        retired=str(row["year_to"]) if row["year_to"] else None,
        caveat=row["note"],
        sources=(source,),
    )


def _id(row: dict[str, Any]) -> str:
    words = f"survey {row['institution']} {row['name']} {row['year_from']}".lower()
    return re.sub(r"[^a-z0-9]+", "-", words).strip("-")
