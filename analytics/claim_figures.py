"""Claims about machines: counts, the largest, how many times another, how many operations."""

from typing import Final

import polars as pl

from analytics.capacity_lines import YES
from analytics.capacity_totals import public
from analytics.peak_rates import peak_rate
from analytics.verdict import Verdict, Word, listed
from model.claims import CountCheck, LargestCheck, PerformanceCheck, RatioCheck
from model.performance import EXA
from model.registry import Registry

_CLAIM: Final = "capability claim"
_ROUNDED: Final = 0.05
_MAGNITUDE: Final = 10


def count(check: CountCheck, lines: pl.DataFrame) -> Verdict:
    """The cards or cores of some machines, on the day of `lines` (a table of `capacity`)."""
    mine = _of(lines, check.machines)
    found = _total(mine, check.of) if mine.height == len(check.machines) else None
    unit = "CPU cores" if check.of == "cpu_cores" else "GPU cards"
    if found is None:
        return Verdict(
            "no data",
            f"The registry has no {unit} of {listed(check.machines)} on that day.",
            claimed=check.figure,
            unit=unit,
        )
    right = found > check.figure if check.relation == "more than" else found == check.figure
    bound = _CLAIM in mine["status"].to_list()
    other = check.of == "cpu_cores" and check.said_of != "CPU cores"
    word: Word = "holds" if right else "does not hold"
    if right and (bound or other):
        word = "holds in another scope"
    parts = listed(f"{name} {amount:,}" for name, amount in mine.select("machine", check.of).rows())
    total = f", {found:,} in all" if mine.height > 1 else ""
    reasons = [f"{unit} in the registry: {parts}{total}."]
    if bound:
        reasons.append("It is what a provider offers at most, not a machine that was counted.")
    if other:
        reasons.append(f"They are CPU cores, not {check.said_of}.")
    return Verdict(
        word, " ".join(reasons), check.figure, found, unit, _scopes(mine), tuple(check.machines)
    )


def largest(check: LargestCheck, lines: pl.DataFrame) -> Verdict:
    """The largest machine of a family of cards within a country and tier, and what is larger."""
    counted = (
        public(lines)
        .filter(
            pl.col("counted") == YES,
            pl.col("country") == check.country,
        )
        .sort("gpus", "id", descending=[True, False])
    )
    family = rf"^{check.family}[a-z0-9-]*( \+ {check.family}[a-z0-9-]*)*$"
    inside = counted.filter(
        pl.col("tier") == check.tier, pl.col("gpu_model").str.contains(family)
    ).head(1)
    unit = "GPU cards"
    if inside.is_empty():
        return Verdict(
            "no data",
            f"The registry has no {check.tier} machine of {check.family.upper()} on that day.",
            claimed=check.figure,
            unit=unit,
        )
    found, name = int(inside["gpus"][0]), str(inside["machine"][0])
    beyond = counted.filter(pl.col("gpus") > found)
    word: Word = "does not hold" if found != check.figure else "holds"
    why = f"{name} had {found:,} {unit}, the most of {check.tier} with {check.family.upper()}."
    if beyond.height:
        word = "holds in another scope" if word == "holds" else word
        larger = listed(f"{other} {gpus:,}" for other, gpus in beyond["machine", "gpus"].rows())
        why += f" Larger, and outside that scope: {larger}."
    return Verdict(
        word, why, check.figure, found, unit, f"{check.tier}, {check.family.upper()}",
        (*inside["id"], *beyond["id"]),
    )  # fmt: skip


def ratio(check: RatioCheck, lines: pl.DataFrame) -> Verdict:
    """How many times the cards of some machines are those of others, in powers of ten."""
    ours, theirs = _of(lines, check.against), _of(lines, check.machines)
    least = float(_MAGNITUDE**check.magnitudes)
    base = _total(ours, "gpus") if ours.height == len(check.against) else None
    above = _total(theirs, "gpus") if theirs.height == len(check.machines) else None
    if not base or above is None:
        return Verdict("no data", "A machine is not listed on that day.", least, unit="times")
    found = above / base
    alike = theirs.height == ours.height
    word: Word = (
        "does not hold" if found < least else "holds" if alike else "holds in another scope"
    )
    why = (
        f"{listed(theirs['machine'])} had {above:,} cards, {found:,.1f} times the {base:,} of "
        f"{listed(ours['machine'])}."
    )
    if not alike:
        why += f" That is {theirs.height} machines against {ours.height}."
    return Verdict(
        word, why, least, found, "times", _scopes(ours), (*check.machines, *check.against)
    )


def performance(check: PerformanceCheck, lines: pl.DataFrame, registry: Registry) -> Verdict:
    """The peak of some machines at the precision of the claim, and beside it a dense one."""
    unit, there = "EFLOP/s", set(lines["id"]) & set(check.machines)
    machines = [each for each in registry.machines if each.id in there]
    total = peak_rate(machines, registry, precision=check.precision, sparse=check.sparse)
    dense = peak_rate(machines, registry, precision=check.beside, sparse=False)
    if not total.cards or total.cards_unknown or dense.cards_unknown:
        return Verdict("no data", "A peak is not in the catalogue.", check.exaflops, unit=unit)
    found = total.rate.flops / EXA
    right = abs(found - check.exaflops) <= _ROUNDED * check.exaflops
    why = (
        f"{total.cards:,} cards at their peak are {found:.2f} {unit} in {total.rate.kind}; in "
        f"{dense.rate.kind} they are {dense.rate.flops / EXA:.2f}."
    )
    return Verdict(
        "holds in another scope" if right else "does not hold",
        why,
        check.exaflops,
        found,
        unit,
        total.rate.kind,
        tuple(check.machines),
    )


def _of(lines: pl.DataFrame, machines: tuple[str, ...]) -> pl.DataFrame:
    order = pl.DataFrame({"id": list(machines)})
    return order.join(lines, on="id", maintain_order="left")


def _total(lines: pl.DataFrame, column: str) -> int | None:
    values = lines[column]
    return None if values.null_count() else int(values.sum())


def _scopes(lines: pl.DataFrame) -> str | None:
    return "; ".join(lines["scope"].drop_nulls()) or None
