"""Tables of awards: requested, recommended, granted, used."""

from zoneinfo import ZoneInfo

import polars as pl

from analytics.applications import applications
from analytics.award_use import award_use
from analytics.finding import Finding
from analytics.shortfall import shortfall, shortfall_notes
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
    awards, used = awards_and_use(asked)
    as_of, _ = asked.stored().as_of
    frame = applications(
        awards,
        used,
        as_of=as_of.astimezone(ZoneInfo(asked.question.timezone)).date() if as_of else None,
        pull_back=load_pull_back().rules,
    )
    return kept(Finding(frame), asked.where)


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
    zone = asked.question.timezone
    return facts.awards, award_use(facts.awards, facts.tracked_jobs, as_of=as_of, timezone=zone)
