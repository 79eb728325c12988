"""Attacks on whole reports: what their tables tell, the sentences and charts beside them."""

from datetime import date
from itertools import combinations

import polars as pl
import pytest
from attack import Attack, Told, is_exposed
from peopled import MONTHS, Peopled

from reports.capacity_report.build import capacity_report
from reports.capacity_report.order import holdings_of
from reports.capacity_report.selection import Selection
from reports.document import Document
from reports.document.text import plain

SECTIONS = ("findings", "utilisation", "waits", "carbon", "methods")
CHOICES = (
    ((), None, None),
    ((), date(2026, 2, 1), None),
    ((), date(2026, 2, 2), date(2026, 5, 20)),
    (("c0", "c1", "c2", "c3"), None, None),
    (("c0", "c3"), None, None),
    (("c3", "c4"), None, None),
    (("c3",), None, None),
)


def report(holdings, *, clusters=(), since=None, until=None, protected=True) -> Document:
    selection = Selection(
        edition=date(2026, 7, 1), command="plimsoll report capacity", since=since, until=until,
        clusters=clusters, sections=SECTIONS, protected=protected,
    )  # fmt: skip
    return capacity_report(selection, holdings)


@pytest.fixture(scope="module")
def holdings(even):
    estate, known = even, {}

    def ask(question):
        if question not in known:
            known[question] = estate.ask(question)
        return known[question]

    return holdings_of(estate.store, estate.settings, estate.registry, ask=ask)


@pytest.fixture(scope="module")
def reports(holdings) -> list[Document]:
    return [
        report(holdings, clusters=clusters, since=since, until=until)
        for clusters, since, until in CHOICES
    ]


def told_by(document: Document, estate: Peopled) -> Told:
    """GPU-hours of clusters and months, from every column of every table that gives them."""
    told = {}
    for table in document.tables.values():
        if table.question is None or "period_start" in table.question.by:
            continue
        for line in table.frame.iter_rows(named=True):
            for hours in gpu_hours(line):
                cells = cells_of(document, estate, table.question.period, line)
                if cells:
                    told[cells] = hours
    return told


def gpu_hours(line):
    """What a line tells of the GPU-hours held in it: directly, by a share, by a difference."""
    available, installed = line.get("available_gpu_hours"), line.get("installed_gpu_hours")
    for name in ("allocated_gpu_hours", "gpu_hours"):
        if line.get(name) is not None and "job_state" not in line and "node_role" not in line:
            yield line[name]
    if line.get("idle_gpu_hours") is not None and available is not None:
        yield available - line["idle_gpu_hours"]
    if line.get("utilisation_available") is not None and available:
        yield line["utilisation_available"] * available
    if line.get("utilisation_installed") is not None and installed:
        yield line["utilisation_installed"] * installed


def cells_of(document, estate, period, line):
    since, until = document.since or MONTHS[0], document.until or date(2026, 7, 1)
    months = [month for month in MONTHS if since <= month < until]
    if period == "month":
        months = [line["period_start"]]
    elif period != "total":
        return None
    chosen = document.clusters or estate.clusters
    match line.get("cluster"):
        case None:
            names = chosen
        case str(name) if name in estate.clusters:
            names = (name,)
        case _:
            names = [name for name in chosen if name in ("c2", "c3", "c4")]
    return frozenset((name, month) for name in names for month in months)


def sensitive(estate: Peopled):
    cells = ((name, month) for name in estate.clusters for month in MONTHS)
    return [cell for cell in cells if estate.needed([cell]) is not None]


def exposed(estate: Peopled, told: Told):
    attack, amounts = Attack.on(told), estate.amounts()
    return [
        cell
        for cell in sensitive(estate)
        if is_exposed(amounts[cell], attack.bounds([cell]), estate.needed([cell]))
    ]


def test_pairs_of_reports_expose_no_cell(reports, even):
    estate = even
    told = [told_by(each, estate) for each in reports]
    assert len(told[0]) >= 8, "the whole estate shows too little to attack"
    assert len(sensitive(estate)) >= 6
    for one, other in combinations(told, 2):
        assert not exposed(estate, dict(one) | dict(other))


def test_what_the_tables_tell_is_true(reports, even):
    """An attack on false figures would prove nothing."""
    amounts = even.amounts()
    for document in reports:
        for cells, hours in told_by(document, even).items():
            assert hours == pytest.approx(sum(amounts.get(cell, 0.0) for cell in cells), rel=1e-6)


def test_an_open_edition_is_exposed(holdings, even):
    """The same attack succeeds where nothing is withheld."""
    estate = even
    assert exposed(estate, told_by(report(holdings, protected=False), estate))


def test_withheld_figures_stand_in_no_sentence_no_chart_and_no_table_behind(reports, holdings):
    """Every figure of the open edition that the protected one marks is nowhere in the latter."""
    closed, open_ = reports[0], report(holdings, protected=False)
    secret = {
        round(value, 6)
        for key, table in closed.tables.items()
        for mark in table.marks
        if mark.symbol == "c" and key in open_.tables
        for value in [_original(open_.tables[key].frame, table.frame, mark)]
        if isinstance(value, float) and not value.is_integer()
    }
    assert len(secret) > 20
    figures = closed.tables["figures"].frame["value"].drop_nulls().round(6)
    drawn = {
        round(value, 6)
        for each in closed.charts
        for series in each.chart.series
        for value in series.values
        if value is not None
    }
    assert secret & set(figures) == set()
    assert secret & drawn == set()


def _original(open_frame: pl.DataFrame, frame: pl.DataFrame, mark):
    keys = [name for name in ("cluster", "period_start") if name in frame.columns]
    found = open_frame
    for name in keys:
        found = found.filter(pl.col(name) == frame[name][mark.row])
    return found[mark.column][0] if found.height == 1 else None


def test_the_report_says_how_much_it_withholds_and_by_which_thresholds(reports):
    table = reports[0].tables["withheld"].frame
    marked = {
        key: sum(mark.symbol == "c" for mark in each.marks)
        for key, each in reports[0].tables.items()
    }
    assert all(
        marked[key] == count for key, count in table.select("table", "cells_withheld").rows()
    )
    assert table["cells_withheld"].sum() > 0
    said = " ".join(plain(runs) for runs in reports[0].prose())
    assert "at least 10 users and 3 institutions" in said
    assert "open either way by 10%" in said


def test_periods_are_whole_months(reports):
    assert reports[2].since == date(2026, 2, 1)
    assert reports[2].until == date(2026, 6, 1)


def test_of_a_cluster_with_few_people_nothing_is_shown(reports):
    document = reports[CHOICES.index((("c3",), None, None))]
    headings = {block.heading for section in document.sections for block in section.blocks
                if hasattr(block, "heading")}  # fmt: skip
    assert "Too few people to show this" in headings
