"""What GPUs draw that no job holds: the site's energy, not that of any job."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from analytics.calendar import Calendar
from analytics.energy import Facility
from analytics.estate import Estate
from analytics.node_labels import DIMENSIONS
from analytics.node_time import node_time
from analytics.watts import Hardware

IDLE_STATES: Final = ("free", "reserved", "blocked")
_MJ_PER_KWH: Final = 3_600_000_000


@dataclass(frozen=True)
class IdleEnergy:
    """`rows` have `bin`, the columns of `by`, and `idle_energy_kwh`, null where it is unknown.

    Without `rows` the question is one that idle time has no answer to: it has no account or user.
    """

    rows: pl.DataFrame | None
    notes: tuple[str, ...] = ()


def idle_energy(
    estate: Estate,
    *,
    calendar: Calendar,
    by: Sequence[str],
    where: Mapping[str, Sequence[str]],
    hardware: Hardware,
    facilities: Mapping[str, Facility],
) -> IdleEnergy:
    """Energy of the GPUs that were free, reserved or blocked, the facility's share included.

    GPUs that were down, and time that nobody observed, draw nothing here.
    """
    if {*by, *where} - set(DIMENSIONS):
        return IdleEnergy(None)
    keys = tuple(dict.fromkeys((*by, "cluster", "gpu_model")))
    time = node_time(estate, calendar=calendar, by=keys, where=where)
    seconds = sum((pl.col(name) for name in IDLE_STATES[1:]), pl.col(IDLE_STATES[0]))
    models = {model: hardware.idle_mw(model) for model in time.rows["gpu_model"].unique().to_list()}
    pue = {name: each.pue_milli for name, each in facilities.items()}
    idle_mw = pl.col("gpu_model").replace_strict(models, default=None, return_dtype=pl.Int64)
    pue_milli = pl.col("cluster").replace_strict(pue, default=None, return_dtype=pl.Int64)
    mj = pl.when(seconds == 0).then(0.0).otherwise(seconds * idle_mw * pue_milli / 1000)
    rows = time.rows.select("bin", *by, (mj / _MJ_PER_KWH).alias("idle_energy_kwh"))
    total = pl.col("idle_energy_kwh")
    summed = rows.group_by("bin", *by).agg(pl.when(~total.is_null().any()).then(total.sum()))
    return IdleEnergy(summed, time.notes)
