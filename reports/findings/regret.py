"""Awards that had too little beside awards that had too much, in sentences."""

from typing import Final

import polars as pl

from reports.wording import between, number, plural

_SHORT: Final = "cut and used up"
_SPARE: Final = "granted and unused"


def regret_finding(regret: pl.DataFrame) -> str:
    """How many awards were cut and used up, and how many lie unused."""
    short, spare = (regret.filter(pl.col("class") == name).height for name in (_SHORT, _SPARE))
    cut = f"{plural(short, 'award')} {'was' if short == 1 else 'were'} cut harder than most"
    lying = "1 that was cut less lies unused" if spare == 1 else None
    lying = lying or f"{number(spare) if spare else 'none'} of those that were cut less lie unused"
    return f"{cut} and used up, or soon will be; {lying}"


def regret_sentence(regret: pl.DataFrame) -> str | None:
    """What could have moved from the one to the other; None where it is nothing or unknown."""
    markets = regret.select(
        "call", "round", "resource", "unit", "could_have_moved_low", "could_have_moved_high"
    ).unique()
    hours = markets.filter(pl.col("unit") == "GPU-hours")
    low, high = hours["could_have_moved_low"], hours["could_have_moved_high"]
    if hours.is_empty() or high.null_count() or not high.sum():
        return None
    bounds = between(None if low.null_count() else float(low.sum()), float(high.sum()))
    return f"On the same resource of a round {bounds} GPU-hours could have moved to the former."
