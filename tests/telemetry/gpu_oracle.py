"""Hours of a device reckoned second by second, in plain Python, from its samples."""

import math
from itertools import groupby

GAUGES = ("sm", "util", "gr", "dram", "memory_mb", "power_w")


def standing(samples, kind, gap):
    """For each second, the value of a kind that stands then: a sample lasts to the next."""
    times = sorted(second for second, values in samples.items() if kind in values)
    out = {}
    for place, second in enumerate(times):
        following = times[place + 1] if place + 1 < len(times) else second + gap
        for each in range(second, min(following, second + gap)):
            out[each] = samples[second][kind]
    return out


def counter_watts(samples, gap):
    times = sorted(second for second, values in samples.items() if "energy_j" in values)
    out = {}
    for place, second in enumerate(times):
        following = times[place + 1] if place + 1 < len(times) else None
        for each in range(second, min(following or second + gap, second + gap)):
            out[each] = math.nan
        if following is None or following - second > gap:
            continue
        watts = (samples[following]["energy_j"] - samples[second]["energy_j"]) / (
            following - second
        )
        if 0 <= watts <= 20_000:
            out.update(dict.fromkeys(range(second, following), watts))
    return out


def letter(now):
    if not now:
        return "-"
    known = {kind: value for kind, value in now.items() if not math.isnan(value)}
    activity = next((known[kind] for kind in ("sm", "util", "gr") if kind in known), None)
    if activity is None:
        return "n"
    memory = known.get("memory_mb")
    place = 2 if memory is None else int(memory >= 1024)
    if activity == 0:
        return "abc"[place]
    if activity < 0.05:
        return "def"[place]
    if activity < 0.15:
        return "g"
    band = 0 if activity < 0.5 else 1 if activity < 0.8 else 2
    return ("klm" if "sm" in known else "hij")[band]


def seconds_of(samples, gap):
    """{second: {kind: value}} for every second for which a sample stands."""
    now = {}
    for kind in GAUGES:
        for second, value in standing(samples, kind, gap).items():
            now.setdefault(second, {})[kind] = value
    for second, watts in counter_watts(samples, gap).items():
        now.setdefault(second, {})["counter_w"] = watts
    return now


def hours(samples, gap):
    """{hour: (timeline, observed, activity mean, energy, energy seconds)}."""
    now = seconds_of(samples, gap)
    out = {}
    for hour in {second // 3600 for second in now}:
        span = range(hour * 3600, hour * 3600 + 3600)
        letters = [letter(now.get(second, {})) for second in span]
        runs = "".join(f"{each}{len(list(run))}" for each, run in groupby(letters))
        known = [
            {kind: value for kind, value in now.get(second, {}).items() if not math.isnan(value)}
            for second in span
        ]
        activity = [
            next(each[kind] for kind in ("sm", "util", "gr") if kind in each)
            for each in known
            if {"sm", "util", "gr"} & set(each)
        ]
        watts = [
            each.get("counter_w", each.get("power_w"))
            for each in known
            if "counter_w" in each or "power_w" in each
        ]
        out[hour] = {
            "timeline": runs,
            "observed_s": sum(each != "-" for each in letters),
            "letters": {each: letters.count(each) for each in set(letters)},
            "sm_s": sum("sm" in each for each in known),
            "activity_mean": sum(activity) / len(activity) if activity else None,
            "energy_s": len(watts),
            "energy_j": sum(watts) if watts else None,
        }
    return out
