"""Grid regions and yearly carbon factors, from `config/grid_carbon.yaml`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from model.model_keys import nearest
from model.origin import Grade, Record, Source, Text
from model.resources import config_path
from model.yaml_source import Fault, read_model

YearlySeries = Literal["ember", "desnz"]
YEARLY_SERIES: Final[tuple[YearlySeries, ...]] = get_args(YearlySeries)

GREAT_BRITAIN: Final = "GB"
NORTHERN_IRELAND: Final = "GB-NIR"

CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Year = Annotated[int, Field(ge=1990, le=2100)]
Grams = Annotated[float, Field(ge=0, lt=3000)]
Factors = dict[CountryCode, dict[Year, Grams]]

_ZONE: Final = re.compile(r"([A-Z]{2})(?:-[A-Z0-9]+)+")
_ALL_OF_GB: Final = 18


class YearlyFactors(Record):
    """One series of yearly factors in g CO2e per kWh; `losses` are those of the grid, apart."""

    basis: Text
    sources: tuple[Source, ...] = Field(min_length=1)
    factors: Factors
    losses: Factors = Field(default_factory=dict)


class GbRegion(Record):
    """A region of Great Britain's grid as its operator's API has it; `also` are other spellings."""

    id: Annotated[int, Field(ge=1, le=17)]
    name: Text
    also: tuple[Text, ...] = ()


class GbRegions(Record):
    """The regions and where they come from."""

    title: Text
    publisher: Text
    url: Text
    grade: Grade
    regions: tuple[GbRegion, ...]


class GridCarbonFile(Record):
    """`config/grid_carbon.yaml`."""

    attribution: tuple[Text, ...]
    series: dict[YearlySeries, YearlyFactors]
    countries: dict[CountryCode, Annotated[str, Field(pattern=r"^[A-Z]{3}$")]]
    gb_regions: GbRegions


@dataclass(frozen=True)
class GridRegion:
    """A part of a grid: `code` is `GB-8` for region 8 of Great Britain, `GB`, `GB-NIR`, `DE`.

    `api_id` is the region's number at the Carbon Intensity API, None where it has none.
    """

    code: str
    name: str
    country: str
    api_id: int | None = None


@dataclass(frozen=True)
class YearlyFactor:
    """Grams of CO2e per kWh, the series that they are of, and the year that they speak of."""

    series: YearlySeries
    year: int
    g_per_kwh: float


@dataclass(frozen=True)
class GridCarbon:
    """What is known of grids."""

    file: GridCarbonFile

    def region(self, text: str) -> GridRegion | None:
        """The region of a code, a name, or the number that the API gives it; None for no such.

        Zones of other maps, such as `US-CAL-CISO`, are known by their country.
        """
        return self._by_word.get(_word(text)) or self._zone(text)

    def words(self) -> list[str]:
        """Everything that `region` reads, but for zones."""
        return sorted(self._by_word)

    def yearly(self, country: str, year: int, series: YearlySeries) -> YearlyFactor | None:
        """The factor of a year, else of the latest year before it; None where there is none."""
        known = self.file.series[series].factors.get(country, {})
        latest = max((each for each in known if each <= year), default=None)
        return None if latest is None else YearlyFactor(series, latest, known[latest])

    @cached_property
    def country_of_area(self) -> Mapping[str, str]:
        """Country codes of two letters by those of three."""
        return {three: two for two, three in self.file.countries.items()}

    @cached_property
    def regions(self) -> tuple[GridRegion, ...]:
        """The regions of Great Britain in the order of their numbers, then Great Britain itself."""
        parts = (
            GridRegion(f"{GREAT_BRITAIN}-{each.id}", each.name, GREAT_BRITAIN, each.id)
            for each in self.file.gb_regions.regions
        )
        whole = GridRegion(GREAT_BRITAIN, "Great Britain", GREAT_BRITAIN, _ALL_OF_GB)
        return (*parts, whole)

    @cached_property
    def _by_word(self) -> dict[str, GridRegion]:
        northern = GridRegion(NORTHERN_IRELAND, "Northern Ireland", GREAT_BRITAIN)
        known = {
            country: GridRegion(country, country, country) for country in self.file.countries
        } | {each.code: each for each in (*self.regions, northern)}
        words = dict(known)
        for each in (*self.regions, northern):
            words |= {each.name: each, **({str(each.api_id): each} if each.api_id else {})}
        also = {each.id: each.also for each in self.file.gb_regions.regions}
        for each in self.regions:
            words |= dict.fromkeys(also.get(each.api_id or 0, ()), each)
        words["UK"] = known[GREAT_BRITAIN]
        return {_word(word): each for word, each in words.items()}

    def _zone(self, text: str) -> GridRegion | None:
        code = text.strip().upper()
        found = _ZONE.fullmatch(code)
        if found is None or found[1] not in self.file.countries or found[1] == GREAT_BRITAIN:
            return None
        return GridRegion(code, code, found[1])


@cache
def load_grid_carbon(path: Path | None = None) -> GridCarbon:
    """The factors and regions that come with the program, or those of another file.

    Raises:
        ConfigError: with a line for every fault of the file.
    """
    file = path or config_path("grid_carbon.yaml")
    return GridCarbon(read_model(file, GridCarbonFile, checks=grid_carbon_faults))


def grid_carbon_faults(file: GridCarbonFile) -> Iterator[Fault]:
    """What a validated file still has wrong: lacking series, unknown countries, doubled regions."""
    for name in YEARLY_SERIES:
        if name not in file.series:
            yield Fault(("series",), f"no series '{name}'.")
    for name, series in file.series.items():
        for table in ("factors", "losses"):
            for country in getattr(series, table):
                if country not in file.countries:
                    what = f"country '{country}' is not under countries."
                    yield Fault(("series", name, table, country), what)
    ids = [each.id for each in file.gb_regions.regions]
    for position, each in enumerate(file.gb_regions.regions):
        if each.id in ids[:position]:
            at = ("gb_regions", "regions", position, "id")
            yield Fault(at, f"region {each.id} again. Keep one.")


def known_grid_region(text: object) -> str:
    """The code of a grid region as a setting names it. Raises ValueError with a hint."""
    grid = load_grid_carbon()
    found = grid.region(str(text))
    if found is None:
        meant = nearest(str(text).casefold(), grid.words())
        hint = meant or "Write a region such as West Midlands, its number, or a country such as GB."
        raise ValueError(f"unknown grid region '{text}'. {hint}")
    return found.code


def _word(text: str) -> str:
    return " ".join(text.replace("&", " and ").split()).casefold()
