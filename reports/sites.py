"""What the electricity of each cluster is reckoned with: its grid's region and its facility."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from analytics.energy import Facility
from model.cluster_settings import ClusterSettings
from model.grid_carbon import GREAT_BRITAIN, GridRegion, load_grid_carbon
from model.power import load_power
from model.registry import Registry
from store import Cluster

Basis = Literal["stated", "machine", "time zone", "unknown"]

_ZONES: Final = {"Europe/London": GREAT_BRITAIN, "GB": GREAT_BRITAIN, "Europe/Belfast": "GB-NIR"}
_MILLI: Final = 1000
_NAMED: Final = 3


@dataclass(frozen=True)
class Site:
    """A cluster's grid region with what tells of it, and its power usage effectiveness."""

    cluster: str
    region: GridRegion | None
    basis: Basis
    pue: float
    pue_assumed: bool

    @property
    def facility(self) -> Facility:
        """What the analyses reckon with."""
        return Facility(pue_milli=round(self.pue * _MILLI))


def site_of(cluster: Cluster, settings: ClusterSettings | None, registry: Registry) -> Site:
    """The site of a cluster: as its settings say, else what may be concluded.

    Without a `grid_region`, the country of its machine in the registry counts, else that of its
    time zone.
    """
    region, basis = _region(cluster, settings, registry)
    stated = settings.pue if settings else None
    assumed = load_power().pue.value
    return Site(cluster.name, region, basis, stated or assumed, pue_assumed=stated is None)


def site_notes(sites: list[Site]) -> tuple[str, ...]:
    """What a reader must know of where the figures of regions and facilities come from."""
    notes = []
    if assumed := _named(site for site in sites if site.pue_assumed):
        pue = load_power().pue
        notes.append(
            f"Assumed: a power usage effectiveness of {pue.value:g} for {assumed} "
            f"({pue.origin}); `pue` in the settings states the facility's own."
        )
    for basis in ("machine", "time zone"):
        if told := _named(site for site in sites if site.basis == basis):
            what = "the registry's machine" if basis == "machine" else "the time zone"
            notes.append(
                f"Assumed: the grid of {told} is that of the country of {what}; `grid_region` in "
                "the settings states the region."
            )
    if unknown := _named(site for site in sites if site.region is None):
        notes.append(
            f"The grid of {unknown} is not known, nor is the carbon of its energy: `grid_region` "
            "in the settings states it."
        )
    if northern := _named(site for site in sites if site.region and _is_northern(site.region)):
        notes.append(
            f"{northern}: the operator of Great Britain's grid has no figures of Northern Ireland; "
            "yearly factors of the United Kingdom stand in."
        )
    return tuple(notes)


def _region(
    cluster: Cluster, settings: ClusterSettings | None, registry: Registry
) -> tuple[GridRegion | None, Basis]:
    known = load_grid_carbon()
    if settings and settings.grid_region:
        return known.region(settings.grid_region), "stated"
    machine = registry.machine(settings.machine) if settings and settings.machine else None
    if machine and (found := known.region(machine.country)):
        return found, "machine"
    zone = (settings.timezone if settings else None) or cluster.timezone
    if found := known.region(_ZONES.get(zone, "")):
        return found, "time zone"
    return None, "unknown"


def _is_northern(region: GridRegion) -> bool:
    return region.api_id is None and region.country == GREAT_BRITAIN


def _named(sites: Iterable[Site]) -> str:
    names = [site.cluster for site in sites]
    more = f" and {len(names) - _NAMED} more clusters" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
