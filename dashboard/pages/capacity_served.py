"""For how long machines are paid for, and what they delivered."""

from typing import Final

import polars as pl
from dash import html

from dashboard.empty import notice
from dashboard.pages.base import PageRequest
from dashboard.panels import Panel, render
from model.question import Question
from reports import missing
from reports.charts.capacity_years import delivered_chart
from reports.findings.capacity_years import commitments_finding, delivered_finding
from reports.wording import span

_COMMITMENTS: Final = (
    "machine", "country", "tier", "in_service", "retired", "years_served", "funded_until",
    "commitment_years", "grade",
)  # fmt: skip
_DELIVERED: Final = (
    "machine", "cluster", "gpus", "gpus_in_inventory", "a100_equivalents_16bit",
    "a100_equivalents_delivered", "delivered_share", "effective_share", "telemetry_coverage",
    "installed_gpu_hours", "not_observed_gpu_hours", "available_gpu_hours",
    "allocated_gpu_hours", "effective_gpu_hours",
)  # fmt: skip


def commitments_panel(request: PageRequest) -> Panel:
    """For how long each machine is paid for, as far as a source tells."""
    country = request.filters.country
    where = (("country", country),) if country else ()
    answer = request.reader.ask(Question("commitments", where=where))
    return Panel(
        key="commitments",
        finding=commitments_finding(answer.frame),
        answer=answer,
        columns=_COMMITMENTS,
        before=(
            html.P("Empty is unknown: it does not mean that nothing is paid.", className="pl-lead"),
        ),
    )


def delivered_part(request: PageRequest) -> html.Section:
    """What the clusters of the store delivered of the registry's figures."""
    answer = request.reader.ask_if_any(Question("delivered"))
    if answer is None or answer.frame.is_empty():
        return notice(missing.no_machine_named(), place="finding-delivered")
    names = {each.id: each.name for each in request.reader.registry.machines}
    named = answer.frame.with_columns(pl.col("machine").replace(names))
    period = span(None, None, as_of=answer.data_as_of)
    panel = Panel(
        key="delivered",
        finding=delivered_finding(answer.frame),
        answer=answer,
        chart=delivered_chart(named, period=period, synthetic=answer.synthetic),
        columns=_DELIVERED,
    )
    return render(panel, request.view)
