"""What years behind and ahead say of capacity, in sentences."""

from datetime import date
from typing import Final

import polars as pl

from reports.units import CapacityUnit
from reports.wording import day, number, plural, ratio_words, share

_SOON_YEARS: Final = 2
_AHEAD_YEARS: Final = 5


def history_finding(frame: pl.DataFrame, unit: CapacityUnit, on: date) -> str:
    """The UK's public capacity at the first year's end at which there was any, and now."""
    totals = frame.group_by("year").agg(pl.col(unit.column).sum()).sort("year")
    some = totals.filter(pl.col(unit.column) > 0)
    if some.is_empty():
        return f"The registry knows no public UK machine in {unit.name} up to {day(on)}"
    (first, began), (last, now) = some.row(0), totals.row(-1)
    held = f"On {day(on)}" if last == on.year else f"At the end of {last}"
    said = f"{held} the UK's public machines had {number(now)} {unit.name}"
    if first == last:
        return said
    return f"{said}, {ratio_words(now / began)} times those at the end of {first} ({number(began)})"


def target_finding(frame: pl.DataFrame) -> str:
    """How far the last fact is along the straight path to a target."""
    known = frame.filter(pl.col("fact").is_not_null())
    name, unit = frame["target"][0], frame["unit"][0]
    if known.is_empty():
        return f"{name}: what is in service is not known"
    row, end = known.row(-1, named=True), frame.row(-1, named=True)
    least = "at least " if row["cards_without_rate"] else ""
    return (
        f"{name}: {least}{number(row['fact'])} of the {number(row['straight_path'])} "
        f"{unit.split(',')[0]} that a straight path asks for by the end of {row['year']}, on the "
        f"way to {number(end['straight_path'])} in {end['year']}"
    )


def announced_sentence(frame: pl.DataFrame) -> str:
    """What is announced for a target, never counted as fact."""
    last = frame.row(-1, named=True)
    if last["announced_machines"] is None:
        return "Nothing further is announced."
    if last["announced"] is None:
        return f"Announced, without a count, and in no sum: {last['announced_machines']}."
    return (
        f"Announced, and not in service: {last['announced_machines']} "
        f"({number(last['announced'])} {last['unit'].split(',')[0]})."
    )


def commitments_finding(frame: pl.DataFrame) -> str:
    """Of how many machines it is known for how long they are paid for."""
    known = frame.filter(
        pl.col("commitment_years").is_not_null() | pl.col("funded_until").is_not_null()
    )
    return (
        f"How long a machine is paid for is known for {number(known.height)} of "
        f"{plural(frame.height, 'machine')}"
    )


def outlook_finding(frame: pl.DataFrame) -> str:
    """How much of today's capacity will be gone in two years, and when all of it."""
    keep = frame.filter(pl.col("goal") == "keep").sort("year")
    if keep.is_empty():
        return "No public machine is in service: there is nothing to keep"
    row = keep.row(min(_SOON_YEARS, keep.height - 1), named=True)
    wanted, missing = row["wanted_a100_equivalents"], row["missing_a100_equivalents"]
    if not wanted:
        return "No public machine with a known 16-bit rate is in service: there is nothing to keep"
    said = (
        f"Of today's {number(wanted, decimals=0)} A100-equivalents in public UK machines, "
        f"{share(missing / wanted)} will be gone by the end of {row['year']}"
    )
    bare = keep.filter(pl.col("a100_equivalents_16bit") == 0)["year"]
    return f"{said}, and all by the end of {bare[0]}" if bare.len() and missing < wanted else said


def purchase_sentence(frame: pl.DataFrame, *, peer: str) -> str | None:
    """The cards to buy within five years for each goal; None where they cannot be reckoned."""
    years = frame["year"].unique().sort()
    if years.is_empty():
        return None
    year = years[min(_AHEAD_YEARS, years.len() - 1)]
    names = {
        "keep": "to keep it",
        "double": "to double it",
        "reach peer": f"to reach {peer}'s level per head of today",
    }
    rows = frame.filter(pl.col("year") == year, pl.col("cards_to_buy").is_not_null())
    parts = [
        f"{number(row['cards_to_buy'])} {names[row['goal']]}" for row in rows.iter_rows(named=True)
    ]
    return f"Cards to have bought by the end of {year}: {', '.join(parts)}." if parts else None


def delivered_finding(frame: pl.DataFrame) -> str:
    """How much of the registry's A100-equivalents was delivered, over all known machines."""
    known = frame.filter(pl.col("a100_equivalents_delivered").is_not_null())
    if known.is_empty():
        return "How much of the registry's capacity was delivered is not known"
    whole = float(known["a100_equivalents_16bit"].sum())
    part = float(known["a100_equivalents_delivered"].sum())
    return (
        f"At most {share(part / whole)} of what the registry has for "
        f"{plural(known.height, 'machine')} was delivered: {number(part)} of {number(whole)} "
        "A100-equivalents"
    )
