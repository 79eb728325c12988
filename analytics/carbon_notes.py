"""What a reader of `carbon` must know beside the figures."""

from collections.abc import Iterator, Sequence
from typing import Final

from analytics.carbon import CarbonTable, Sites
from analytics.idle_energy import IdleEnergy
from model.grid_carbon import YearlySeries
from model.power import load_power

_METHOD: Final = "Carbon is location-based, by average (not marginal) intensities of the grid."
_HALF_HOURLY: Final = (
    "Half-hourly intensities are the grid operator's: operational, of what is consumed; regional "
    "ones are forecasts."
)
_YEARLY: Final = {
    "ember": "they count the life cycle of what is generated, by calendar year",
    "desnz": "scope 2 of what is generated, by the year in which UK bodies report with them",
}
_MIXED: Final = (
    "Half-hourly and yearly intensities differ in what they count: shares of both stand beside "
    "each figure."
)
_HOURS_TOLD: Final = 0.5


def carbon_notes(
    table: CarbonTable, sites: Sites, idle: IdleEnergy | None, *, yearly: YearlySeries
) -> tuple[str, ...]:
    """Sentences on basis, assumptions and what is unknown; `idle` None where it was not asked."""
    return (
        _METHOD,
        *_bases(table, sites, yearly),
        *_power(table),
        *_embodied(table),
        *(_idle(idle) if idle else ()),
        *_effective(table),
    )


def _bases(table: CarbonTable, sites: Sites, yearly: YearlySeries) -> Iterator[str]:
    frame = table.frame
    half_hourly = any(
        (frame[f"intensity_{name}_share"] > 0).any() for name in ("actual", "forecast")
    )
    by_year = bool((frame["intensity_yearly_share"] > 0).any())
    if half_hourly:
        yield _HALF_HOURLY
    if by_year:
        yield f"Yearly factors ({', '.join(sites.grid.factors)}): {_YEARLY[yearly]}."
    if half_hourly and by_year:
        yield _MIXED


def _power(table: CarbonTable) -> Iterator[str]:
    power = load_power()
    if (table.frame["energy_measured_share"].fill_null(0) < 1).any():
        yield (
            f"Modelled energy takes {power.core_w.value:g} W a core, "
            f"{power.memory_w_per_gb.value:g} W a GB of memory ({power.core_w.publisher}), the "
            "cards' design power, and the CPUs' share of a node's memory."
        )
    if table.unknown_job_hours >= _HOURS_TOLD:
        yield (
            f"{table.unknown_job_hours:,.0f} hours are of jobs whose GPUs or CPUs are not known, "
            "or are of no card in the catalogue: the energy of their groups is empty. "
            "`gpu_aliases` in the settings names cards."
        )


def _embodied(table: CarbonTable) -> Iterator[str]:
    made = load_power().embodied
    if not (table.frame["gpu_hours"] > 0).any():
        return
    yield (
        f"Embodied carbon is unverified: {made.card_kg.value:g} kg a card and "
        f"{made.host_kg.value:,g} kg a node ({made.card_kg.publisher}) over "
        f"{made.life_years.value:g} years, by held GPU-hours; CPU-only jobs bear none."
    )


def _idle(idle: IdleEnergy) -> Iterator[str]:
    if idle.rows is None:
        yield "Idle energy is the site's: it has no account, user or other mark of a job."
        return
    share = load_power().idle_share_of_tdp
    yield (
        f"Assumed: an idle card draws {share.value:.0%} of its design power where no measurement "
        "of it is known."
    )
    yield from idle.notes


def _effective(table: CarbonTable) -> Iterator[str]:
    covered, allocated = (float(table.effective[name].sum()) for name in ("covered", "allocated"))
    if allocated and covered < allocated:
        yield (
            "Effective GPU-hours are those of the time that telemetry covers "
            f"({covered / allocated:.0%} of the GPU time of jobs with any), taken for all of it."
        )


def sources_of(*, life_cycle: bool) -> Sequence[str]:
    """The half-hourly and hourly sources that are heard, the first first."""
    maps = "electricity-maps-life-cycle" if life_cycle else "electricity-maps-direct"
    return (maps,) if life_cycle else ("neso", "neso-mix", maps)
