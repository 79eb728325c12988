"""Builders of GPU_SAMPLES rows, and of small random estates with devices."""

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from random import Random
from typing import Any

import polars as pl

from analytics.calendar import BINS_SCHEMA, Calendar
from analytics.estate import OBSERVED_SCHEMA, Estate
from model.gpu_states import CLASSES
from model.schemas import GPU_SAMPLES, JOBS, NODES

FIRST_HOUR = 500_000
BEGIN_S = FIRST_HOUR * 3600
Row = dict[str, Any]


def moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def device_hour(node: str, gpu: str, hour: int, timeline: str, **given: Any) -> Row:
    """A row of GPU_SAMPLES whose class columns follow from its timeline; `hour` from FIRST_HOUR."""
    at = moment((FIRST_HOUR + hour) * 3600)
    seconds = {each.column: 0 for each in CLASSES}
    column = {each.letter: each.column for each in CLASSES}
    for letter, count in re.findall(r"(.)(\d+)", timeline):
        if letter != "-":
            seconds[column[letter]] += int(count)
    return {
        "cluster": "c",
        "day": f"{at:%Y-%m-%d}",
        "node": node,
        "gpu": gpu,
        "card": gpu.split("/", maxsplit=1)[0],
        "hour": at,
        "observed_s": sum(seconds.values()),
        "sm_s": 3600,
        "activity_mean": 0.5,
        "busy_mean": 0.5,
        "energy_s": 0,
        "timeline": timeline,
        **seconds,
        **given,
    }


def samples(rows: Iterable[Row]) -> pl.LazyFrame:
    return pl.DataFrame(list(rows), schema=GPU_SAMPLES.schema, orient="row").lazy()


def job(job_id: int, node_list: str, begin: int, end: int, gpus: int, **given: Any) -> Row:
    """A started job; times are in seconds from BEGIN_S."""
    return {
        "cluster": "c",
        "month": "2027-01",
        "job_id": job_id,
        "submit": moment(BEGIN_S + begin),
        "partition": "gpu",
        "started": True,
        "start": moment(BEGIN_S + begin),
        "held_until": moment(BEGIN_S + end),
        "node_list": node_list,
        "gpus": gpus,
        "cpus": 1,
        **given,
    }


def node(name: str, gpus: int, *, at: int = 0, **given: Any) -> Row:
    return {
        "cluster": "c",
        "node": name,
        "valid_from": moment(BEGIN_S + at),
        "gpus": gpus,
        "gpu_types": "",
        "cpus": 64,
        "partitions": "gpu",
        "features": "",
        "state": "IDLE",
        **given,
    }


def estate(
    jobs: Iterable[Row],
    nodes: Iterable[Row],
    rows: Iterable[Row] | None,
    *,
    hours: int,
    **given: Any,
) -> Estate:
    """An estate observed for some hours from BEGIN_S on."""
    window = [("c", BEGIN_S, BEGIN_S + hours * 3600, False)]
    return Estate(
        jobs=pl.DataFrame(list(jobs), schema=JOBS.schema, orient="row").lazy(),
        nodes=pl.DataFrame(list(nodes), schema=NODES.schema, orient="row"),
        observed=pl.DataFrame(window, schema=OBSERVED_SCHEMA, orient="row"),
        samples=None if rows is None else samples(rows),
        **given,
    )


def calendar(*borders: int) -> Calendar:
    """Periods between borders in seconds from BEGIN_S."""
    numbered = [
        (n, date(2027, 1, n + 1), BEGIN_S + begin, BEGIN_S + end)
        for n, (begin, end) in enumerate(itertools.pairwise(borders))
    ]
    bins = pl.DataFrame(numbered, schema=BINS_SCHEMA, orient="row")
    return Calendar(bins=bins, period="total" if len(borders) == 2 else "day", timezone="UTC")


@dataclass
class World:
    """A random estate as plain rows."""

    jobs: list[Row]
    nodes: list[Row]
    devices: list[Row]
    hours: int
    borders: list[int]

    def estate(self, **given: Any) -> Estate:
        return estate(self.jobs, self.nodes, self.devices, hours=self.hours, **given)


def random_world(seed: int) -> World:
    """Two nodes over three hours: shared, whole and overbooked, with cards, instances and gaps."""
    draw = Random(seed)  # noqa: S311
    hours = 3
    span = hours * 3600
    nodes = [node(f"n{n}", draw.randint(1, 4), at=draw.choice([0, 0, 2000])) for n in (1, 2)]
    lists = ["n1", "n1", "n2", "n2", "n[1-2]"]
    jobs = [_random_job(draw, number, draw.choice(lists), span) for number in range(6)]
    jobs.append(job(90, "n1", 0, span, nodes[0]["gpus"]))
    devices = [
        each
        for name in ("n1", "n2")
        for hour in range(hours)
        for each in _random_devices(draw, name, hour)
    ]
    borders = [0, *sorted(draw.sample(range(900, span, 900), 2)), span]
    return World(jobs, nodes, devices, hours, borders)


def _random_job(draw: Random, number: int, node_list: str, span: int) -> Row:
    begin = draw.choice([draw.randint(-3600, span), 3600 * draw.randint(-1, 2)])
    length = draw.choice([draw.randint(1, span), 3600, 7200])
    return job(number, node_list, begin, begin + length, draw.randint(1, 4))


def _random_devices(draw: Random, name: str, hour: int) -> Iterable[Row]:
    for card in draw.sample("01234", draw.randint(0, 5)):
        if draw.random() < 0.2:
            yield _random_device(draw, name, card, hour)
            for instance in range(draw.randint(1, 3)):
                yield _random_device(draw, name, f"{card}/{instance}", hour)
        else:
            yield _random_device(draw, name, card, hour)


def _random_device(draw: Random, name: str, gpu: str, hour: int) -> Row:
    cuts = sorted(draw.sample(range(1, 3600), draw.choice([0, 0, 1, 3, 8])))
    lengths = [b - a for a, b in zip([0, *cuts], [*cuts, 3600], strict=True)]
    letters = draw.choice(["nabcdefghijklm-", "aam", "a", "m", "hj-"])
    timeline = "".join(f"{draw.choice(letters)}{length}" for length in lengths)
    activity = draw.randint(0, 1_000_000) / 1e6
    powered = draw.random() < 0.7
    return device_hour(
        name,
        gpu,
        hour,
        timeline,
        activity_mean=activity,
        busy_mean=min(1.0, activity + draw.randint(0, 300_000) / 1e6),
        sm_s=draw.choice([0, 3600]),
        energy_s=draw.choice([3600, 1800]) if powered else 0,
        energy_j=draw.randint(0, 4_000_000) / 10 if powered else None,
        memory_max_mb=draw.choice([None, 100.0, 4_000.0, 30_000.0]),
    )
