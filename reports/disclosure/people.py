"""Who stands behind the figures of a store: plans for each kind of sum that reports publish."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

import polars as pl

from analytics.calendar import Calendar
from analytics.disclosure import Cells, Plan, Rules, contributors, planned
from analytics.disclosure.contributors import PERIOD
from analytics.roles import node_roles
from analytics.size_classes import cluster_sizes
from analytics.timeline import periods_of
from model.question import Question
from model.registry import Registry
from model.settings import Disclosure, Settings
from model.wait_reasons import reason_name
from reports.disclosure.contributions import Contributions, contributions
from reports.disclosure.programme import resource_rows, round_rows
from reports.facts import Facts
from store import Store

Key = tuple[Any, ...]
Part = Callable[[Key], Key]


def people_of(store: Store, settings: Settings, registry: Registry) -> "People":
    """The people behind all that the store holds, whatever a report selects of it."""
    control = settings.reports.disclosure
    question = Question("usage", period=control.grain, timezone=settings.timezone)
    return People(Facts(store, settings, registry.gpus, question), control)


class People:
    """Plans of what may be published, each made when first asked for and from the whole store.

    A plan knows its cells by keys: cluster, start of the period, and what else tells them apart.
    """

    def __init__(self, facts: Facts, control: Disclosure) -> None:
        self.control = control
        self._facts = facts

    @property
    def rules(self) -> Rules:
        """The thresholds of the settings."""
        return Rules(
            minimum_people=self.control.minimum_users,
            minimum_bodies=self.control.minimum_institutions,
            p=self.control.p_percent / 100,
        )

    @cached_property
    def clusters(self) -> tuple[str, ...]:
        """All clusters of the store."""
        return tuple(self._facts.names)

    @cached_property
    def calendar(self) -> Calendar | None:
        """All periods that the store knows, None where it knows no time."""
        return self._facts.calendar(through_last_event=True)

    @cached_property
    def periods(self) -> tuple[date, ...]:
        """The starts of all periods."""
        return tuple(self.calendar.bins["period_start"]) if self.calendar else ()

    @cached_property
    def bands(self) -> Mapping[str, tuple[str, ...]]:
        """The clusters of each size class."""
        if self.calendar is None:
            return {}
        sizes = cluster_sizes(self._facts.estate(), self.clusters, calendar=self.calendar)
        known = sizes.drop_nulls("size_class").group_by("size_class").agg("cluster")
        return {name: tuple(sorted(members)) for name, members in sorted(known.iter_rows())}

    @cached_property
    def held(self) -> Plan:
        """GPU-seconds held, by cluster and period."""
        cells = self._cells(self._who.held, ("cluster", PERIOD))
        lost = [
            frozenset(cells.places[key] for key in keys if key in cells.places)
            for keys in _lost(self.by_node, lambda key: key[:2])
        ]
        return self._planned(cells, self._of_clusters(cells), secrets=lost)

    @cached_property
    def started(self) -> Plan:
        """Jobs that started, by cluster and period."""
        cells = self._cells(self._who.started, ("cluster", PERIOD))
        lost = [
            frozenset(place for key, place in cells.places.items() if key[1:] in periods)
            for periods in _lost(self.by_band, lambda key: key[:1])
        ]
        return self._planned(cells, self._of_clusters(cells), secrets=lost)

    @cached_property
    def left(self) -> Plan:
        """GPUs that jobs asked for which left the queue without a start, by cluster and period."""
        cells = self._cells(self._who.left, ("cluster", PERIOD))
        return self._planned(cells, self._of_clusters(cells))

    @cached_property
    def by_band(self) -> Plan:
        """Jobs that started, by period and GPUs of a job, over all clusters."""
        return self._across(self._who.started, "gpus_band")

    @cached_property
    def ended(self) -> Plan:
        """Jobs that ran and ended, by period and state, over all clusters."""
        return self._across(self._who.ended, "job_state")

    @cached_property
    def ended_gpus(self) -> Plan:
        """GPU-seconds of jobs that ran and ended, by period and state, over all clusters."""
        return self._across(self._who.ended_gpus, "job_state")

    @cached_property
    def by_node(self) -> Plan:
        """GPU-seconds held, by cluster, period, role and GPU model of the nodes."""
        cells = self._cells(self._who.by_node, ("cluster", PERIOD, "node_role", "gpu_model"))
        parts: tuple[Part, ...] = (
            lambda key: key[:2],
            lambda key: (key[0], *key[2:]),
            lambda key: key[:1],
        )
        return self._planned(cells, [each for part in parts for each in _grouped(cells, part)])

    def pending(self, moment_s: int) -> Plan:
        """Jobs that waited at a moment, by cluster and reason."""
        rows = contributors.pending(self._facts.jobs, moment_s, by=("reason",)).collect()
        names = {text: reason_name(text) for text in rows["reason"].unique()}
        reason = pl.col("reason").replace_strict(names, return_dtype=pl.String)
        cells = self._cells(rows.with_columns(reason), ("cluster", "reason"))
        parts: tuple[Part, ...] = (lambda key: key[:1], lambda _: ())
        return self._planned(cells, [each for part in parts for each in _grouped(cells, part)])

    @cached_property
    def rounds(self) -> Plan:
        """What was asked for, by call and round."""
        return planned(Cells.of(round_rows(self._facts.awards), ("call", "round")), [], self.rules)

    @cached_property
    def resources(self) -> Plan:
        """What was granted and is not over, by resource."""
        as_of, _ = self._facts.as_of
        rows = resource_rows(self._facts.awards, as_of.date() if as_of else None)
        return planned(Cells.of(rows, ("resource",)), [], self.rules)

    @property
    def _kinds(self) -> pl.DataFrame:
        """`cluster, node, node_role, gpu_model` of every configuration of every node."""
        estate, until_s = self._facts.estate(), self.calendar.end_s if self.calendar else 0
        models = periods_of(estate, until_s=until_s).select("cluster", "node", "gpu_model")
        roles = node_roles(estate)
        return models.join(roles, on=["cluster", "node"], how="left", maintain_order="left")

    @cached_property
    def _who(self) -> Contributions:
        return contributions(self._facts.parted_jobs, self.calendar, self._kinds)

    def _cells(self, rows: pl.DataFrame, by: Sequence[str]) -> Cells:
        return Cells.of(contributors.who(rows, self._facts.awards), by)

    def _across(self, rows: pl.DataFrame, by: str) -> Plan:
        cells = self._cells(rows, (PERIOD, by))
        parts: tuple[Part, ...] = (lambda key: key[:1], lambda key: key[1:], lambda _: ())
        return planned(cells, [each for p in parts for each in _grouped(cells, p)], self.rules)

    def _of_clusters(self, cells: Cells) -> Iterator[frozenset[int]]:
        """The totals that tables by cluster and period publish: of periods, clusters and bands."""
        bands = [set(self.clusters), *(set(each) for each in self.bands.values())]
        periods = [*({period} for period in self.periods), set(self.periods)]
        wide = [(band, each) for band in bands for each in periods]
        long = [({name}, set(self.periods)) for name in self.clusters]
        for names, dates in (*wide, *long):
            yield frozenset(
                place
                for (cluster, period), place in cells.places.items()
                if cluster in names and period in dates
            )

    def _planned(
        self,
        cells: Cells,
        totals: Iterable[frozenset[int]],
        *,
        secrets: Iterable[frozenset[int]] = (),
    ) -> Plan:
        named = set(self.control.agreed_clusters)
        agreed = frozenset(place for key, place in cells.places.items() if key[0] in named)
        return planned(cells, totals, self.rules, secrets=secrets, agreed=agreed)


def _grouped(cells: Cells, part: Part) -> list[frozenset[int]]:
    """The cells whose keys have a part in common."""
    groups: dict[Key, set[int]] = {}
    for key, place in cells.places.items():
        groups.setdefault(part(key), set()).add(place)
    return [frozenset(each) for each in groups.values()]


def _lost(finer: Plan, part: Part) -> Iterator[set[Key]]:
    """The parts of keys over which a finer plan could not publish the total."""
    for total in finer.dropped:
        parts = {part(finer.cells.keys[cell]) for cell in total}
        whole = {place for key, place in finer.cells.places.items() if part(key) in parts}
        if whole == total:
            yield parts
