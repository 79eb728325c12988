"""How the figures are made, subject by subject, in words."""

from typing import Final

from reports.capacity_report.desk import Desk
from reports.capacity_report.protection import withheld_table
from reports.disclosure.words import rule
from reports.document import Block, ListBlock, Paragraph, Strong, Words, words

_LEAD: Final = (
    "What is not known is “no data”, never zero. Where a figure is only known between two "
    "bounds, both are given. What is estimated is called an estimate. A period includes its "
    "first day and ends before its last, at midnight in the site's time zone. The glossary has "
    "the definition and the formula of every column."
)
_METHODS: Final = {
    "capacity": (
        "Capacity",
        (
            "Machines are records of a registry in which every figure names its source and its "
            "grade, from an operator's own document (A) to general knowledge (E). A machine "
            "counts on a day if it was in service on it; planned machines, claims, and machines "
            "that another record contains enter no sum. Cards are made comparable by their dense"
            " rate at half precision over that of an NVIDIA A100."
        ),
    ),
    "shortfall": (
        "Requested against granted",
        (
            "A cut is one less the granted over the requested. A merit cut is what the "
            "recommendation took off, a capacity cut what was taken off after it. Unmet demand "
            "is an interval: requests grow where cuts are expected, and a call's own limit "
            "truncates them. A round is a census, so that its spread is given by quartiles and "
            "no interval of confidence."
        ),
    ),
    "utilisation": (
        "Utilisation",
        (
            "Available is installed GPU time less time that is down, in maintenance, or not "
            "observed. Allocated is what jobs held, whether their GPUs did anything or not. "
            "Inference nodes are told by configuration, by names, by what runs on them, or as "
            "candidates by their card, and are set beside the other nodes of the same clusters. "
            "What could be reclaimed is a lower bound: whole windows without use, beyond head-"
            "room."
        ),
    ),
    "waits": (
        "Waits and unmet demand",
        (
            "A wait lasts from submission to start and is booked to the period of the start; "
            "medians and tails are given, for a mean misleads. Jobs that never started have no "
            "wait: what they asked for lies between what like jobs ran and their time limit. "
            "Jobs that were submitted again within a day are not counted twice. The curves of "
            "the chance of a start treat a cancellation as a competing end (Aalen and Johansen)."
        ),
    ),
    "fragmentation": (
        "Many small clusters or one",
        (
            "Stranded are GPUs that stood idle in one cluster while a job waited in another: an "
            "upper bound. What pooling would give to waits follows Erlang and illustrates only, "
            "for it assumes single jobs that arrive at random."
        ),
    ),
    "carbon": (
        "Energy and carbon",
        (
            "Energy is measured by the nodes' counters where they are known, else modelled from "
            "the activity of the devices, else taken at design power, which is an upper estimate"
            " for the cards. Carbon is that of the grid's average intensity at the place and the"
            " half-hour, a yearly factor where no other is known; the making of the machines is "
            "shared out over their life and stands apart."
        ),
    ),
    "quality": (
        "Quality of the data",
        (
            "A cluster's jobs are known within the windows for which its log was asked. Rows "
            "that cannot be read are set aside with their reason and counted; none is dropped in"
            " silence."
        ),
    ),
}


def write(desk: Desk) -> list[Block]:
    """The methods of the sections that were chosen, and how much disclosure control withheld."""
    told = [_METHODS[name] for name in desk.selection.sections if name in _METHODS]
    if desk.guard is not None:
        told.append(("Disclosure control", rule(desk.settings.reports.disclosure)))
    items = tuple((Strong(f"{name}. "), Words(text)) for name, text in told)
    blocks: list[Block] = [Paragraph(words(_LEAD), "lead"), ListBlock(items)]
    return [*blocks, *([withheld_table(desk.guard, desk.shown)] if desk.guard else [])]
