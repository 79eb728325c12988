"""The three findings of the demonstration, as tables in the terminal."""

from datetime import date

import click
import polars as pl

from model.question import Answer, Question
from plimsoll.cli.context import Session
from plimsoll.cli.output import provenance, render_table
from reports.answer import NEEDS_NO_STORE, answer


def print_findings(session: Session, *, on: date) -> None:
    """Shortfall, idle inference nodes, and the UK among other countries."""
    shortfall = _ask(session, Question("shortfall"))
    _print(
        "How far grants fell short of requests, by round",
        shortfall.frame.select(
            "round", "applications", "decided", "awards", "unit", "requested", "granted", "used",
            "awarded_share", "cut_median", "uniform_cut_of_funded", "unmet_low", "unmet_high",
        ),
    )  # fmt: skip
    inference = _ask(session, Question("inference"))
    _print(
        "Inference nodes beside the training nodes of the same cluster, GPU-hours",
        inference.frame.filter(
            pl.col("node_role").is_in(["inference", "training"]).all().over("cluster", "node_role")
            & (pl.col("node_role") == "inference").any().over("cluster")
        ).select(
            "cluster", "node_role", "gpu_model", "nodes", "installed_gpu_hours",
            "allocated_gpu_hours", "free_gpu_hours", "utilisation_available",
            "reclaimable_low_gpu_hours",
        ),
    )  # fmt: skip
    capacity = _ask(session, Question("capacity", on=on))
    _print(f"Public research GPUs by country on {on:%-d %B %Y} (real figures)", _nations(capacity))
    claims = _ask(session, Question("claims")).frame
    _print(
        "What is quoted about capacity, checked against the registry (real figures)",
        claims.select("said", "verdict", "figure_claimed", "figure_found", "unit"),
    )
    for line in provenance(shortfall):
        session.note(line)


def _ask(session: Session, question: Question) -> Answer:
    store = None if question.table in NEEDS_NO_STORE else session.open_store()
    return answer(question, store=store, settings=session.settings, registry=session.registry)


def _nations(capacity: Answer) -> pl.DataFrame:
    from analytics.capacity_totals import capacity_totals, public

    totals = capacity_totals(public(capacity.frame), by=["country"])
    return totals.select(
        "country", "machines", "gpus", "a100_equivalents_16bit", "gpus_without_16bit",
        "per_million_people", "per_1000_researchers", "per_billion_usd_gdp",
    ).head(12)  # fmt: skip


def _print(title: str, frame: pl.DataFrame) -> None:
    click.echo(f"\n{title}\n")
    click.echo(render_table(frame), nl=False)
