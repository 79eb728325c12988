"""Capacity and comparison: countries, machines, and years behind."""

from datetime import date, timedelta
from typing import Final

import polars as pl

from analytics.capacity_totals import PUBLIC_SECTORS
from model.countries import HOME, country_name
from model.question import Question
from reports.capacity_report.credits import denominator_credits, machine_credits
from reports.capacity_report.desk import Desk, Exhibit
from reports.charts.capacity import counted, machines_chart, ranked_machines
from reports.charts.capacity_years import history_chart
from reports.charts.densities import densities_chart
from reports.document import Block
from reports.findings.capacity import largest_machines, uk_against_largest
from reports.findings.capacity_years import history_finding
from reports.findings.densities import uk_beside
from reports.units import CAPACITY_UNITS, DENSITIES

UNIT: Final = CAPACITY_UNITS["a100_equivalents_16bit"]
_PER_HEAD: Final = DENSITIES["people"]
_PUBLIC: Final = tuple(("sector", sector) for sector in PUBLIC_SECTORS)
_DENSITIES: Final = (
    "country", "machines", "value", "gpus_without", "per_million_people",
    "per_1000_researchers_low", "per_1000_researchers_high", "per_billion_usd_gdp",
)  # fmt: skip
_MACHINES: Final = (
    "machine", "tier", "gpu_model", "gpus", "a100_equivalents_16bit", "in_service", "grade",
)  # fmt: skip
_HISTORY: Final = (
    "year",
    "tier",
    "machines",
    "gpus",
    "a100_equivalents_16bit",
    "gpus_without_16bit",
)
_MACHINES_PRINTED: Final = 15
_HISTORY_PRINTED: Final = 14


def write(desk: Desk) -> list[Block]:
    """The blocks of the section; it needs no store."""
    return [*_countries(desk), *_machines(desk), *_history(desk)]


def _countries(desk: Desk) -> list[Block]:
    on, peer = desk.selection.edition, desk.settings.outlook.peer
    asked = Question("densities", on=on, where=(*_PUBLIC, ("unit", UNIT.column)))
    answer = desk.answer(asked)
    codes = answer.frame["country"].to_list()
    whole = desk.answer(Question("capacity", on=on))
    exhibit = Exhibit(
        key="densities",
        say=lambda: uk_beside(answer.frame, UNIT, _PER_HEAD, peer=peer, on=on),
        answer=answer,
        caption=f"{UNIT.label} of public machines by country, and per head, researcher and GDP",
        columns=_DENSITIES,
        chart=lambda: densities_chart(answer.frame, UNIT, _PER_HEAD, peer=peer, on=on),
        shown=answer.frame.with_columns(
            pl.col("country").replace({code: country_name(code) for code in codes})
        ).sort("value", descending=True, nulls_last=True),
        more={"all-machines": whole},
        also=(lambda: f"{uk_against_largest(whole.frame, UNIT, on)}.",),
        method="A100-equivalents of public machines in service on the day, over the population",
        sources=denominator_credits(desk.registry),
        headline=True,
    )
    return desk.show(exhibit)


def _machines(desk: Desk) -> list[Block]:
    on = desk.selection.edition
    answer = desk.answer(Question("capacity", on=on))
    listed = counted(answer.frame).sort(UNIT.column, "machine", descending=[True, False])
    home = listed.filter(pl.col("country") == HOME)
    drawn = ranked_machines(answer.frame, UNIT)["id"].to_list()
    exhibit = Exhibit(
        key="machines",
        say=lambda: largest_machines(answer.frame, UNIT),
        answer=answer,
        caption="Machines of the UK in service, the largest first",
        columns=_MACHINES,
        headers=("id", "machine"),
        chart=lambda: machines_chart(answer.frame, UNIT, on) if drawn else None,
        shown=home,
        more={"all-machines": answer},
        sources=machine_credits(desk.registry, [*drawn, *home["id"].head(_MACHINES_PRINTED)]),
        lead=(
            "Machines that are planned, claimed, or counted within another enter no sum. The table "
            "of all machines, abroad and not counted ones too, is among the files of data."
        ),
        printed=_MACHINES_PRINTED,
    )
    return desk.show(exhibit)


def _history(desk: Desk) -> list[Block]:
    on = desk.selection.edition
    answer = desk.answer(
        Question(
            "capacity_history",
            by=("tier",),
            until=date(on.year, 12, 31) + timedelta(days=1),
            on=on,
            where=(("country", HOME), *_PUBLIC),
        )
    )
    exhibit = Exhibit(
        key="history",
        say=lambda: history_finding(answer.frame, UNIT, on),
        answer=answer,
        caption="Public machines of the UK in service at the end of each year, by tier",
        columns=_HISTORY,
        headers=("year", "tier"),
        chart=lambda: history_chart(answer.frame, UNIT, on),
        shown=answer.frame.filter(pl.col("machines") > 0).sort(
            "year", descending=True, maintain_order=True
        ),
        more={"capacity-history": answer},
        printed=_HISTORY_PRINTED,
    )
    return desk.show(exhibit)
