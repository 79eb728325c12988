"""Disclosure control of published tables: which cells are withheld, and proof that they stay so."""

from analytics.disclosure.cells import Cells, Rules, Tally
from analytics.disclosure.plan import Plan, planned
from analytics.disclosure.rounding import rounded_people

__all__ = ["Cells", "Plan", "Rules", "Tally", "planned", "rounded_people"]
