"""Questions to answers: the one way from a store or the registry to a figure."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from analytics.finding import Finding
from model.errors import InputError
from model.question import Answer, Question
from model.registry import Registry, load_registry
from model.settings import Settings
from model.suggestions import did_you_mean
from reports.facts import Facts
from reports.kept_answers import KeptAnswers
from reports.tables import NEEDS_NO_STORE, OF_THE_LEDGER, TABLES, TAKES_A_STORE, Asked
from store import Store

__all__ = ["NEEDS_NO_STORE", "OF_THE_LEDGER", "TABLES", "TAKES_A_STORE", "answer"]


def answer(
    question: Question, *, store: Store | None, settings: Settings, registry: Registry
) -> Answer:
    """The frame that answers a question, with what a reader must know to cite it.

    Raises:
        InputError: for an unknown table, dimension, column, cluster or time zone, and where the
            store lacks what the table is made of.
    """
    _check(question)
    facts = None
    if store is not None and question.table not in NEEDS_NO_STORE:
        facts = Facts(store, settings, registry.gpus, question)
    finding = _found(Asked(question, registry, facts, settings))
    if facts is None:
        return Answer(question, finding.frame, finding.notes)
    as_of, assumed = facts.as_of
    return Answer(
        question=question,
        frame=finding.frame,
        notes=finding.notes,
        data_as_of=as_of,
        as_of_assumed=assumed,
        store_version=facts.store.version(),
        synthetic=facts.synthetic,
    )


def _found(asked: Asked) -> Finding:
    """What the table tells; what it told before, where nothing has changed since."""
    table = asked.question.table
    of_the_program = asked.registry is load_registry()
    if asked.facts is None or table in OF_THE_LEDGER | TAKES_A_STORE or not of_the_program:
        return TABLES[table](asked)
    kept = KeptAnswers(asked.facts.store, asked.settings)
    digest = kept.digest(asked.question)
    known = kept.read(digest)
    if known is not None:
        return known
    found = TABLES[table](asked)
    if kept.digest(asked.question) == digest:
        kept.write(digest, found)
    return found


def _check(question: Question) -> None:
    if question.table not in TABLES:
        raise InputError(f"no table {question.table!r}", hint=did_you_mean(question.table, TABLES))
    try:
        ZoneInfo(question.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = did_you_mean(question.timezone, available_timezones())
        raise InputError(f"no time zone {question.timezone!r}", hint=hint[:80]) from None
