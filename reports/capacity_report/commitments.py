"""Targets, the years ahead, sentences that are quoted, and for how long machines are paid for."""

from typing import Final

import polars as pl

from model.countries import HOME, country_name
from model.question import Question
from reports.capacity_report.desk import Desk, Exhibit, missing
from reports.charts.capacity_years import delivered_chart, outlook_chart, target_chart
from reports.document import Block
from reports.findings.capacity import claims_finding
from reports.findings.capacity_years import (
    announced_sentence,
    commitments_finding,
    delivered_finding,
    outlook_finding,
    purchase_sentence,
    target_finding,
)
from reports.missing import no_machine_named

_TARGET: Final = (
    "year", "straight_path", "fact", "share_of_path", "cards", "cards_without_rate", "announced",
    "announced_machines",
)  # fmt: skip
_OUTLOOK: Final = (
    "goal", "year", "machines", "gpus", "a100_equivalents_16bit", "missing_a100_equivalents",
    "cards_to_buy", "power_mw",
)  # fmt: skip
_GOALS: Final = {"keep": "keep today's", "double": "double today's", "reach peer": "reach the peer"}
_CLAIMS: Final = ("said", "verdict", "figure_claimed", "figure_found", "unit", "why")
_COMMITMENTS: Final = (
    "machine", "tier", "in_service", "retired", "years_served", "funded_until", "commitment_years",
)  # fmt: skip
_KNOWN_FIRST: Final = ("funded_until", "commitment_years", "years_served")
_COMMITMENTS_PRINTED: Final = 12
_DELIVERED: Final = (
    "machine", "cluster", "gpus", "a100_equivalents_16bit", "a100_equivalents_delivered",
    "delivered_share", "effective_share", "telemetry_coverage",
)  # fmt: skip


def write(desk: Desk) -> list[Block]:
    """The blocks of the section; only what was delivered needs a store."""
    return [
        *_targets(desk),
        *_outlook(desk),
        *_claims(desk),
        *_commitments(desk),
        *_delivered(desk),
    ]


def _targets(desk: Desk) -> list[Block]:
    whole = desk.answer(Question("targets", on=desk.selection.edition))
    names = whole.frame["target"].unique(maintain_order=True)
    return [block for place, name in enumerate(names, 1) for block in _target(desk, name, place)]


def _target(desk: Desk, name: str, place: int) -> list[Block]:
    answer = desk.answer(Question("targets", on=desk.selection.edition, where=(("target", name),)))
    frame = answer.frame
    exhibit = Exhibit(
        key=f"target-{place}",
        say=lambda: target_finding(frame),
        answer=answer,
        caption=f"{name}: the straight path, the fact, and what is announced, {frame['unit'][0]}",
        columns=_TARGET,
        chart=lambda: target_chart(frame),
        also=(lambda: announced_sentence(frame),),
        headline=place == 1,
    )
    return desk.show(exhibit)


def _outlook(desk: Desk) -> list[Block]:
    answer = desk.answer(Question("outlook", on=desk.selection.edition))
    frame, peer = answer.frame, country_name(desk.settings.outlook.peer)
    exhibit = Exhibit(
        key="outlook",
        say=lambda: outlook_finding(frame),
        answer=answer,
        caption="What is left of today's public UK machines by year, and what must be bought",
        columns=_OUTLOOK,
        headers=("goal", "year"),
        chart=lambda: outlook_chart(frame, peer=peer) if frame.height else None,
        shown=frame.with_columns(pl.col("goal").replace(_GOALS)),
        also=(lambda: purchase_sentence(frame, peer=peer),),
        printed=frame["year"].n_unique(),
        lead=(
            "Machines without a recorded last day are assumed to serve as long as retired ones "
            "did; the notes of the table tell the assumptions."
        ),
        headline=True,
    )
    return desk.show(exhibit)


def _claims(desk: Desk) -> list[Block]:
    answer = desk.answer(Question("claims", on=desk.selection.edition))
    exhibit = Exhibit(
        key="claims",
        say=lambda: claims_finding(answer.frame),
        answer=answer,
        caption="Sentences that are quoted about capacity, and what the registry says of each",
        columns=_CLAIMS,
        lead="Each is checked on the day of which it speaks.",
    )
    return desk.show(exhibit)


def _commitments(desk: Desk) -> list[Block]:
    answer = desk.answer(Question("commitments", where=(("country", HOME),)))
    exhibit = Exhibit(
        key="years-paid-for",
        say=lambda: commitments_finding(answer.frame),
        answer=answer,
        caption="For how long machines of the UK served and are paid for",
        columns=_COMMITMENTS,
        shown=answer.frame.sort(
            *(pl.col(name).is_null() for name in _KNOWN_FIRST), maintain_order=True
        ),
        lead="“No data” means unknown, not that nothing is paid. What is known stands first.",
        printed=_COMMITMENTS_PRINTED,
    )
    return desk.show(exhibit)


def _delivered(desk: Desk) -> list[Block]:
    if not desk.has_store:
        return []
    answer = desk.if_any(desk.question("delivered"))
    if answer is None:
        return [missing(no_machine_named())]
    names = {each.id: each.name for each in desk.registry.machines}
    named = answer.frame.with_columns(pl.col("machine").replace(names))
    period = desk.period(answer)
    exhibit = Exhibit(
        key="delivered",
        say=lambda: delivered_finding(answer.frame),
        answer=answer,
        caption=f"What clusters delivered of the registry's figures, {period}",
        columns=_DELIVERED,
        headers=("machine", "cluster"),
        chart=lambda: delivered_chart(named, period=period, synthetic=answer.synthetic),
        shown=named,
        headline=True,
    )
    return desk.show(exhibit)
