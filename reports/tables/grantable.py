"""What may be granted next: a period to come, its capacity, and what awards already hold of it."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from analytics.award_commitments import committed, used_shares, with_observation
from analytics.award_places import placed, whole_nodes
from analytics.award_use import USE_SCHEMA
from analytics.calendar import Calendar, calendar, day_span, next_quarter, quarter_from
from analytics.expected_capacity import expected_capacity
from analytics.finding import Finding
from analytics.grantable import grantable
from analytics.grantable_notes import grantable_notes, strange_pools
from model.errors import InputError
from reports.tables.asked import Asked, kept
from reports.tables.programme import awards_and_use, machines

_YEAR: Final = timedelta(days=365)
_OF_FACTS: Final = ("cluster", "tier")


def grantable_table(asked: Asked) -> Finding:
    """A line a cluster (and pool) for the coming quarter, or for the days asked for."""
    asked.without_by()
    facts, as_of = asked.stored(), _as_of(asked)
    coming = coming_period(asked, as_of)
    past = calendar(as_of - _YEAR, as_of, period="total", timezone=asked.question.timezone)
    capacity = expected_capacity(facts.estate(), coming=coming, past=past)
    live, history = _awards(asked, coming, as_of)
    pools = {each.name: each.pools for each in facts.settings.clusters if each.pools}
    frame = grantable(capacity.frame, live, history, coming=coming, pools=pools)
    if any(name in asked.where for name in _OF_FACTS):
        frame = frame.filter(pl.col("resource").is_in(facts.names))
    where = {name: values for name, values in asked.where.items() if name not in _OF_FACTS}
    strange = strange_pools(live, pools)
    notes = (*grantable_notes(frame), *([strange] if strange else []), *capacity.notes)
    return kept(Finding(frame, notes), where)


def coming_period(asked: Asked, as_of: datetime) -> Calendar:
    """The days asked for, else the first quarter that begins at or after data-as-of."""
    question = asked.question
    today = as_of.astimezone(ZoneInfo(question.timezone))
    first = question.since or next_quarter(today)
    begin, end = day_span(first, question.until or quarter_from(first), question.timezone)
    if begin >= end:
        raise InputError(
            f"--from {first} is not before --to {question.until}",
            hint="--to is exclusive: the day after the last.",
        )
    if first < today.date():
        raise InputError(
            f"grantable looks ahead, and {first} lies before the data's end, {today:%Y-%m-%d}",
            hint="`show shortfall` and `show utilisation` tell what was.",
        )
    return calendar(begin, end, period=question.period, timezone=question.timezone)


def _as_of(asked: Asked) -> datetime:
    as_of, _ = asked.stored().as_of
    if as_of is None:
        raise InputError(
            "nothing is known of the use of any cluster",
            hint="`plimsoll ingest jobs FILE --cluster NAME` brings job logs.",
        )
    return as_of


def _awards(asked: Asked, coming: Calendar, as_of: datetime) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What live awards may use, and what ended ones used."""
    facts = asked.stored()
    awards, used = awards_and_use(asked)
    clusters = facts.settings.clusters
    threads = {each.name: each.threads_per_core for each in clusters}
    as_of_s = int(as_of.timestamp())
    rows = with_observation(
        awards,
        USE_SCHEMA.to_frame() if used is None else used,
        placed(awards, facts.names, machines(clusters)),
        facts.observed,
        as_of_s=as_of_s,
        timezone=asked.question.timezone,
    )
    nodes = whole_nodes(facts.nodes, threads)
    live = committed(rows, coming=coming, as_of_s=as_of_s, nodes=nodes)
    return live, used_shares(rows, as_of_s=as_of_s)
