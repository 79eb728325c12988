"""What a report says of disclosure control, with the numbers of the settings."""

from typing import Final

from model.settings import Disclosure
from reports.wording import number, plural

PROTECTED: Final = (
    "Disclosure control is on: cells that rest on few people or on one body are withheld, and "
    "others from which they could be reckoned back."
)
NOT_PROTECTED: Final = (
    "Disclosure control is off: this edition is for use within the organisation, not to publish."
)


def rule(control: Disclosure) -> str:
    """How cells are chosen that are withheld."""
    agreed = ", ".join(control.agreed_clusters)
    return (
        f"A figure on use rests on at least {number(control.minimum_users)} users and "
        f"{plural(control.minimum_institutions, 'institution')} or PIs; an account stands in for "
        "its PI where no award names one. It is withheld where the second largest user, PI or "
        f"account could reckon the largest to within {number(control.p_percent)}% (the p % rule: "
        "the total less the two largest must be at least that part of the largest). So are, with "
        "it, further cells and totals from which it could be reckoned; a linear programme checks "
        "of each withheld cell that all editions together leave it open either way by "
        f"{number(control.p_percent)}%, or by what the p % rule lacks. Shares, means, medians "
        "and carbon of a withheld cell are withheld too. Clusters that are withheld one by one "
        f"are shown together where that may be. Periods are whole {control.grain}s. Counts of "
        f"people are shown from {number(control.minimum_people)} on, to the nearest "
        f"{number(control.round_people_to)}. The registry, published rounds and the hardware of "
        "clusters are public"
        + (f", and so are, by agreement, the figures of {agreed}." if agreed else ".")
    )


def instead(withheld: int, lines: int, caption: str) -> str:
    """The sentence in place of one that would quote a withheld figure."""
    which = "every line" if withheld == lines else f"{number(withheld)} of {plural(lines, 'line')}"
    return f"Withheld in whole or in part, so that nobody can be made out: {which} of “{caption}”"


def gap(withheld: int, lines: int) -> str:
    """What a chart's description says of what it does not draw."""
    verb = "is" if withheld == 1 else "are"
    return f"{number(withheld)} of {plural(lines, 'line')} {verb} withheld and not drawn."


def nothing_to_show(control: Disclosure) -> str:
    """Why a section on use is empty."""
    bodies = plural(control.minimum_institutions, "institution")
    return (
        "What was chosen rests on too few people or bodies: figures on use need at least "
        f"{number(control.minimum_users)} users and {bodies} or PIs, of whom none may dominate. "
        "A wider choice of clusters or time may be shown; an "
        "edition for use within the organisation may have all of it."
    )
