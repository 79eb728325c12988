"""The TOP500 and Green500 lists: cards from accelerator cores, which is all that they count."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from ingest.machine_lists.columns import ListRow, ListTable, list_table
from ingest.machine_lists.files import date_in_name, read_list, read_on, readable_date
from model.countries import country_code
from model.gpus import Gpu, GpuCatalogue
from model.listings import Listed, Listing, Sector, SetAside, top500_key
from model.machines import Component, MachineSource, Power

ATTRIBUTION: Final = "TOP500 lists, top500.org"
_HINT: Final = "a list as top500.org offers it, as XLSX, TSV or CSV."

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "rank": ("Rank", "TOP500 Rank", "Green500 Rank"),
    "first_appearance": ("First Appearance",),
    "name": ("Name", "System Name"),
    "computer": ("Computer", "System"),
    "site": ("Site", "Site Name"),
    "country": ("Country", "Country/Region"),
    "year": ("Year", "Installation Year"),
    "segment": ("Segment",),
    "accelerator": ("Accelerator/Co-Processor", "Accelerator", "Co-Processor"),
    "cores": (
        "Accelerator/Co-Processor Cores",
        "Accelerator Cores",
        "Accelerator/CP Cores",
        "Co-Processor Cores",
    ),
    "rmax": ("Rmax", "R max"),
    "rpeak": ("Rpeak", "R peak"),
    "power": ("Power",),
    "system_id": ("System ID", "ID"),
}
_REQUIRED: Final = ("accelerator", "cores", "country")

_PFLOPS: Final = {"g": 1e-6, "t": 1e-3, "p": 1.0}
_BARE_UNIT: Final = "g"
"""Without a unit in their heading, Rmax and Rpeak are GFlop/s, as lists until 2016 have them."""

_SECTORS: Final[Mapping[str, Sector]] = {
    "academic": "academic",
    "research": "academic",
    "government": "government",
    "classified": "government",
}
_PLAUSIBLE: Final = (0.5, 2.0)
"""Of a card's FP64 rate: a system's Rpeak by its cards, CPUs included."""


def read_top500(path: Path, catalogue: GpuCatalogue, *, date: str | None = None) -> Listing:
    """The rows of a list; `date` is its month, where neither name nor content tells.

    Cards are accelerator cores over `top500_units`: those of the benchmark's run, which may be
    a part of the machine. A number of cards that is not whole is flagged and not proposed.

    Raises:
        InputError: where the file is no such list.
    """
    table = list_table(
        read_list(path, hint=_HINT), str(path), names=NAMES, required=_REQUIRED, hint=_HINT
    )
    month, assumptions = _month(table, date or date_in_name(path))
    rows = [_listed(row, table, catalogue, month) for row in table.rows]
    return Listing(tuple(_told_apart(rows)), ATTRIBUTION, assumptions)


def _told_apart(rows: Sequence[Listed]) -> Iterator[Listed]:
    """Systems that share a name, by their numbers."""
    named = Counter((row.name, row.country) for row in rows)
    for row in rows:
        shared = named[row.name, row.country] > 1
        yield replace(row, partition=f"system {row.details['system_id']}") if shared else row


def _month(table: ListTable, told: str | None) -> tuple[str | None, tuple[str, ...]]:
    if told:
        return told[:7], ()
    lists = [table.positive(row, "first_appearance") for row in table.rows]
    latest = max((int(number) for number in lists if number), default=None)
    if latest is None:
        return None, ("the list bears no date: --date 2025-06 says which it is",)
    month = f"{1993 + (latest - 1) // 2}-{'06' if latest % 2 else '11'}"
    return month, (f"the list is taken to be that of {month}, by its newest entries",)


def _listed(row: ListRow, table: ListTable, catalogue: GpuCatalogue, month: str | None) -> Listed:
    accelerator = " ".join(row["accelerator"].split())
    cores = int(table.countable(row, "cores") or 0)
    card = catalogue.listed(accelerator)
    units = catalogue.units_per_device(card, cores) if card else None
    devices = cores / units if units and cores else None
    rpeak = _pflops(row, table, "rpeak")
    flag = _flag(devices, rpeak, _rated(card, units, catalogue))
    name, system = _name(row), _system(row)
    gpus = int(devices) if devices and devices.is_integer() else None
    return Listed(
        row=row.line,
        name=name,
        keys=frozenset({top500_key(system)} if system else ()),
        source=_source(row, table, month, cores=cores, units=units, gpus=gpus),
        country=country_code(row["country"]),
        operator=row["site"] or None,
        site=row["site"] or None,
        sector=_SECTORS.get(row["segment"].casefold(), "commercial"),
        gpus=gpus,
        cards=_cards(card, gpus, accelerator),
        gpu_model=accelerator or None,
        in_service=_year(row, table),
        power=_power(row, table),
        rmax_pflops=_pflops(row, table, "rmax"),
        rpeak_pflops=rpeak,
        scope="the part that ran the benchmark",
        caveat=f"{flag}." if flag else None,
        flag=flag,
        set_aside=_set_aside(accelerator, cores, card, devices),
        details={
            "rank": _whole(table.number(row, "rank")),
            "system_id": system or None,
            "accelerator": accelerator or None,
            "accelerator_cores": cores or None,
            "units_per_device": units,
            "derived_devices": None if devices is None else round(devices, 3),
        },
    )


def _cards(card: str | None, gpus: int | None, accelerator: str) -> tuple[Component, ...]:
    """The cards by kind; none for a mixture ("H100/H200"), whose shares are not listed."""
    return (Component(gpu=card, count=gpus),) if card and gpus and "/" not in accelerator else ()


def _name(row: ListRow) -> str:
    system = f"system {row['system_id']}" if row["system_id"] else f"line {row.line}"
    return row["name"] or ", ".join(filter(None, (row["site"], system)))


def _system(row: ListRow) -> str:
    """A system's number, whatever parts its thousands; empty where there is none."""
    return re.sub(r"\D", "", row["system_id"].removesuffix(".0"))


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)


