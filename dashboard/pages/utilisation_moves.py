"""Which inference nodes to give to others, and how many GPU-hours that frees."""

from typing import Final

from dash import html

from dashboard.panels import Panel
from dashboard.scope import Scope
from reports.charts.grantable import moves_chart
from reports.findings.moves import first_move_sentence, moves_finding

_MOVES: Final = (
    "rank", "cluster", "node", "gpu_model", "gpus", "gpu_hours_freed_low", "gpu_hours_freed_high",
    "utilisation_available", "training_utilisation_available", "role_basis", "mig_profile",
    "reason",
)  # fmt: skip


def moves_panel(scope: Scope) -> Panel | None:
    """The list of nodes to move, the one that frees most first; None without inference nodes."""
    answer = scope.reader.ask_if_any(scope.question("moves"))
    if answer is None or answer.frame.is_empty():
        return None
    said = first_move_sentence(answer.frame)
    return Panel(
        key="moves",
        finding=moves_finding(answer.frame),
        answer=answer,
        chart=moves_chart(answer.frame, period=scope.span(answer), synthetic=answer.synthetic),
        columns=_MOVES,
        before=(html.P(said, className="pl-lead"),) if said else (),
    )
