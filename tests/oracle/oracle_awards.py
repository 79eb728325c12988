"""`shortfall`: what each round was asked for, gave, and left unmet, application by application."""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from statistics import median

from oracle_world import Group, Row, Table, World

POINTS = Fraction(2, 100)


def shortfall(world: World) -> Table:
    """What `shortfall` must print but for use, by (call, round, unit)."""
    rounds: dict[Group, list[Row]] = defaultdict(list)
    for award in world.awards:
        rounds[award["call"], award["round"], award["unit"]].append(award)
    return {name: _round(lines) for name, lines in rounds.items()}


def _round(lines: Sequence[Row]) -> Row:
    decided = [line for line in lines if line["granted"] is not None and _decided(line)]
    asked = [line for line in decided if line["requested"] is not None]
    judged = [line for line in decided if line["recommended"] is not None]
    offered = _offered(lines)
    granted = _sum(decided, "granted") or Fraction(0)
    basis = "offered" if offered else "granted" if granted > 0 else None
    cuts = {
        line["application_id"]: 1 - _exact(line["granted"]) / _exact(line["requested"])
        for line in asked
        if line["requested"] > 0
    }
    requested, recommended = _sum(asked, "requested"), _sum(judged, "recommended")
    granted_of_asked = _sum(asked, "granted") or Fraction(0)
    all_judged = len(judged) == len(decided)
    knows_merit = asked and all(line["recommended"] is not None for line in asked)
    return {
        "applications": len(lines),
        "decided": len(decided),
        "awards": sum(line["granted"] > 0 for line in decided) if decided else 0,
        "requested": requested,
        "recommended": recommended,
        "granted": granted if decided else None,
        "offered": offered,
        "awarded_share": _ratio(granted_of_asked, requested),
        "awarded_share_median": 1 - median(cuts.values()) if cuts else None,
        "cut_median": median(cuts.values()) if cuts else None,
        "cut_q1": quantile(list(cuts.values()), Fraction(1, 4)),
        "cut_q3": quantile(list(cuts.values()), Fraction(3, 4)),
        **_uniform(decided, cuts),
        "demand_ratio_basis": basis if decided else None if not offered else "offered",
        "demand_ratio_requested": _ratio(requested, offered or granted_of_asked),
        "demand_ratio_recommended": _ratio(recommended, offered or granted) if all_judged else None,
        "unmet_low": sum(
            max(
                Fraction(0),
                min(_exact(line["recommended"]), _exact(line["requested"]))
                - _exact(line["granted"]),
            )
            for line in asked
        )
        if knows_merit
        else None,
        "unmet_high": sum(
            max(Fraction(0), _exact(line["requested"]) - _exact(line["granted"])) for line in asked
        )
        if asked
        else None,
        "without_request": sum(not line["requested"] for line in decided),
    }


def _decided(line: Row) -> bool:
    return line["status"] in {None, "decided"}


def _exact(value: float) -> Fraction:
    return Fraction(value)


def _sum(lines: Sequence[Row], name: str) -> Fraction | None:
    return sum((_exact(line[name]) for line in lines), Fraction(0)) if lines else None


def _ratio(part: Fraction | None, whole: Fraction | None) -> Fraction | None:
    return part / whole if part is not None and whole else None


def _offered(lines: Sequence[Row]) -> Fraction | None:
    """The round's one figure; else the sum of one for each resource."""
    values = {line["offered"] for line in lines} - {None}
    if len(values) > 1:
        raise AssertionError("the inventor gives rounds one figure")
    return _exact(values.pop()) if values else None


def _uniform(decided: Sequence[Row], cuts: dict[str, Fraction]) -> Row:
    names = ("uniform_cut_of_funded", "uniform_cut_of_decided")
    if not cuts:
        return dict.fromkeys(names)
    middle = median(cuts.values())
    funded = {line["application_id"] for line in decided if line["granted"] > 0} & cuts.keys()
    alike = {name for name, cut in cuts.items() if abs(cut - middle) <= POINTS}
    shares = (_share(alike & funded, funded), _share(alike, set(cuts)))
    return dict(zip(names, shares, strict=True))


def _share(part: set[str], whole: set[str]) -> Fraction | None:
    return Fraction(len(part), len(whole)) if whole else None


def quantile(values: list[Fraction], share: Fraction) -> Fraction | None:
    """Interpolated between the two nearest ranks."""
    if not values:
        return None
    values.sort()
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (place - low) * (values[high] - values[low])