def _year(row: ListRow, table: ListTable) -> str | None:
    year = table.positive(row, "year")
    return readable_date(f"{int(year)}") if year else None


def _pflops(row: ListRow, table: ListTable, column: str) -> float | None:
    value = table.positive(row, column)
    unit = table.units.get(column, _BARE_UNIT)[:1].casefold()
    return round(value * _PFLOPS.get(unit, _PFLOPS["t"]), 6) if value else None


def _power(row: ListRow, table: ListTable) -> Power | None:
    kilowatts = table.positive(row, "power")
    return Power(mw=round(kilowatts / 1000, 6), basis="benchmark run") if kilowatts else None


def _rated(card: str | None, units: int | None, catalogue: GpuCatalogue) -> float | None:
    """A card's FP64 rate as the list reckons Rpeak: tensor cores for NVIDIA, vectors for others."""
    if card is None:
        return None
    members = [catalogue[card], *(catalogue[each] for each in catalogue[card].variants)]
    return next(
        (rate for each in members if each.top500_units == units and (rate := _fp64(each))), None
    )


def _fp64(card: Gpu) -> float | None:
    peaks = card.peak_tflops_dense
    return (peaks.fp64_tensor if card.vendor == "NVIDIA" else None) or peaks.fp64


def _flag(devices: float | None, rpeak: float | None, rated: float | None) -> str | None:
    flags = []
    if devices and not devices.is_integer():
        flags.append("non-integer")
    if devices and rpeak and rated:
        least, most = (share * rated for share in _PLAUSIBLE)
        if not least <= rpeak * 1000 / devices <= most:
            flags.append("implausible Rpeak/device")
    return " ".join(flags) or None


def _set_aside(
    accelerator: str, cores: int, card: str | None, devices: float | None
) -> SetAside | None:
    if accelerator.casefold() in {"", "none"}:
        return SetAside("excluded", "no accelerator")
    if card is None:
        return SetAside("excluded", f"no GPU of the catalogue: {accelerator}")
    if not cores or devices is None:
        return SetAside("excluded", f"no count of accelerator cores ({accelerator})")
    if not devices.is_integer():
        what = f"{cores:,} cores are no whole number of cards ({devices:,.2f})"
        return SetAside("excluded", what)
    return None


def _source(
    row: ListRow,
    table: ListTable,
    month: str | None,
    *,
    cores: int,
    units: int | None,
    gpus: int | None,
) -> MachineSource:
    filled = {
        "gpus": gpus is not None,
        "components": gpus is not None,
        "in_service": bool(_year(row, table)),
        "power": _power(row, table) is not None,
        "rmax_pflops": _pflops(row, table, "rmax") is not None,
        "rpeak_pflops": _pflops(row, table, "rpeak") is not None,
    }
    system = _system(row)
    return MachineSource(
        covers=tuple(field for field, known in filled.items() if known),
        title=_title(month, system),
        publisher="TOP500",
        url=f"https://www.top500.org/system/{system}/" if system else None,
        date=month,
        read=read_on(month),
        grade="B-top500",
        says=f"{cores:,} cores / {units} = {gpus:,} cards." if gpus and units else None,
    )


def _title(month: str | None, system: str) -> str:
    listed = f"TOP500 list of {month}" if month else "TOP500 list"
    return f"{listed}, system {system}" if system else listed
