"""What awards used, hour by hour in plain Python: small random estates of six days.

An account is either shared by awards that name no other, or is one of several of a single award:
where awards of several accounts overlap, which of a day's hours come first is a matter of taste.
"""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from oracle_compare import same
from oracle_store import stored
from oracle_world import HOUR_S, Row, World

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
BEGIN_S = int(BEGIN.timestamp())
DAYS = 6
HOURS = DAYS * 24
CLUSTERS = ("alpha", "beta")
KEY = ("call", "round", "application_id", "resource", "tranche")


def invented(seed: int) -> World:
    random = Random(seed)  # noqa: S311  an estate is no secret
    window = (BEGIN_S, BEGIN_S + HOURS * HOUR_S)
    plain = {"tier": None, "unstated": False, "node_roles": (), "pue": None, "grid_region": None}
    world = World(HOUR_S, {name: {**plain, "windows": [window]} for name in CLUSTERS})
    world.jobs += [_job(number, random) for number in range(random.randint(5, 25))]
    awards = _sharing_one(random) + _alone_with_several(random)
    world.awards += [_award(number, each, random) for number, each in enumerate(awards)]
    return world


def _job(number: int, random: Random) -> Row:
    start = random.randint(0, HOURS - 2)
    end = min(HOURS, start + random.choice([0, 1, 3, 20, 60]))
    nodes = random.randint(1, 3)
    moments = {"submit": 0, "eligible": 0, "start": start, "end": end, "held_until": end}
    return {
        "cluster": random.choice(CLUSTERS),
        "job_id": number + 1,
        **{name: BEGIN_S + HOUR_S * hour for name, hour in moments.items()},
        "account": random.choice("abcd"),
        "partition": "gpu",
        "job_state": "COMPLETED",
        "started": True,
        "suspended_s": 0,
        "limit_s": 7200,
        "nodes": nodes,
        "cpus": 4 * nodes,
        "gpus": nodes * random.choice([0, 1, 2]),
        "gpu_types": "",
        "req_gpus": 0,
        "node_list": "n1",
        "observed_until": BEGIN_S + HOURS * HOUR_S,
        "finality": 3,
    }


def _sharing_one(random: Random) -> list[list[str]]:
    return [[f"alpha:{random.choice('ab')}"] for _ in range(random.randint(1, 4))]


def _alone_with_several(random: Random) -> list[list[str]]:
    return [random.sample(["beta:a", "beta:b", "alpha:c", "alpha:d"], random.randint(2, 4))]


def _award(number: int, accounts: list[str], random: Random) -> Row:
    first = BEGIN.date() + timedelta(days=random.randint(-2, 3))
    return {
        "call": "call",
        "round": "1",
        "application_id": f"x{number}",
        "resource": "",
        "tranche": "",
        "unit": random.choice(["GPU-hours", "GPU-hours", "GPU-days", "node-hours"]),
        "requested": 500.0,
        "granted": random.choice([1.0, 7.0, 40.0, 300.0]),
        "status": random.choice([None, "decided", "withdrawn"]) if random.random() < 0.3 else None,
        "start": first,
        "end": first + timedelta(days=random.randint(1, 7)),
        "accounts": ";".join(accounts),
    }


class Spent:
    """What was charged to an award so far, in its own unit, and the day that emptied it."""

    def __init__(self, award: Row) -> None:
        self.award, self.used = award, Fraction(0)
        self.emptied: date | None = None
        self.hours_a_unit = 24 if award["unit"] == "GPU-days" else 1
        self.counted = "nodes" if award["unit"] == "node-hours" else "gpus"

    @property
    def left(self) -> Fraction:
        return max(Fraction(0), Fraction(self.award["granted"]) - self.used)

    def in_force(self, day: date) -> bool:
        return bool(self.award["start"] <= day < self.award["end"])

    def charge(self, hours: Fraction, day: date) -> None:
        self.used += hours / self.hours_a_unit
        if self.emptied is None and self.left == 0:
            self.emptied = day


def walked(world: World) -> dict[str, Spent]:
    """Every award that counts, after each hour of the estate was charged."""
    live = [Spent(award) for award in world.awards if award["status"] != "withdrawn"]
    live.sort(key=lambda each: (each.award["end"], each.award["start"], *_key(each.award)))
    for hour in range(HOURS):
        for job in world.jobs:
            if job["start"] <= BEGIN_S + HOUR_S * hour < job["held_until"]:
                _charge(live, job, (BEGIN + timedelta(hours=hour)).date())
    return {each.award["application_id"]: each for each in live}


def _charge(live: list[Spent], job: Row, day: date) -> None:
    place = f"{job['cluster']}:{job['account']}"
    for counted in ("gpus", "nodes"):
        hours = Fraction(job[counted])
        mine = [
            each
            for each in live
            if each.counted == counted
            and place in each.award["accounts"].split(";")
            and each.in_force(day)
        ]
        for each in mine:
            part = min(hours, each.left * each.hours_a_unit)
            if part:
                each.charge(part, day)
            hours -= part
        if mine and hours:
            mine[-1].charge(hours, day)


def _key(award: Row) -> tuple[Any, ...]:
    return tuple(award[name] for name in KEY)


@pytest.mark.parametrize("seed", range(12))
def test_awards_are_charged_as_hours_go_by(tmp_path, seed: int):
    world = invented(seed)
    estate = stored(world, tmp_path / "store", batches=2, seed=seed + 1)
    lines = {row["application_id"]: row for row in estate.ask("applications").frame.to_dicts()}
    spent = walked(world)
    assert set(lines) == {award["application_id"] for award in world.awards}
    seen = {job["cluster"] for job in world.jobs}
    for name, line in lines.items():
        clusters = {place.partition(":")[0] for place in line_accounts(world, name)}
        if name not in spent or not clusters <= seen:
            assert line["used"] is None, name
            continue
        assert same(line["used"], spent[name].used), (name, line["used"], spent[name].used)
        assert same(line["used_share"], spent[name].used / Fraction(line["granted"])), name
        if spent[name].emptied:
            assert line["run_out_date"] == spent[name].emptied, name


def line_accounts(world: World, name: str) -> list[str]:
    award = next(each for each in world.awards if each["application_id"] == name)
    return str(award["accounts"]).split(";")


def test_the_estates_try_what_they_are_for():
    """Some award is emptied, some is overdrawn, some use goes from one award to the next."""
    ends = [each for seed in range(12) for each in walked(invented(seed)).values()]
    assert any(each.emptied for each in ends)
    assert any(each.used > each.award["granted"] for each in ends)
    assert any(0 < each.used < each.award["granted"] for each in ends)
