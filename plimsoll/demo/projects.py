"""The invented applicants of two rounds: who asked, for what, and how active they are."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

Fate = Literal["funded", "refused", "undecided", "withdrawn"]

FIRST_ROUND: Final = 1
SECOND_ROUND: Final = 2
_FIRST_ROUND_SIZE: Final = 30
_SECOND_ROUND_SIZE: Final = 45

BARELY_USED: Final = 17
NEARLY_EXHAUSTED: Final = 4
"""Places, in the second round, of the project that hardly computes and of the one that runs out."""

_INSTITUTIONS: Final = (
    "Northmoor University (synthetic)",
    "University of Eastwick Sands (synthetic)",
    "Carrow Institute of Technology (synthetic)",
    "University of Saltmarsh (synthetic)",
    "Penhallow University (synthetic)",
    "Wrayburn College (synthetic)",
    "University of the High Fells (synthetic)",
    "Ardmoor Research Centre (synthetic)",
)
_TOPICS: Final = (
    ("learned potentials for perovskite surfaces", "Materials science"),
    ("a foundation model of inorganic crystals", "Materials science"),
    ("inverse design of solid electrolytes", "Materials science"),
    ("defect formation in wide-gap oxides", "Materials science"),
    ("generative models of porous frameworks", "Chemistry"),
    ("reaction barriers from equivariant networks", "Chemistry"),
    ("excited states of organic emitters", "Chemistry"),
    ("protein language models of enzymes", "Biosciences"),
    ("cryo-EM reconstruction without labels", "Biosciences"),
    ("emulators of convective storms", "Climate and weather"),
    ("downscaling of coastal sea level", "Climate and weather"),
    ("surrogates of tokamak edge turbulence", "Plasma physics"),
    ("normalising flows for lattice field theory", "Particle physics"),
    ("speech models of minority languages", "Computer science"),
    ("efficient training of sparse networks", "Computer science"),
)
_COUNCILS: Final = {
    "Materials science": "Physical Sciences Council (synthetic)",
    "Chemistry": "Physical Sciences Council (synthetic)",
    "Biosciences": "Life Sciences Council (synthetic)",
    "Climate and weather": "Environment Council (synthetic)",
    "Plasma physics": "Physical Sciences Council (synthetic)",
    "Particle physics": "Particle Physics Council (synthetic)",
    "Computer science": "Physical Sciences Council (synthetic)",
}
_ROUTES: Final = ("open call", "open call", "open call", "pump-priming", "consortium")


@dataclass(frozen=True)
class Project:
    """One application. `account` is empty where nothing was granted; `weight` is its activity."""

    application_id: str
    round: int
    title: str
    pi: str
    institution: str
    discipline: str
    council: str
    route: str
    cluster: str
    account: str
    weight: float
    fate: Fate


def draw_projects(rng: np.random.Generator) -> tuple[Project, ...]:
    """The applications of both rounds."""
    sizes = ((FIRST_ROUND, _FIRST_ROUND_SIZE), (SECOND_ROUND, _SECOND_ROUND_SIZE))
    return tuple(
        _project(number, place, rng) for number, size in sizes for place in range(1, size + 1)
    )


def _project(number: int, place: int, rng: np.random.Generator) -> Project:
    topic, discipline = _TOPICS[int(rng.integers(len(_TOPICS)))]
    fate = _fate(number, place)
    code = f"syn{number}{place:02d}"
    weight = 0.004 if (number, place) == (SECOND_ROUND, BARELY_USED) else rng.lognormal(0.0, 0.6)
    return Project(
        application_id=f"SYN-{2024 + number}-{place:03d}",
        round=number,
        title=f"Synthetic application {code}: {topic}",
        pi=f"Investigator {code.upper()} (synthetic)",
        institution=_INSTITUTIONS[int(rng.integers(len(_INSTITUTIONS)))],
        discipline=discipline,
        council=_COUNCILS[discipline],
        route=_ROUTES[int(rng.integers(len(_ROUTES)))],
        cluster="synthetic-north" if place % 2 else "synthetic-south",
        account=code if fate == "funded" else "",
        weight=float(weight),
        fate=fate,
    )


def _fate(number: int, place: int) -> Fate:
    if number == FIRST_ROUND:
        return "refused" if place in {8, 19, 27} else "funded"
    special: dict[int, Fate] = {11: "refused", 32: "refused", 44: "undecided", 45: "withdrawn"}
    return special.get(place, "funded")
