"""Many small clusters or one: idle GPUs while jobs wait elsewhere, small beside central, growth."""

from typing import Final

from model.question import Question
from reports.capacity_report.desk import Desk, Exhibit, missing
from reports.charts.pools import growth_chart, stranded_chart
from reports.document import Block
from reports.findings.pools import (
    growth_finding,
    peaks_sentence,
    sizes_finding,
    stranded_finding,
)
from reports.missing import no_nodes

_STRANDED: Final = (
    "period_start", "stranded_gpu_hours", "idle_gpu_hours", "stranded_fraction", "peak_sum",
    "peak_pooled", "pooling_gain", "pools",
)  # fmt: skip
_SIZES: Final = (
    "size_class", "clusters", "gpus", "utilisation_available", "wait_p50_s", "wait_p95_s",
    "g_per_gpu_hour",
)  # fmt: skip


def write(desk: Desk) -> list[Block]:
    """The blocks of the section; growth is of real machines and needs no store."""
    return [*_stranded(desk), *_sizes(desk), *_growth(desk)]


def _stranded(desk: Desk) -> list[Block]:
    if not desk.has_store:
        return []
    total = desk.if_any(desk.question("fragmentation"))
    if total is None:
        return [missing(no_nodes())]
    row, step = total.frame.row(0, named=True), desk.step()
    answer = desk.answer(desk.question("fragmentation", period=step))
    period = desk.period(answer)
    exhibit = Exhibit(
        key="stranded",
        say=lambda: stranded_finding(row),
        answer=answer,
        caption=f"Idle GPU-hours, and those while a job waited elsewhere, by {step}, {period}",
        columns=_STRANDED,
        chart=lambda: (
            stranded_chart(
                answer.frame, granularity=step, period=period, synthetic=answer.synthetic
            )
            if row["pools"] != 1
            else None
        ),
        more={"stranded-total": total},
        also=(lambda: peaks_sentence(row),),
        lead=(
            "An upper bound: it does not ask whether the job fits the free nodes, needs their "
            "cards, or may use them."
        ),
        headline=row["pools"] != 1 and row["stranded_gpu_hours"] is not None,
    )
    return desk.show(exhibit)


def _sizes(desk: Desk) -> list[Block]:
    answer = desk.if_any(desk.question("small_and_central"))
    if answer is None:
        return []
    exhibit = Exhibit(
        key="small-and-central",
        say=lambda: sizes_finding(answer.frame),
        answer=answer,
        caption=f"Small clusters beside central ones, {desk.period(answer)}",
        columns=_SIZES,
        lead=(
            "A short wait may be the other side of idle GPUs, and little carbon of a GPU-hour of "
            "older cards."
        ),
    )
    return desk.show(exhibit)


def _growth(desk: Desk) -> list[Block]:
    answer = desk.answer(Question("growth", on=desk.selection.edition))
    surveyed = answer.frame["clusters_of_survey"].sum() > 0
    exhibit = Exhibit(
        key="growth",
        say=lambda: growth_finding(answer.frame),
        answer=answer,
        caption="Local and Tier-2 clusters of the UK at the end of each year",
        chart=lambda: growth_chart(answer.frame),
        lead="Of real machines, from the registry and from surveys."
        + (
            ""
            if surveyed
            else " No survey was given, so that most clusters of single groups are missing."
        ),
    )
    return desk.show(exhibit)
