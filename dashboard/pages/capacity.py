"""Capacity: the UK against the world, now, before and after, from the registry alone."""

from typing import Any, Final

from dash import html

from dashboard.aria import aria
from dashboard.choices import registry_models
from dashboard.controls import choice, date_field, model_choice
from dashboard.empty import no_machines
from dashboard.filters import DEFAULT_PER, DEFAULT_UNIT, PER, Filters
from dashboard.pages.base import Page, PageRequest
from dashboard.pages.capacity_claims import claims_panel
from dashboard.pages.capacity_machine import machine_parts
from dashboard.pages.capacity_now import (
    country_path,
    listed_capacity,
    not_counted,
    per_head_panel,
    ranking_panel,
)
from dashboard.pages.capacity_served import commitments_panel, delivered_part
from dashboard.pages.capacity_years import history_panel, outlook_panel, target_panels
from dashboard.panels import Panel, render, stack
from dashboard.reader import Reader, today
from model.countries import country_name
from model.origin import GRADES
from reports.charts.capacity import counted
from reports.units import CAPACITY_UNITS
from reports.wording import day


def controls(reader: Reader, filters: Filters) -> list[Any]:
    """Date, unit, denominator, country and grade; none on the page of one machine."""
    if filters.machine:
        return []
    codes = sorted({machine.country for machine in reader.registry.machines})
    named = dict(sorted(((code, country_name(code)) for code in codes), key=lambda pair: pair[1]))
    units = {unit.column: unit.label for unit in CAPACITY_UNITS.values()}
    grades: dict[str, str] = {grade: f"{grade} or better" for grade in GRADES[1:-1]}
    grades = {GRADES[0]: f"{GRADES[0]} alone"} | grades
    return [
        date_field("on", "In service on", filters.on, hint=f"today, {day(today())}"),
        choice("unit", "Unit", filters.unit, units, default=DEFAULT_UNIT),
        choice("per", "Per", filters.per, PER, default=DEFAULT_PER),
        choice("country", "Country", filters.country, named, everything="All countries"),
        model_choice(filters, registry_models(reader)),
        choice("grade", "Sources of grade", filters.grade, grades, everything="Any grade"),
    ]


def body(request: PageRequest) -> html.Div:
    """The panels of the page, or the record of one machine."""
    if request.filters.machine:
        return stack(machine_parts(request))
    answer = listed_capacity(request)
    if counted(answer.frame).is_empty():
        return stack([no_machines(), *not_counted(request, answer)])
    parts: list[Panel | html.Section] = [
        per_head_panel(request),
        ranking_panel(request, answer),
        *target_panels(request),
        history_panel(request),
        outlook_panel(request),
        commitments_panel(request),
        delivered_part(request),
        claims_panel(request),
        *not_counted(request, answer),
    ]
    shown = [render(each, request.view) if isinstance(each, Panel) else each for each in parts]
    return stack([country_path(request), _contents(), *shown])


_CONTENTS: Final = (
    ("finding-countries", "Per head"),
    ("finding-machines", "Machines"),
    ("finding-target-0", "Targets"),
    ("finding-history", "Since 2017"),
    ("finding-outlook", "The next ten years"),
    ("finding-commitments", "For how long machines are paid for"),
    ("finding-delivered", "Delivered"),
    ("finding-claims", "Claims"),
    ("not-counted", "Left out of sums"),
)


def _contents() -> html.Nav:
    return html.Nav(
        [
            html.Span("On this page:"),
            html.Ul([html.Li(html.A(name, href=f"#{place}")) for place, name in _CONTENTS]),
        ],
        className="pl-deeper",
        **aria(label="On this page"),
    )


CAPACITY: Final = Page(
    name="Capacity",
    path="capacity",
    heading="GPU capacity: the UK and the world",
    controls=controls,
    body=body,
    offers=("gpu_model",),
)
