"""Periods in which nothing was observed: a table has no lines of them, and a note says so."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from model.question import Answer
from reports.disclosure import period_span
from reports.wording import plural

_START: Final = "period_start"
_INSTANT: Final = timedelta(microseconds=1)


def without_unobserved(answer: Answer, spans: Iterable[tuple[datetime, datetime]]) -> Answer:
    """The answer without periods that no span, from its first moment up to its end, touches."""
    question, frame = answer.question, answer.frame
    if question.period == "total" or _START not in frame.columns:
        return answer
    zone = ZoneInfo(question.timezone)
    days = [
        (first.astimezone(zone).date(), (last - _INSTANT).astimezone(zone).date())
        for first, last in spans
    ]
    starts: list[date] = frame[_START].unique().to_list()
    seen = [
        start
        for start in starts
        for following in [min(period_span(start, question.period)[1], question.until or date.max)]
        if any(first < following and last >= start for first, last in days)
    ]
    left = len(starts) - len(seen)
    if not left or not seen:
        return answer
    are = "is" if left == 1 else "are"
    said = f"{plural(left, question.period)} in which nothing was observed {are} left out."
    return replace(
        answer, frame=frame.filter(pl.col(_START).is_in(seen)), notes=(*answer.notes, said)
    )
