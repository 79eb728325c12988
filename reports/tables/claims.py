"""What is said about capacity, and what holds of it."""

from datetime import UTC, datetime

import polars as pl

from analytics.claims import Evidence, claims
from analytics.finding import Finding
from analytics.growth import growth
from analytics.inference import inference
from analytics.published_rounds import published_rounds
from ingest.survey import read_surveys
from model.claims import load_claims
from model.published_rounds import load_published_rounds
from reports.tables.asked import Asked, kept


def claims_table(asked: Asked) -> Finding:
    """A line a claim: its verdict, and the figures that it rests on."""
    asked.without_by()
    survey = read_surveys(asked.settings.surveys)
    on = asked.question.on or datetime.now(UTC).date()
    evidence = Evidence(
        registry=asked.registry,
        rounds=load_published_rounds(),
        growth=growth(asked.registry, survey, today=on).frame,
        inference=_inference(asked),
    )
    return kept(Finding(claims(load_claims(), evidence)), asked.where)


def published_rounds_table(asked: Asked) -> Finding:
    """A line a round of allocation that somebody published."""
    asked.without_by()
    return kept(Finding(published_rounds(load_published_rounds())), asked.where)


def _inference(asked: Asked) -> pl.DataFrame | None:
    """What the store measured of inference nodes; invented clusters show nothing of the world."""
    facts = asked.facts
    if facts is None or facts.synthetic or (periods := facts.calendar()) is None:
        return None
    return inference(facts.estate(), calendar=periods).frame
