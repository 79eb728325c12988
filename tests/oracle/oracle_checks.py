# chance, not secrets
"""For each table: a question drawn at random, its answer, and what differs from the walk."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import oracle_awards
import oracle_demand
import oracle_fragmentation
import oracle_jobs
import oracle_utilisation
import oracle_waits
from oracle_compare import differences
from oracle_inference import STATES, inference, training_beside
from oracle_invent import ZONES
from oracle_nodes import Estate
from oracle_store import Stored
from oracle_world import Bin, Table, World, periods

from model.errors import InputError
from model.question import PERIODS, Answer

JOB_GROUPINGS = [
    (), ("cluster",), ("account", "cluster"), ("gpu_model",), ("gpus_band", "tier"), ("project",),
    ("user", "partition"), ("job_state", "cluster"), ("institution", "gpu_model"), ("qos",),
]  # fmt: skip
HALF = 0.5
JOB_TABLES = {"usage", "waits", "demand", "outcomes"}
NODE_GROUPINGS = [
    (), ("cluster",), ("partition",), ("cluster", "partition"), ("cluster", "node"),
    ("gpu_model",), ("cluster", "node_role"), ("partition", "node_role"), ("tier",),
]  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """An answer with the periods that it is about; `bins` is None where nothing can be asked."""

    answer: Answer | None
    bins: list[Bin]
    by: tuple[str, ...]

    def keys(self, *names: str) -> tuple[str, ...]:
        return ("period_start", *names)

    def keyed(self, table: Table) -> Table:
        """The expected table by the columns that are printed."""
        if self.answer and "period_start" in self.answer.frame.columns:
            return table
        return {group[1:]: row for group, row in table.items()}


def ask(
    world: World, stored: Stored, random: Random, table: str, groupings: Sequence[Any]
) -> Asked | None:
    """A random question about a table; None where there is nothing to be asked, and it says so."""
    by = tuple(random.choice(groupings))
    period, zone = random.choice(PERIODS), random.choice(ZONES)
    span = world.observed_span()
    if span is None:
        try:
            stored.ask(table, by=by, period=period, timezone=zone)
        except InputError:
            return None
        raise AssertionError("an empty store has answered")
    begin, end = span
    since, until = _days(random, span, zone)
    answer = stored.ask(table, by=by, period=period, timezone=zone, since=since, until=until)
    begin = begin if since is None else _midnight(since, zone)
    if until is not None:
        end = _midnight(until, zone)
    elif table in JOB_TABLES and answer.as_of_assumed:
        end += 1
    return Asked(answer, periods(begin, end, period, zone), by)


def _days(random: Random, span: tuple[int, int], zone: str) -> tuple[date | None, date | None]:
    """A first day and the day after the last, or neither."""
    first, last = (datetime.fromtimestamp(each, ZoneInfo(zone)).date() for each in span)
    if random.random() < HALF:
        return None, None
    days = sorted(random.sample(range(-1, (last - first).days + 3), 2))
    return first + timedelta(days=days[0]), first + timedelta(days=days[1])


def _midnight(day: date, zone: str) -> int:
    return int(datetime.combine(day, time(), ZoneInfo(zone)).timestamp())


def check_usage(world: World, stored: Stored, random: Random) -> list[str]:
    asked = ask(world, stored, random, "usage", JOB_GROUPINGS)
    if asked is None:
        return []
    expected = asked.keyed(oracle_jobs.usage(world, asked.bins, asked.by))
    return differences(
        asked.answer.frame, expected, keys=asked.keys(*asked.by), default=oracle_jobs.NOTHING
    )


def check_waits(world: World, stored: Stored, random: Random) -> list[str]:
    asked = ask(world, stored, random, "waits", JOB_GROUPINGS)
    if asked is None:
        return []
    expected = asked.keyed(oracle_waits.waits(world, asked.bins, asked.by))
    return differences(
        asked.answer.frame, expected, keys=asked.keys(*asked.by), default=oracle_waits.NOTHING
    )


def check_demand(world: World, stored: Stored, random: Random) -> list[str]:
    asked = ask(world, stored, random, "demand", JOB_GROUPINGS)
    if asked is None:
        return []
    expected = asked.keyed(oracle_demand.demand(world, asked.bins, asked.by))
    return differences(
        asked.answer.frame, expected, keys=asked.keys(*asked.by), default=oracle_demand.NOTHING
    )


def check_outcomes(world: World, stored: Stored, random: Random) -> list[str]:
    asked = ask(world, stored, random, "outcomes", JOB_GROUPINGS)
    if asked is None:
        return []
    expected = asked.keyed(oracle_demand.outcomes(world, asked.bins, asked.by))
    keys = [*asked.by, *({"job_state"} - set(asked.by))]
    return differences(asked.answer.frame, expected, keys=asked.keys(*keys))


def check_queue(world: World, stored: Stored, random: Random) -> list[str]:
    asked = ask(world, stored, random, "queue", [()])
    if asked is None:
        return []
    until = asked.bins[-1][2] if asked.answer.question.until else None
    expected = oracle_demand.queue(world, until)
    keys = ("cluster", "reason_class", "reason")
    return differences(asked.answer.frame, expected, keys=keys)


def check_utilisation(world: World, stored: Stored, random: Random) -> list[str]:
    asked = ask(world, stored, random, "utilisation", NODE_GROUPINGS)
    if asked is None:
        return []
    expected = oracle_utilisation.utilisation(Estate(world), asked.bins, asked.by)
    return differences(
        asked.answer.frame,
        asked.keyed(expected),
        keys=asked.keys(*asked.by),
        default=oracle_utilisation.NOTHING,
    )


def check_nodes(world: World, stored: Stored, random: Random) -> list[str]:
    asked = ask(world, stored, random, "nodes", [()])
    if asked is None:
        return []
    expected = asked.keyed(oracle_utilisation.nodes(Estate(world), asked.bins))
    return differences(asked.answer.frame, expected, keys=asked.keys("cluster", "node"))


def check_inference(world: World, stored: Stored, random: Random) -> list[str]:
    asked = ask(world, stored, random, "inference", [(), ("node",)])
    if asked is None:
        return []
    estate = Estate(world)
    training = training_beside(estate, asked.bins)
    expected = inference(estate, asked.bins, by_node=bool(asked.by))
    for group, row in expected.items():
        row["training_utilisation_available"] = training.get(group[:2])
    keys = ("cluster", *asked.by, "node_role", "gpu_model")
    return differences(
        asked.answer.frame,
        asked.keyed(expected),
        keys=asked.keys(*keys),
        default=dict.fromkeys((f"{name}_gpu_hours" for name in STATES[:5]), 0.0),
    )


def check_fragmentation(world: World, stored: Stored, random: Random) -> list[str]:
    asked = ask(world, stored, random, "fragmentation", [(), ("tier",), ("cluster",)])
    if asked is None:
        return []
    expected = oracle_fragmentation.fragmentation(Estate(world), asked.bins, asked.by)
    return differences(
        asked.answer.frame,
        asked.keyed(expected),
        keys=asked.keys(*asked.by),
        default=oracle_fragmentation.NOTHING,
    )


def check_shortfall(world: World, stored: Stored, _: Random) -> list[str]:
    if not world.awards:
        return []
    frame = stored.ask("shortfall").frame
    return differences(frame, oracle_awards.shortfall(world), keys=("call", "round", "unit"))


Check = Callable[[World, Stored, Random], list[str]]
CHECKS: dict[str, Check] = {
    "usage": check_usage,
    "waits": check_waits,
    "demand": check_demand,
    "outcomes": check_outcomes,
    "queue": check_queue,
    "utilisation": check_utilisation,
    "nodes": check_nodes,
    "inference": check_inference,
    "fragmentation": check_fragmentation,
    "shortfall": check_shortfall,
}
