"""Requested against granted: rounds, their cuts, what may be granted next, and rounds elsewhere."""

from typing import Any, Final

import polars as pl

from model.question import Answer, Question
from reports.capacity_report.desk import Desk, Exhibit, missing
from reports.charts.shortfall import cuts_chart, round_name, rounds_chart
from reports.document import Block, Callout, words
from reports.findings.awards import expected_sentence, grantable_finding, published_finding
from reports.findings.shortfall import cut_finding, last_round, round_finding, unmet_sentence
from reports.missing import no_awards

_ROUNDS: Final = (
    "round", "requested", "recommended", "granted", "used", "unit", "awarded_share", "unmet_low",
    "unmet_high",
)  # fmt: skip
_APPLICATIONS: Final = (
    "application_id", "institution", "requested", "recommended", "granted", "used", "cut_fraction",
    "merit_cut", "used_share", "pull_back",
)  # fmt: skip
_GRANTABLE: Final = (
    "resource", "unit", "expected_available", "committed", "expected_use_of_commitments",
    "grantable_low", "grantable_high",
)  # fmt: skip
_PUBLISHED: Final = (
    "scheme", "year", "resource", "unit", "requested", "granted", "cut", "grade",
)  # fmt: skip
_CUT: Final = "A cut is one less the granted over the requested, of a funded application"


def write(desk: Desk) -> list[Block]:
    """The blocks of the section; rounds that others published need no store."""
    return [*_rounds(desk), *_grantable(desk), *_published(desk)]


def _rounds(desk: Desk) -> list[Block]:
    if not desk.has_store:
        return []
    answer = desk.if_any(desk.overall("shortfall"))
    row = last_round(answer.frame) if answer else None
    if answer is None or row is None:
        return [missing(no_awards())]
    rounds = Exhibit(
        key="rounds",
        say=lambda: round_finding(row),
        answer=answer,
        caption="Requested, recommended, granted and used by round",
        columns=_ROUNDS,
        headers=("call", "round"),
        chart=lambda: rounds_chart(answer.frame, synthetic=answer.synthetic),
        also=(lambda: unmet_sentence(row),),
        method="Granted over requested, over all applications of the round",
        headline=True,
    )
    return [*desk.show(rounds), *_cuts(desk, answer, row)]


def _cuts(desk: Desk, rounds: Answer, row: dict[str, Any]) -> list[Block]:
    """The cuts of the last round: of single applications only where nobody is to be protected."""
    if desk.selection.protected:
        said = Exhibit(
            key="cuts",
            say=lambda: cut_finding(row),
            answer=rounds,
            caption="How alike the cuts of each round were",
            columns=("round", "decided", "awards", "cut_q1", "cut_median", "cut_q3",
                     "uniform_cut_of_funded", "uniform_cut_of_decided"),
            headers=("call", "round"),
            method=_CUT,
            headline=True,
        )  # fmt: skip
        return [*desk.show(said), _withheld()]
    where = (("call", row["call"]), ("round", row["round"]))
    answer = desk.if_any(desk.overall("applications", where=where))
    if answer is None:
        return []
    name, median = round_name(row), row["cut_median"]
    exhibit = Exhibit(
        key="applications",
        say=lambda: cut_finding(row),
        answer=answer,
        caption=f"Applications of {name}",
        columns=_APPLICATIONS,
        chart=lambda: cuts_chart(
            answer.frame, median=median, name=name, synthetic=answer.synthetic
        ),
        more={"shortfall": rounds},
        method=_CUT,
        headline=True,
    )
    return desk.show(exhibit)


def _withheld() -> Callout:
    return Callout(
        "protected",
        "Single applications are not listed",
        words(
            "A line an application would show what single projects and people asked for and were "
            "given. An edition for use within the organisation may have it."
        ),
        "plimsoll report capacity --no-disclosure-control --output internal.pdf",
    )


def _grantable(desk: Desk) -> list[Block]:
    clusters = tuple(("cluster", name) for name in desk.selection.clusters)
    answer = desk.if_any(desk.overall("grantable", where=clusters))
    if answer is None:
        return []
    frame = answer.frame
    exhibit = Exhibit(
        key="grantable",
        say=lambda: grantable_finding(frame),
        answer=answer,
        caption="What may be granted in the coming period, by resource",
        columns=_GRANTABLE,
        also=(lambda: expected_sentence(frame),),
        headline=_has_gpu_hours(frame),
    )
    return desk.show(exhibit)


def _has_gpu_hours(frame: pl.DataFrame) -> bool:
    rows = frame.filter(pl.col("unit") == "GPU-hours")
    return rows["grantable_low"].drop_nulls().len() > 0


def _published(desk: Desk) -> list[Block]:
    answer = desk.answer(Question("published_rounds"))
    exhibit = Exhibit(
        key="published-rounds",
        say=lambda: published_finding(answer.frame),
        answer=answer,
        caption="Rounds of allocation that were published, here and elsewhere",
        columns=_PUBLISHED,
        headers=("scheme", "year"),
        headline=not desk.has_store,
    )
    return desk.show(exhibit)
