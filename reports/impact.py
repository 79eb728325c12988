"""A proposal's environmental impact statement, from what a person says of it."""

from dataclasses import dataclass

import polars as pl

from analytics.impact import Project, Range, impact, yearly_intensity
from model.equivalents import load_equivalents
from model.errors import InputError
from model.gpus import NO_ALIASES, GpuCatalogue
from model.grid_carbon import GREAT_BRITAIN, GridRegion, YearlySeries, load_grid_carbon
from model.power import Figure, load_power, tdp_w
from model.registry import Registry
from model.settings import Settings
from model.suggestions import did_you_mean


@dataclass(frozen=True)
class Proposal:
    """What is asked: hours on a kind of GPU, where and when; None stands for what is not said.

    `site` is a cluster of the settings or a machine of the registry.
    """

    gpu: str
    gpu_hours: float
    year: int
    site: str | None = None
    region: str | None = None
    pue: float | None = None
    utilisation: float | None = None
    series: YearlySeries | None = None


@dataclass(frozen=True)
class Statement:
    """The figures (IMPACT_SCHEMA) with what was asked, assumed, and where it comes from."""

    asked: dict[str, str]
    figures: pl.DataFrame
    assumptions: tuple[str, ...]
    attribution: tuple[str, ...]


def impact_statement(proposal: Proposal, *, settings: Settings, registry: Registry) -> Statement:
    """The statement of a proposal.

    Raises:
        InputError: for a GPU, site or region that is not known, or a year without a factor.
    """
    gpu = _card(proposal.gpu, registry.gpus)
    place = _place(proposal, settings, registry)
    series: YearlySeries = proposal.series or settings.carbon.yearly_factors
    intensity, of_year = _intensity(place.region, proposal.year, series)
    power = load_power()
    project = Project(
        gpu=gpu,
        gpu_hours=proposal.gpu_hours,
        pue=_stated(place.pue, power.pue),
        utilisation=_stated(proposal.utilisation, power.utilisation),
        intensity=intensity,
        intensity_source=f"{series} factor of {place.region.country} for {of_year}",
    )
    figures = impact(project, catalogue=registry.gpus, power=power, equivalents=load_equivalents())
    return Statement(
        asked={
            "GPU": registry.gpus[gpu].name,
            "GPU-hours": f"{proposal.gpu_hours:,.0f}",
            "site": proposal.site or "not stated",
            "grid": place.region.name,
            "year": str(proposal.year),
        },
        figures=figures,
        assumptions=(
            *place.assumed,
            *_assumptions(proposal, place, project, series, of_year),
            *_of_card(gpu, registry.gpus),
        ),
        attribution=load_grid_carbon().file.attribution,
    )


@dataclass(frozen=True)
class _Place:
    region: GridRegion
    pue: float | None
    assumed: tuple[str, ...] = ()


def _card(text: str, catalogue: GpuCatalogue) -> str:
    found = text if text in catalogue else catalogue.resolve(text, NO_ALIASES)
    if found is None:
        raise InputError(f"no GPU {text!r} in the catalogue", hint=did_you_mean(text, catalogue))
    if tdp_w(catalogue, found) is None:
        raise InputError(
            f"the design power of {found} is not known", hint="name a card of its family."
        )
    return found


def _place(proposal: Proposal, settings: Settings, registry: Registry) -> _Place:
    region, pue = None, None
    if proposal.site:
        region, pue = _site(proposal.site, settings, registry)
    if proposal.region:
        region = load_grid_carbon().region(proposal.region)
        if region is None:
            raise InputError(
                f"no grid region {proposal.region!r}",
                hint="a region such as West Midlands, its number, or a country such as GB.",
            )
    pue = proposal.pue or pue
    if region:
        return _Place(region, pue)
    whole = load_grid_carbon().region(GREAT_BRITAIN)
    if whole is None:
        raise InputError("config/grid_carbon.yaml lacks Great Britain")
    return _Place(whole, pue, ("The grid is taken to be that of Great Britain: none was stated.",))


