"""Utilisation: clusters, the course of the period, inference nodes, and which of them to move."""

from typing import Final

from model.question import Answer
from reports.capacity_report.desk import Desk, Exhibit, missing
from reports.charts.utilisation import INFERENCE, clusters_chart, months_chart, states_chart
from reports.document import Block
from reports.findings.moves import first_move_sentence, moves_finding
from reports.findings.utilisation import (
    busiest_period,
    inference_beside_training,
    reclaimable_finding,
    spread_of_clusters,
    used_of_available,
)
from reports.missing import no_inference, no_jobs, no_nodes

_CLUSTERS: Final = (
    "cluster", "utilisation_available", "utilisation_installed", "installed_gpu_hours",
    "down_gpu_hours", "available_gpu_hours", "allocated_gpu_hours", "idle_gpu_hours",
)  # fmt: skip
_INFERENCE: Final = (
    "cluster", "node_role", "gpu_model", "nodes", "utilisation_available",
    "training_utilisation_available", "installed_gpu_hours", "allocated_gpu_hours",
    "reclaimable_low_gpu_hours", "reclaimable_high_gpu_hours",
)  # fmt: skip
_MOVES: Final = (
    "rank", "cluster", "node", "gpu_model", "gpus", "utilisation_available",
    "gpu_hours_freed_low", "gpu_hours_freed_high", "role_basis",
)  # fmt: skip
_MOVES_PRINTED: Final = 20


def write(desk: Desk) -> list[Block]:
    """The blocks of the section."""
    if not desk.has_store:
        return []
    clusters = desk.if_any(desk.question("utilisation", by=("cluster",)))
    if clusters is None:
        return [missing(no_jobs())]
    if clusters.frame["installed_gpu_hours"].drop_nulls().is_empty():
        return [missing(no_nodes())]
    return [*_clusters(desk, clusters), *_course(desk), *_inference(desk)]


def _clusters(desk: Desk, answer: Answer) -> list[Block]:
    total = desk.answer(desk.question("utilisation"))
    period = desk.period(answer)
    exhibit = Exhibit(
        key="utilisation-clusters",
        say=lambda: used_of_available(total.frame),
        answer=answer,
        caption=f"GPU-hours by cluster: installed, available, allocated and idle, {period}",
        columns=_CLUSTERS,
        chart=lambda: clusters_chart(answer.frame, period=period, synthetic=answer.synthetic),
        more={"utilisation-total": total},
        also=(lambda: f"{spread_of_clusters(answer.frame)}.",),
        lead=None
        if answer.frame["down_gpu_hours"].sum() > 0
        else "No downtime is on record, so that available equals installed.",
        headline=True,
    )
    return desk.show(exhibit)


def _course(desk: Desk) -> list[Block]:
    step = desk.step()
    answer = desk.answer(desk.question("utilisation", by=("cluster",), period=step))
    period = desk.period(answer)
    whole = desk.answer(desk.question("utilisation", period=step))
    exhibit = Exhibit(
        key="utilisation-course",
        say=lambda: busiest_period(whole.frame, step),
        answer=whole,
        caption=f"GPU-hours of all clusters by {step}, {period}",
        columns=("period_start", *_CLUSTERS[1:]),
        chart=lambda: months_chart(
            answer.frame, granularity=step, period=period, synthetic=answer.synthetic
        ),
        more={"utilisation-course-clusters": answer},
    )
    return desk.show(exhibit)


def _inference(desk: Desk) -> list[Block]:
    answer = desk.if_any(desk.question("inference"))
    if answer is None or not (answer.frame["node_role"] == INFERENCE).any():
        return [missing(no_inference())]
    period = desk.period(answer)
    exhibit = Exhibit(
        key="inference",
        say=lambda: inference_beside_training(answer.frame),
        answer=answer,
        caption=f"Inference nodes beside the other nodes of their clusters, GPU-hours, {period}",
        columns=_INFERENCE,
        headers=("cluster", "node_role", "gpu_model"),
        chart=lambda: states_chart(answer.frame, period=period, synthetic=answer.synthetic),
        also=(lambda: f"{reclaimable_finding(answer.frame)}.",),
        headline=True,
    )
    return [*desk.show(exhibit), *_moves(desk)]


def _moves(desk: Desk) -> list[Block]:
    answer = desk.if_any(desk.question("moves"))
    if answer is None:
        return []
    exhibit = Exhibit(
        key="moves",
        say=lambda: moves_finding(answer.frame),
        answer=answer,
        caption="Inference nodes that could serve as training nodes, what frees most first",
        columns=_MOVES,
        headers=("rank", "cluster", "node"),
        also=(lambda: first_move_sentence(answer.frame),),
        printed=_MOVES_PRINTED,
        headline=True,
    )
    return desk.show(exhibit)
