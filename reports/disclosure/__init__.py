"""Disclosure control of what is published: answers with their withheld cells, said in words."""

from reports.disclosure.guard import Guard
from reports.disclosure.people import People, people_of
from reports.disclosure.periods import period_span, whole_periods
from reports.disclosure.regions import Regions

__all__ = ["Guard", "People", "Regions", "people_of", "period_span", "whole_periods"]