def _site(
    name: str, settings: Settings, registry: Registry
) -> tuple[GridRegion | None, float | None]:
    known = load_grid_carbon()
    cluster = settings.cluster(name)
    machine = registry.machine((cluster.machine if cluster else None) or name)
    if cluster is None and machine is None:
        names = [each.name for each in settings.clusters]
        names += [each.id for each in registry.machines]
        raise InputError(f"no site {name!r}", hint=did_you_mean(name, names)[:200])
    region = known.region(cluster.grid_region) if cluster and cluster.grid_region else None
    if region is None and machine:
        region = known.region(machine.country)
    return region, cluster.pue if cluster else None


def _intensity(region: GridRegion, year: int, series: YearlySeries) -> tuple[Range, int]:
    factors = load_grid_carbon().file.series[series].factors.get(region.country, {})
    found = yearly_intensity(factors, year)
    if found is None:
        first = min(factors, default=None)
        hint = f"the first is of {first}." if first else f"{series} knows other countries."
        raise InputError(f"no {series} factor of {region.country} for {year} or before", hint=hint)
    return found


def _stated(value: float | None, assumed: Figure) -> Range:
    return Range.of(assumed) if value is None else Range.exactly(value)


def _assumptions(
    proposal: Proposal, place: _Place, project: Project, series: YearlySeries, of_year: int
) -> list[str]:
    power = load_power()
    made = power.embodied
    lines = [
        (
            "Low and high take every assumption at its end: bounds of what is assumed, no interval "
            "of confidence."
        ),
        "Carbon is location-based, by the average (not marginal) intensity of the grid.",
        f"Intensity: {load_grid_carbon().file.series[series].basis}; "
        + _of_region(place.region, series),
    ]
    if of_year != proposal.year:
        lines.append(
            f"No factor of {proposal.year} is known: that of {of_year} stands, between the largest "
            "fall and rise of a year in the five before it."
        )
    if place.pue is None:
        lines.append(f"PUE {_range(project.pue)}: {power.pue.origin}.")
    if proposal.utilisation is None:
        lines.append(
            f"Mean activity of the GPUs {_range(project.utilisation)}: {power.utilisation.origin}."
        )
    return [
        *lines,
        (
            f"With each GPU come {power.cores_per_gpu.value:g} cores and "
            f"{power.memory_gb_per_gpu.value:g} GB of memory: {power.cores_per_gpu.origin}."
        ),
        (
            f"Embodied: {_range(Range.of(made.card(project.gpu)))} kg a card, "
            f"{_range(Range.of(made.host_kg))} kg a node of "
            f"{_range(Range.of(made.cards_per_host))} cards, over "
            f"{_range(Range.of(made.life_years))} years: {made.host_kg.origin}."
        ),
        "Storage, network, staff, travel and what the research leads to are not counted.",
    ]


def _of_region(region: GridRegion, series: YearlySeries) -> str:
    if region.code == region.country:
        return f"a factor of the whole country ({series})."
    return (
        f"a factor of the whole country ({series}): {region.name} may lie far from it, and "
        "half-hourly figures of it serve once the project runs (`plimsoll show carbon`)."
    )


def _of_card(gpu: str, catalogue: GpuCatalogue) -> tuple[str, ...]:
    card = catalogue[gpu]
    if card.tdp_w:
        return (f"Design power {card.tdp_w:g} W: GPU catalogue [{card.grade}].",)
    return (
        (
            f"{card.name} is a family: the highest design power of its members "
            f"({tdp_w(catalogue, gpu):g} W) is taken."
        ),
    )


def _range(of: Range) -> str:
    if of.low == of.high:
        return f"{of.central:,g}"
    return f"{of.central:,g} ({of.low:,g} to {of.high:,g})"
