# chance, not secrets
"""Invented telemetry: what each device did in each tick, and the rows that would come of it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from random import Random

from oracle_world import HOUR_S, Row, World

from model.gpu_states import CLASSES

ACTIVITY = {
    **dict.fromkeys("abc", 0.0),
    **dict.fromkeys("def", 0.03),
    "g": 0.1,
    **dict.fromkeys("hk", 0.3),
    **dict.fromkeys("il", 0.6),
    **dict.fromkeys("jm", 0.9),
}
KINDS = {"sm": "abcdefgklm-n", "util": "abdeghij-n", "quiet": "aaaaab", "blind": "n-"}


def hours_of(world: World, cluster: str, random: Random) -> Iterator[Row]:
    """Rows of GPU_SAMPLES, with `letters`: the class of each tick of the hour."""
    moments = [row["valid_from"] for row in world.nodes if row["cluster"] == cluster]
    edges = [*moments, *(edge for window in world.observed[cluster] for edge in window)]
    if not edges:
        return
    nodes = {row["node"]: row for row in world.nodes if row["cluster"] == cluster}
    for node, row in nodes.items():
        for card in range(max(0, row["gpus"] + random.choice([0, 0, 0, 1, -1]))):
            if random.random() < 0.8:
                yield from _card(world, row, f"GPU-{node}-{card}", random, edges)


def _card(world: World, node: Row, card: str, random: Random, edges: list[int]) -> Iterator[Row]:
    kind = random.choice(["sm", "sm", "util", "quiet", "blind"])
    instances = random.choice([0, 0, 0, 2, 3])
    first = min(edges) - min(edges) % HOUR_S
    for hour in range(first, max(edges), HOUR_S):
        if random.random() < 0.15:
            continue
        place = {"cluster": node["cluster"], "node": node["node"], "hour": hour, "card": card}
        yield _row(world, place | {"gpu": card, "mig_profile": None}, kind, random)
        for number in range(instances if random.random() < 0.8 else 0):
            mine = {"gpu": f"{card}/{number}", "mig_profile": "1g.5gb"}
            yield _row(world, place | mine, kind, random)


def _row(world: World, place: Row, kind: str, random: Random) -> Row:
    ticks = HOUR_S // world.step
    letters: list[str] = []
    while len(letters) < ticks:
        run = random.choice([1, 2, ticks // 4 + 1, ticks])
        letters += random.choice(KINDS[kind]) * run
    letters = letters[:ticks]
    known = [ACTIVITY[letter] for letter in letters if letter in ACTIVITY]
    dram = random.choice([0.0, 0.2, 0.7])
    power = random.choice([None, 100, 250])
    seen = sum(letter != "-" for letter in letters) * world.step
    return place | {
        "day": f"{datetime.fromtimestamp(place['hour'], UTC):%F}",
        "gpu_index": None,
        "gpu_model": None,
        "samples": seen,
        "observed_s": seen,
        **{each.column: letters.count(each.letter) * world.step for each in CLASSES},
        "sm_s": sum(letter in "klm" for letter in letters) * world.step,
        "activity_mean": _mean(known),
        "dram_s": len(known) * world.step,
        "dram_mean": dram if known else None,
        "busy_mean": _mean([max(dram, each) for each in known]),
        "energy_s": seen if power else 0,
        "energy_j": float(power * seen) if power else None,
        "timeline": "".join(
            f"{letter}{len(list(run)) * world.step}" for letter, run in groupby(letters)
        ),
        "gap_s": world.step,
        "letters": letters,
    }


def _mean(values: list[float]) -> float | None:
    """A mean in millionths."""
    return round(sum(values) / len(values), 6) if values else None
