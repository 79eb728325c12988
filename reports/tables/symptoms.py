"""What the doctor says of a store, as a table."""

from dataclasses import asdict
from typing import Final

import polars as pl

from analytics.finding import Finding
from reports.doctor.diagnosis import diagnose
from reports.doctor.evidence import gather
from reports.tables.asked import Asked, kept

SYMPTOMS_SCHEMA: Final = pl.Schema(
    {
        "severity": pl.String(),
        "check": pl.String(),
        "cluster": pl.String(),
        "what": pl.String(),
        "remedy": pl.String(),
    }
)


def symptoms_table(asked: Asked) -> Finding:
    """A line a symptom of `plimsoll doctor`: errors first, then warnings, then notes."""
    asked.without_by()
    facts = asked.stored()
    evidence = gather(facts.store, settings=asked.settings, registry=asked.registry)
    rows = [asdict(symptom) for symptom in diagnose(evidence).symptoms]
    frame = pl.DataFrame(rows, schema=SYMPTOMS_SCHEMA).with_columns(
        pl.when(pl.col("remedy") != "").then(pl.col("remedy"))
    )
    return kept(Finding(frame), asked.where)
