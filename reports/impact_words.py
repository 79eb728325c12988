"""How an impact statement reckons, and what its words mean."""

from typing import Final

METHODS: Final = {
    "power of a GPU with its host": (
        "The card's idle power, plus its activity times the rest of its design power; plus the "
        "power of the cores and of the memory that come with it"
    ),
    "energy": "Power of a GPU with its host, times GPU-hours, times PUE",
    "operational carbon": "Energy times the carbon intensity of the grid",
    "embodied carbon": (
        "The making of a card and of its part of a node, over the hours of their life, times "
        "GPU-hours"
    ),
    "carbon": "Operational plus embodied carbon",
    "carbon of a GPU-hour": "Carbon over GPU-hours",
    "what it is set beside": "Energy or carbon, over that of one of the things named",
}
"""By the name of the quantity."""

GLOSSARY: Final = {
    "CO2 equivalent": "All greenhouse gases, as the carbon dioxide that would warm as much.",
    "Design power": "What a card draws at most as its maker states it, also called TDP.",
    "Embodied carbon": "What the making of the hardware emitted, shared out over its life.",
    "GPU-hour": "One card held for an hour, whether it works or not.",
    "Grade": (
        "How good a source is: A of the operator or of official statistics, B of a ranking, C of "
        "the press or of a collection, D second-hand, E general knowledge that nobody verified."
    ),
    "Location-based": "By the grid that the machine hangs on, not by contracts for electricity.",
    "Low, central, high": "Every assumption at its low end, its central value, its high end.",
    "Operational carbon": "What making the electricity emitted that was drawn.",
    "PUE": "Power usage effectiveness: all that the facility draws, over what its computers draw.",
}
"""In alphabetical order."""
