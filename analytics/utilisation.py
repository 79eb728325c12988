"""How much of the GPU time of nodes was installed, down, reserved, allocated and idle."""

from collections.abc import Sequence

import polars as pl

from analytics.calendar import Calendar
from analytics.device_notes import activity_notes
from analytics.estate import Estate
from analytics.finding import Finding
from analytics.node_labels import Where, checked, chosen
from analytics.node_time import NodeTime, node_time
from analytics.utilisation_table import VALUE_COLUMNS, tabulated

_NODE_COLUMNS = ("cluster", "node", "gpu_model", "gpus", "node_role", "role_basis", "role_evidence")


def utilisation(
    estate: Estate,
    *,
    calendar: Calendar,
    by: Sequence[str] = (),
    where: Where | None = None,
) -> Finding:
    """GPU-hours of nodes by calendar period and `by`, and the two utilisations.

    A row a period and group (every period, empty ones with zeros): `period_start` (unless the
    period is the total), the dimensions of `by` (of cluster, partition, node, node_role,
    gpu_model, tier), then VALUE_COLUMNS. In each group and period, to the GPU-second:

    - installed = not_observed + down + reservation + allocated + idle;
    - available = installed - not_observed - down = reservation + allocated + idle;
    - utilisation_installed = allocated / (installed - not_observed);
    - utilisation_available = allocated / available; both null where there is nothing to divide by.

    `not_observed` is time outside the observed windows, whatever is known of it, and GPUs of
    which nobody can say whether they were held: it counts as neither available nor idle. `down`
    is down, drained or maintenance time less allocated time, GPU by GPU. `reservation` is unused
    time in other reservations. Idle GPUs on a node whose CPUs are all held count as idle here.
    Unknown is null: installed and what depends on it where a cluster has no node inventory.

    `telemetry_coverage` is the share of allocated time whose activity devices told (null where
    nothing was allocated), `device_activity_mean` the mean activity over that time (null where
    there is none): see `analytics.device_time`.

    Raises:
        InputError: for a dimension that nodes do not have.
    """
    where = where or {}
    by = checked(by, table="utilisation")
    checked(where, table="utilisation")
    time = node_time(estate, calendar=calendar, by=by, where=where, with_devices=True)
    frame = tabulated(time.rows, by=by, calendar=calendar)
    return Finding(frame=frame, notes=(*time.notes, *_on_activity(time, where)))


def nodes(estate: Estate, *, calendar: Calendar, where: Where | None = None) -> Finding:
    """A line a node (and period): what it is, what makes it so, and the columns of `utilisation`.

    `gpus` and `gpu_model` are those of the node's last configuration in the calendar, null where
    none is known. `role_basis` is what the role rests on: `configured`, `intended`, `serving`,
    `candidate`, or null where nothing speaks for any but the usual role; `role_evidence` is a
    sentence with all that was found.

    Raises:
        InputError: for a dimension that nodes do not have.
    """
    where = where or {}
    checked(where, table="nodes")
    by = ("cluster", "node")
    time = node_time(
        estate, calendar=calendar, by=by, where=where, with_roles=True, with_devices=True
    )
    named = time.rows.filter(pl.col("node").is_not_null())
    frame = tabulated(named, by=by, calendar=calendar)
    described = frame.join(
        _described(time, calendar), on=["cluster", "node"], how="left", maintain_order="left"
    )
    period = [name for name in ("period_start",) if name in frame.columns]
    columns = [*period, *_NODE_COLUMNS, *VALUE_COLUMNS]
    notes = (*time.notes, *_on_activity(time, where))
    return Finding(frame=described.select(columns), notes=notes)


def _on_activity(time: NodeTime, where: Where) -> tuple[str, ...]:
    return activity_notes(time.devices, chosen(time.on_nodes, by=(), where=where))


def _described(time: NodeTime, calendar: Calendar) -> pl.DataFrame:
    periods = time.periods.filter(pl.col("begin_s") < calendar.end_s).sort("begin_s")
    last = periods.unique(["cluster", "node"], keep="last", maintain_order=True)
    hardware = last.select("cluster", "node", "gpu_model", "gpus")
    return time.roles.join(hardware, on=["cluster", "node"], how="left")
