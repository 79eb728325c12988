"""Tables of energy and carbon."""

from datetime import UTC, datetime

import polars as pl

from analytics.calendar import Calendar, calendar
from analytics.carbon import Sites, carbon
from analytics.carbon_notes import carbon_notes, sources_of
from analytics.dimensions import dimension_notes
from analytics.energy import JOB_GPUS
from analytics.estate import Estate
from analytics.finding import Finding
from analytics.grid import Grid, grid
from analytics.idle_energy import idle_energy
from analytics.job_activity import DeviceRates, device_rates
from analytics.watts import Hardware
from model.grid_carbon import load_grid_carbon
from model.power import load_power
from model.schemas import INTENSITY
from reports.facts import Facts
from reports.sites import Site, site_notes, site_of
from reports.tables.asked import Asked


def carbon_table(asked: Asked) -> Finding:
    """Energy and carbon of jobs, what idle GPUs drew, and by cluster the facility's PUE."""
    facts, periods = asked.known()
    sites = known_sites(asked)
    reckoned = reckoned_with(asked, sites, periods)
    idle = idle_energy(
        facts.estate(),
        calendar=periods,
        by=asked.question.by,
        where=asked.where,
        hardware=reckoned.hardware,
        facilities=reckoned.facilities,
    )
    jobs = asked.chosen_jobs(keeping={JOB_GPUS: pl.col("gpus")})
    table = carbon(jobs, reckoned, calendar=periods, by=asked.question.by, idle=idle)
    notes = carbon_notes(table, reckoned, idle, yearly=asked.settings.carbon.yearly_factors)
    needed = [*asked.question.by, *asked.where]
    dimensions = dimension_notes(needed, awards=facts.awards)
    return Finding(_with_pue(table.frame, sites), (*site_notes(sites), *notes, *dimensions))


def _with_pue(frame: pl.DataFrame, sites: list[Site]) -> pl.DataFrame:
    """With `pue` and `pue_basis` where the lines are of single clusters."""
    if "cluster" not in frame.columns:
        return frame
    facilities = pl.DataFrame(
        {
            "cluster": [site.cluster for site in sites],
            "pue": [site.pue for site in sites],
            "pue_basis": ["assumed" if site.pue_assumed else "stated" for site in sites],
        },
        schema={"cluster": pl.String, "pue": pl.Float64, "pue_basis": pl.String},
    )
    return frame.join(facilities, on="cluster", how="left", maintain_order="left")


def known_sites(asked: Asked) -> list[Site]:
    """The sites of the question's clusters."""
    facts = asked.stored()
    return [
        site_of(cluster, asked.settings.cluster(cluster.name), asked.registry)
        for cluster in facts.clusters
    ]


def reckoned_with(asked: Asked, sites: list[Site], periods: Calendar) -> Sites:
    """What the jobs of these sites are reckoned with."""
    facts = asked.stored()
    estate = facts.estate()
    over_all, in_periods = _rates(estate, facts, periods)
    lit = _grid(asked, sites, periods)
    codes = {site.cluster: site.region.code if site.region else "" for site in sites}
    return Sites(
        hardware=Hardware(facts.catalogue, load_power(), facts.nodes, facts.aliases),
        facilities={site.cluster: site.facility for site in sites},
        grid=lit,
        region={name: lit.regions.index(code) for name, code in codes.items()},
        over_all=over_all,
        in_periods=in_periods,
    )


def _grid(asked: Asked, sites: list[Site], periods: Calendar) -> Grid:
    regions = [site.region for site in sites]
    codes = {each.code for each in regions if each} | {each.country for each in regions if each}
    begin, end = (datetime.fromtimestamp(s, UTC) for s in (periods.begin_s, periods.end_s))
    wanted = asked.settings.carbon
    sources = sources_of(life_cycle=wanted.life_cycle)
    within = (pl.col("begin") < end) & (pl.col("end") > begin)
    rows = (
        asked.stored()
        .store.scan(INTENSITY)
        .filter(
            pl.col("region").is_in(sorted(codes)),
            (pl.col("source").is_in(sources) & within)
            | (pl.col("source") == wanted.yearly_factors),
        )
    )
    return grid(
        regions,
        rows.collect(),
        known=load_grid_carbon(),
        sources=sources,
        yearly=wanted.yearly_factors,
        calendar=periods,
    )


def _rates(
    estate: Estate, facts: Facts, periods: Calendar
) -> tuple[DeviceRates | None, DeviceRates | None]:
    """What telemetry tells of jobs over all of their time, and in the question's periods.

    A job's power is that of all of its time, whatever part of it is asked for: so that a year is
    the sum of its months.
    """
    if estate.samples is None:
        return None, None
    begin_s, end_s = facts.observed.select(pl.col("begin_s").min(), pl.col("end_s").max()).row(0)
    begin, end = (datetime.fromtimestamp(s, UTC) for s in (begin_s, end_s))
    everything = calendar(begin, end, period="total", timezone="UTC")
    return device_rates(estate, calendar=everything), device_rates(estate, calendar=periods)
