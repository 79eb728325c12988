"""Small clusters against central ones, in one table composed of what others tell."""

from dataclasses import replace

import polars as pl

from analytics.carbon import carbon
from analytics.carbon_notes import carbon_notes
from analytics.energy import JOB_GPUS
from analytics.finding import Finding
from analytics.parted import Rows
from analytics.size_classes import SIZE_CLASS, cluster_sizes, small_and_central
from analytics.utilisation import utilisation
from analytics.waits import waits
from ingest.survey import read_surveys
from model.errors import InputError
from model.wait_reasons import load_wait_reasons
from reports.sites import site_notes
from reports.tables.asked import Asked
from reports.tables.energy import known_sites, reckoned_with

_WITH_GPUS = (pl.col("gpus") > 0) | (pl.col("req_gpus") > 0)


def small_and_central_table(asked: Asked) -> Finding:
    """GPUs, PUE, utilisation, waits and carbon of small clusters beside those of central ones."""
    _check(asked)
    facts, periods = asked.known()
    estate, by = facts.estate(), (SIZE_CLASS, *asked.question.by)
    sizes = cluster_sizes(estate, facts.names, calendar=periods)
    jobs = _classed_jobs(asked, sizes)
    sites = known_sites(asked)
    reckoned = reckoned_with(asked, sites, periods)
    emitted = carbon(jobs, reckoned, calendar=periods, by=by)
    used = utilisation(estate, calendar=periods, by=("cluster",), where=asked.where)
    found = small_and_central(
        sizes,
        {site.cluster: None if site.pue_assumed else site.pue for site in sites},
        utilisation=used.frame,
        waits=waits(jobs, calendar=periods, reasons=load_wait_reasons(), by=by).frame,
        carbon=emitted.frame,
        survey=read_surveys(() if asked.where else asked.settings.surveys),
        by=by,
        calendar=periods,
    )
    of_carbon = carbon_notes(emitted, reckoned, None, yearly=asked.settings.carbon.yearly_factors)
    return Finding(found.frame, (*found.notes, *site_notes(sites), *used.notes, *of_carbon))


def _classed_jobs(asked: Asked, sizes: pl.DataFrame) -> Rows:
    """The jobs with GPUs of the clusters of a known size class."""
    classes = dict(sizes.select("cluster", SIZE_CLASS).iter_rows())
    of_cluster = pl.col("cluster").replace_strict(classes, default=None, return_dtype=pl.String)
    undivided = replace(asked, question=replace(asked.question, by=()))
    jobs = undivided.chosen_jobs(keeping={JOB_GPUS: pl.col("gpus"), SIZE_CLASS: of_cluster})
    return jobs.filter(_WITH_GPUS, pl.col(SIZE_CLASS).is_not_null())


def _check(asked: Asked) -> None:
    others = {*asked.question.by} - {"cluster"} | {*asked.where} - {"cluster", "tier"}
    if others:
        raise InputError(
            f"small_and_central cannot be split or filtered by {', '.join(sorted(others))}",
            hint="it takes --by cluster, and --where cluster= and tier=.",
        )
