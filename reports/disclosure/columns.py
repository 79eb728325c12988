"""Which sums stand behind the columns of each table, and which columns rest on nobody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

_MACHINES: Final = frozenset(
    {
        "installed_gpu_hours",
        "not_observed_gpu_hours",
        "down_gpu_hours",
        "reservation_gpu_hours",
        "available_gpu_hours",
    }
)
_GRID: Final = frozenset({"pue", "pue_basis", "intensity_basis", "energy_quality"})
_AT_THE_END: Final = (
    "pending_jobs",
    "pending_gpu_hours_low",
    "pending_gpu_hours_high",
    "backlog_days",
    "backlog_days_high",
)
_CANCELLED: Final = (
    "cancelled_pending_jobs",
    "resubmitted_jobs",
    "cancelled_pending_gpu_hours_low",
    "cancelled_pending_gpu_hours_high",
    "cancelled_pending_gpu_hours_high_1h",
    "cancelled_pending_gpu_hours_high_7d",
)


@dataclass(frozen=True)
class Behind:
    """What stands behind a table.

    `plan` names the plan of `People` for all columns but those of `others`; `keys` tell its lines
    apart. `open` columns rest on nobody. `dropped` columns show single cases and are taken out,
    `moments` are known for one moment only and are taken out of tables by period.
    """

    plan: str
    keys: tuple[str, ...] = ()
    open: frozenset[str] = frozenset()
    others: Mapping[str, str] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()
    moments: frozenset[str] = frozenset()

    def plan_of(self, column: str) -> str | None:
        """The plan that a column is subject to; None where it rests on nobody."""
        if column in self.keys or column in self.open:
            return None
        return self.others.get(column, self.plan)


BEHIND: Final[Mapping[str, Behind]] = {
    "utilisation": Behind("held", ("cluster", "period_start"), _MACHINES),
    "carbon": Behind("held", ("cluster", "period_start"), _GRID),
    "fragmentation": Behind("held", ("period_start",), frozenset({"pools"})),
    "delivered": Behind(
        "held", ("machine", "cluster"), frozenset({"gpus", "a100_equivalents_16bit"})
    ),
    "waits": Behind("started", ("period_start", "gpus_band")),
    "wait_curves": Behind("started", ("t_s",)),
    "demand": Behind(
        "held",
        ("cluster", "period_start"),
        others=dict.fromkeys(_CANCELLED, "left") | dict.fromkeys(_AT_THE_END, "pending"),
        moments=frozenset(_AT_THE_END),
    ),
    "queue": Behind(
        "pending",
        ("cluster", "reason_class", "reason"),
        dropped=frozenset({"oldest_wait_s", "median_wait_s"}),
    ),
    "outcomes": Behind("ended_gpus", ("job_state",), others={"jobs_ended": "ended"}),
    "small_and_central": Behind(
        "held",
        ("size_class",),
        frozenset({"clusters", "gpus", "pue"}),
        others=dict.fromkeys(("wait_p50_s", "wait_p95_s"), "started"),
    ),
    "inference": Behind(
        "by_node",
        ("cluster", "node_role", "gpu_model"),
        frozenset(
            {
                "nodes",
                "candidate_nodes",
                "installed_gpu_hours",
                "not_observed_gpu_hours",
                "down_gpu_hours",
            }
        ),
    ),
    "shortfall": Behind(
        "rounds",
        ("call", "round"),
        frozenset({"unit", "offered", "demand_ratio_basis"}),
        dropped=frozenset({"cut_min", "cut_max"}),
    ),
    "grantable": Behind(
        "resources",
        ("resource", "unit", "pool"),
        frozenset(
            {
                "period_start",
                "period_end",
                "expected_available",
                "installed",
                "planned_maintenance",
                "planned_reservations",
                "availability",
                "availability_days",
                "pool_share",
                "conversion",
                "used_share_basis",
            }
        ),
    ),
}

OPEN_TABLES: Final = frozenset(
    {
        "capacity",
        "capacity_history",
        "claims",
        "commitments",
        "densities",
        "growth",
        "observed",
        "outlook",
        "published_rounds",
        "quarantine",
        "symptoms",
        "targets",
    }
)
"""Tables of the registry, of published rounds, and of files: nobody's use stands behind them."""

UNPRINTED: Final = frozenset({"usage"})
"""Tables that sections look at and do not print as they are."""
