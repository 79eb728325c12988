"""The three findings of the demonstration, as tables in the terminal."""

from datetime import date

import click
import polars as pl

from model.question import Answer, Question
from plimsoll.cli.context import Session
from plimsoll.cli.output import provenance, render_table
from reports.answer import answer


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
    report = _ask(session, Question("capacity", on=date(2023, 6, 30)))
    _print("The comparison of the 2023 report, from the registry (real figures)", _claims(report))
    for line in provenance(shortfall):
        session.note(line)


def _ask(session: Session, question: Question) -> Answer:
    store = None if question.table == "capacity" else session.open_store()
    return answer(question, store=store, settings=session.settings, registry=session.registry)


def _nations(capacity: Answer) -> pl.DataFrame:
    from analytics.capacity import national_totals

    return national_totals(capacity.frame).head(12)


def _claims(capacity: Answer) -> pl.DataFrame:
    from analytics.capacity import report_2023_comparison

    comparison = report_2023_comparison(capacity.frame)
    return comparison.select("claim", "gpus", "cpu_cores", "times_uk", "counted", "caveat")


def _print(title: str, frame: pl.DataFrame) -> None:
    click.echo(f"\n{title}\n")
    click.echo(render_table(frame), nl=False)
