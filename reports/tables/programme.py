"""Tables of awards: requested, recommended, granted, used."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

import polars as pl

from analytics.applications import applications
from analytics.award_hours import Charging
from analytics.award_places import placed
from analytics.award_pools import award_pools, pools_notes
from analytics.award_use import award_use
from analytics.finding import Finding
from analytics.regret import regret, regret_notes
from analytics.shortfall import shortfall, shortfall_notes
from model.cluster_settings import ClusterSettings
from model.errors import InputError
from model.pull_back import load_pull_back
from reports.tables.asked import Asked, kept


def shortfall_table(asked: Asked) -> Finding:
    """A line a round."""
    asked.without_by()
    awards, used = awards_and_use(asked)
    rounds = shortfall(awards, used)
    return kept(Finding(rounds, shortfall_notes(awards, rounds)), asked.where)


def applications_table(asked: Asked) -> Finding:
    """A line an application."""
    asked.without_by()
    return kept(Finding(_applications(asked)), asked.where)


def regret_table(asked: Asked) -> Finding:
    """A line an award that was cut and used up, or granted and unused."""
    asked.without_by()
    frame = regret(_applications(asked), as_of=_today(asked))
    return kept(Finding(frame, regret_notes(frame)), asked.where)


def pools_table(asked: Asked) -> Finding:
    """A line a resource and pool, over all rounds or by call and round."""
    by = _of_a_round(asked.question.by)
    awards, used = awards_and_use(asked)
    facts = asked.stored()
    shares = {
        (each.name, pool): share
        for each in facts.settings.clusters
        for pool, share in each.pools.items()
    }
    places = placed(awards, facts.names, machines(facts.settings.clusters))
    frame = award_pools(awards, used, places=places, shares=shares, by=by)
    return kept(Finding(frame, pools_notes(frame)), asked.where)


def _of_a_round(by: Sequence[str]) -> Sequence[str]:
    for name in by:
        if name not in {"call", "round"}:
            raise InputError(f"pools cannot be split by {name!r}", hint="by call or round.")
    return by


def _applications(asked: Asked) -> pl.DataFrame:
    awards, used = awards_and_use(asked)
    return applications(awards, used, as_of=_today(asked), pull_back=load_pull_back().rules)


def _today(asked: Asked) -> date | None:
    as_of, _ = asked.stored().as_of
    return as_of.astimezone(ZoneInfo(asked.question.timezone)).date() if as_of else None


def machines(clusters: Sequence[ClusterSettings]) -> dict[str, str]:
    """The clusters by the machine that each is in the registry."""
    return {each.machine: each.name for each in clusters if each.machine}


def awards_and_use(asked: Asked) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """The awards, and what was used of them; without a job nothing is known of use."""
    facts = asked.stored()
    if facts.awards.is_empty():
        raise InputError(
            "the store holds no awards",
            hint="`plimsoll awards template` shows the columns, `plimsoll ingest awards FILE` "
            "reads them.",
        )
    as_of, _ = facts.as_of
    if as_of is None:
        return facts.awards, None
    used = award_use(
        facts.awards,
        facts.tracked_jobs,
        as_of=as_of,
        timezone=asked.question.timezone,
        charging=charging(facts.settings.clusters),
        machines=machines(facts.settings.clusters),
    )
    return facts.awards, used


def charging(clusters: Sequence[ClusterSettings]) -> dict[str, Charging]:
    """How each cluster charges, by the settings."""
    return {
        each.name: Charging(
            billing_per_unit=each.billing_per_unit if each.charge_by == "billing" else None,
            threads_per_core=each.threads_per_core,
        )
        for each in clusters
    }
