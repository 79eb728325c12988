"""What may be granted next, hour by hour in plain Python: small random estates of six days."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random

import pytest
from oracle_awards import quantile
from oracle_compare import same
from oracle_store import stored
from oracle_world import HOUR_S, Row, World

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
BEGIN_S = int(BEGIN.timestamp())
PAST_H, AHEAD_H = 6 * 24, 8 * 24
NODES = {"n1": 8, "n2": 4, "n3": 2}
ENOUGH_ENDED = 4
Span = tuple[int, int]


def invented(seed: int) -> World:
    """n1 is never down and runs every job; all awards are of its cluster's accounts."""
    random = Random(seed)  # noqa: S311  an estate is no secret
    window = (BEGIN_S, BEGIN_S + PAST_H * HOUR_S)
    plain = {"tier": None, "unstated": False, "node_roles": (), "pue": None, "grid_region": None}
    world = World(HOUR_S, {"alpha": {**plain, "windows": [window]}})
    world.nodes += [_node(name, gpus) for name, gpus in NODES.items()]
    world.events += [_event(number, random) for number in range(random.randint(0, 6))]
    world.jobs += [_job(number, random) for number in range(random.randint(1, 12))]
    world.awards += [_award(number, random) for number in range(random.choice([1, 3, 9, 12]))]
    return world


def _at(hour: int) -> int:
    return BEGIN_S + HOUR_S * hour


def _node(name: str, gpus: int) -> Row:
    return {
        "cluster": "alpha",
        "node": name,
        "valid_from": BEGIN_S,
        "gpus": gpus,
        "gpu_types": f"a100:{gpus}",
        "cpus": 64,
        "memory_mb": 1000,
        "partitions": "gpu",
        "features": "",
        "state": "IDLE",
    }


def _event(number: int, random: Random) -> Row:
    kind = random.choice(["down", "drain", "maintenance", "reserved"])
    ahead = kind in {"maintenance", "reserved"}
    start = random.randint(0, PAST_H + AHEAD_H if ahead else PAST_H - 1)
    end = start + random.randint(1, 40)
    return {
        "cluster": "alpha",
        "node": random.choice(["n2", "n3"]),
        "start": _at(start),
        "end": _at(end if ahead else min(end, PAST_H)),
        "kind": kind,
        "state": kind.upper(),
        "reason": f"{number}",
    }


def _job(number: int, random: Random) -> Row:
    start = random.randint(0, PAST_H - 2)
    end = min(PAST_H, start + random.choice([1, 10, 40]))
    return {
        "cluster": "alpha",
        "job_id": number + 1,
        "submit": _at(0),
        "eligible": _at(0),
        "start": _at(start),
        "end": _at(end),
        "held_until": _at(end),
        "account": f"a{random.randint(0, 11)}",
        "partition": "gpu",
        "job_state": "COMPLETED",
        "started": True,
        "suspended_s": 0,
        "limit_s": 7200,
        "nodes": 1,
        "cpus": 1,
        "gpus": random.choice([1, 2]),
        "gpu_types": "",
        "req_gpus": 0,
        "node_list": "n1",
        "observed_until": _at(PAST_H),
        "finality": 3,
    }


def _award(number: int, random: Random) -> Row:
    """An account of its own; from within the window, so that its use was seen throughout."""
    first = BEGIN.date() + timedelta(days=random.randint(0, 5))
    return {
        "call": "call",
        "round": "1",
        "application_id": f"x{number}",
        "resource": "alpha",
        "tranche": "",
        "unit": "GPU-hours",
        "requested": 900.0,
        "granted": random.choice([5.0, 40.0, 300.0]),
        "start": first,
        "end": first + timedelta(days=random.choice([1, 2, 3, 9, 14])),
        "accounts": f"alpha:a{number}",
    }


def _hour(day: date) -> int:
    return (day - BEGIN.date()).days * 24


