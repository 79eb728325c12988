# ruff: noqa: S311  # chance, not secrets
"""Attacks on pairs of exports with nearby filters: no withheld cell may be reckoned from them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import combinations
from random import Random

from attack import Attack, Cells, Told, is_exposed
from peopled import END, MONTHS, Cell, Peopled, stored

from model.settings import Settings
from reports.disclosure import People, Regions

PAIRS = 1000


@dataclass(frozen=True)
class Selection:
    clusters: tuple[str, ...]
    since: date
    until: date


Publish = Callable[[Selection], Told]


def lines(selection: Selection) -> Iterator[tuple[Cells, dict[str, object], str]]:
    """The lines of the tables by cluster and month: their cells, what tells them, their period."""
    months = [month for month in MONTHS if selection.since <= month < selection.until]
    everywhere = [(name,) for name in selection.clusters] + [selection.clusters]
    for names in everywhere:
        line = {"cluster": names[0]} if len(names) == 1 else {}
        yield frozenset((name, month) for name in names for month in months), line, "total"
        for month in months:
            dated = line | {"period_start": month}
            yield frozenset((name, month) for name in names), dated, "month"


def publisher(estate: Peopled, people: People) -> Publish:
    """What the exports of an estate tell."""
    amounts = estate.amounts()

    @cache
    def publish(selection: Selection) -> Told:
        regions = Regions(
            people, clusters=selection.clusters, since=selection.since, until=selection.until
        )
        told = {
            cells: sum(amounts.get(cell, 0.0) for cell in cells)
            for cells, line, period in lines(selection)
            if regions.publishes("held", line, period=period)
        }
        for band in people.bands.values():
            names = regions.clusters.intersection(band)
            for cells, line, period in lines(selection):
                months = {month for _, month in cells}
                if "cluster" not in line and regions.publishes_clusters(names, line, period=period):
                    sums = frozenset((name, month) for name in names for month in months)
                    told[sums] = sum(amounts.get(cell, 0.0) for cell in sums)
        return told

    return publish


def random_pair(estate: Peopled, random: Random) -> tuple[Selection, Selection]:
    """Two exports that differ by a month at one end, or by a cluster."""
    first, last = sorted(random.sample(range(len(MONTHS) + 1), 2))
    starts = [*MONTHS, END.date()]
    names = random.sample(estate.clusters, random.randint(2, len(estate.clusters)))
    one = Selection(tuple(sorted(names)), starts[first], starts[last])
    match random.choice(("cluster", "first", "last")):
        case "cluster":
            fewer = tuple(sorted(names[1:]))
            return one, Selection(fewer, one.since, one.until)
        case "first" if last - first > 1:
            return one, Selection(one.clusters, starts[first + 1], one.until)
        case _ if last < len(MONTHS):
            return one, Selection(one.clusters, one.since, starts[last + 1])
    return one, Selection(estate.clusters, one.since, one.until)


def runs(estate: Peopled) -> list[list[Cell]]:
    """Cells, and runs of months of a cluster, that must not be told."""
    every = [
        [(name, month) for month in MONTHS[begin:end]]
        for name in estate.clusters
        for begin, end in combinations(range(len(MONTHS) + 1), 2)
    ]
    return [run for run in every if estate.needed(run) is not None]


def exposed(estate: Peopled, told: Told, hidden: list[list[Cell]]) -> list[list[Cell]]:
    attack, amounts = Attack.on(told), estate.amounts()
    return [
        each
        for each in hidden
        for needed in [estate.needed(each)]
        if needed is not None
        and is_exposed(sum(amounts.get(c, 0.0) for c in each), attack.bounds(each), needed)
    ]


def attacks(estate: Peopled, publish: Publish, pairs: int, seed: int) -> Iterator[bool]:
    """Of each pair, whether it exposes a cell."""
    random, cells = Random(seed), [run for run in runs(estate) if len(run) == 1]
    for one, other in (random_pair(estate, random) for _ in range(pairs)):
        names = {*one.clusters, *other.clusters}
        since, until = min(one.since, other.since), max(one.until, other.until)
        hidden = [[(c, m)] for [(c, m)] in cells if c in names and since <= m < until]
        yield bool(exposed(estate, dict(publish(one)) | dict(publish(other)), hidden))


def test_a_thousand_pairs_of_exports_expose_nothing(estates):
    each = PAIRS // len(estates)
    found = [
        exposes
        for seed, estate in enumerate(estates)
        for exposes in attacks(estate, publisher(estate, estate.people()), each, seed)
    ]
    assert len(found) == PAIRS
    assert not any(found)


def test_all_exports_of_an_estate_together_expose_nothing(estates):
    """Stronger than pairs: whoever has every export there can be, and every run of months."""
    for estate in estates[:2]:
        publish, told = publisher(estate, estate.people()), {}
        for begin, end in combinations([*MONTHS, END.date()], 2):
            for count in range(1, len(estate.clusters) + 1):
                for names in combinations(estate.clusters, count):
                    told |= publish(Selection(names, begin, end))
        assert not exposed(estate, told, runs(estate))


class WithoutSecondary(People):
    """Withholds sensitive cells alone."""

    @property
    def rules(self):
        return super().rules.__class__(secondary=False)


def test_without_secondary_suppression_the_attack_succeeds(estates):
    estate = estates[0]
    people = WithoutSecondary(estate.people()._facts, Settings().reports.disclosure)
    assert sum(attacks(estate, publisher(estate, people), 100, seed=0)) > 10


def test_where_each_export_is_planned_by_itself_the_attack_succeeds(estates, tmp_path, registry):
    """What tells pairs apart from single exports: a plan made of one export knows no other."""
    estate = estates[0]

    @cache
    def publish(selection: Selection) -> Told:
        held = [
            each
            for each in estate.held
            if each.cluster in selection.clusters
            and selection.since <= each.month < selection.until
        ]
        alone = stored(held, tmp_path / f"{abs(hash(selection)):x}", registry)
        return publisher(alone, alone.people())(selection)

    assert any(attacks(estate, publish, 40, seed=0))


def test_much_is_published_all_the_same(estates):
    """Protection by publishing nothing would be no use."""
    whole = [Selection(estate.clusters, MONTHS[0], END.date()) for estate in estates]
    shown = [
        sum(regions_lines in told for regions_lines, _, _ in lines(selection))
        for estate, selection in zip(estates, whole, strict=True)
        for told in [publisher(estate, estate.people())(selection)]
    ]
    assert min(shown) >= 7, shown
