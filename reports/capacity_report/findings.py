"""The key findings: the sentences of the sections that were marked as such."""

from reports.capacity_report.desk import Desk
from reports.document import Block, Callout, Paragraph, words
from reports.missing import no_store

_SYNTHETIC = (
    "Every figure on clusters, jobs and awards is invented, to show what the report looks like. "
    "Figures on real machines come from the registry and are what they are."
)
_NO_STORE = (
    "This edition is made from the registry of machines alone. What was used, waited for and "
    "emitted needs accounting data: make a store and read a log of your cluster into it, or look "
    "at the demonstration."
)
_CHARTS_OF_A_BRIEF = ("rounds", "densities")


def write(desk: Desk) -> list[Block]:
    """The findings, after what nobody must miss; a brief has its charts here."""
    blocks: list[Block] = []
    if any(answer.synthetic for answer in desk.answers):
        blocks.append(Callout("synthetic", "SYNTHETIC DATA", words(_SYNTHETIC)))
    lead = "Each sentence may be quoted; its note names the table, the method and the source."
    blocks.append(Paragraph(words(lead), "lead"))
    blocks += desk.headlines
    if desk.selection.template == "brief":
        blocks += _charts(desk)
    if not desk.has_store:
        blocks.append(Callout("missing", "No store yet", words(_NO_STORE), no_store().command))
    return blocks


def _charts(desk: Desk) -> list[Block]:
    drawn = {chart.key: chart for chart, _ in desk.leading_charts}
    return [drawn[key] for key in _CHARTS_OF_A_BRIEF if key in drawn]