def _covered(world: World, kinds: set[str], span: Span) -> Iterator[tuple[int, int]]:
    """Each hour in which an event of the kinds covers a node, and the node's GPUs."""
    for hour in range(*span):
        for name, gpus in NODES.items():
            if any(
                event["node"] == name
                and event["kind"] in kinds
                and event["start"] <= _at(hour) < event["end"]
                for event in world.events
            ):
                yield hour, gpus


def expected_available(world: World, coming: Span) -> Fraction:
    past = (0, PAST_H)
    every = sum(NODES.values())
    planned = sum(gpus for _, gpus in _covered(world, {"maintenance", "reserved"}, coming))
    down = sum(gpus for _, gpus in _covered(world, {"down", "drain"}, past))
    unfit = sum(gpus for _, gpus in _covered(world, {"maintenance", "down", "drain"}, past))
    availability = 1 - Fraction(down, every * PAST_H - (unfit - down))
    return (every * (coming[1] - coming[0]) - planned) * availability


def used(world: World, award: Row) -> Fraction:
    account = award["accounts"].partition(":")[2]
    first, last = _hour(award["start"]), min(_hour(award["end"]), PAST_H)
    return sum(
        (
            Fraction(job["gpus"])
            for hour in range(first, last)
            for job in world.jobs
            if job["account"] == account and job["start"] <= _at(hour) < job["held_until"]
        ),
        Fraction(0),
    )


def committed(world: World, coming: Span) -> Fraction:
    """What remains of live awards, hour by hour of their remaining time."""
    total = Fraction(0)
    for award in world.awards:
        first, last = max(PAST_H, _hour(award["start"])), _hour(award["end"])
        if last <= PAST_H:
            continue
        left = max(Fraction(0), Fraction(award["granted"]) - used(world, award))
        within = sum(1 for hour in range(first, last) if coming[0] <= hour < coming[1])
        total += left * Fraction(within, last - first)
    return total


def shares(world: World) -> tuple[Fraction, Fraction]:
    """The range of what ended awards used of their grants; all or nothing where few ended."""
    ended = [award for award in world.awards if _hour(award["end"]) <= PAST_H]
    seen = sorted(used(world, award) / Fraction(award["granted"]) for award in ended)
    if len(ended) < ENOUGH_ENDED:
        return Fraction(0), max([Fraction(1), *seen])
    low, high = quantile(seen, Fraction(1, 4)), quantile(seen, Fraction(3, 4))
    assert low is not None
    assert high is not None
    return low, high


@pytest.mark.parametrize("seed", range(16))
def test_what_may_be_granted_is_what_the_hours_leave(tmp_path, seed: int):
    world = invented(seed)
    estate = stored(world, tmp_path / "store", batches=2, seed=seed + 1)
    coming = (PAST_H + 24 * (seed % 3), PAST_H + AHEAD_H)
    since, until = ((BEGIN + timedelta(hours=hour)).date() for hour in coming)
    frame = estate.ask("grantable", since=since, until=until).frame
    line = frame.filter(resource="alpha", unit="GPU-hours").row(0, named=True)
    available, promised, (low, high) = (
        expected_available(world, coming), committed(world, coming), shares(world),
    )  # fmt: skip
    assert same(line["expected_available"], available), (line["expected_available"], available)
    assert same(line["committed"], promised), (line["committed"], promised)
    assert same(line["grantable_low"], available - high * promised)
    assert same(line["grantable_high"], available - low * promised)


def test_the_estates_try_what_they_are_for():
    worlds = [invented(seed) for seed in range(16)]
    span = (PAST_H, PAST_H + AHEAD_H)
    assert any(list(_covered(world, {"maintenance", "reserved"}, span)) for world in worlds)
    assert any(list(_covered(world, {"down", "drain"}, (0, PAST_H))) for world in worlds)
    assert any(shares(world)[1] != 1 for world in worlds)
    assert any(committed(world, span) for world in worlds)
