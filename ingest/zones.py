"""Time zones of clusters: one for each, agreed upon before any of its times are read."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from model.errors import InputError
from store import Cluster


def agreed_zone(cluster: str, asked: str | None, known: Cluster | None) -> str:
    """The zone's name: as asked, else the cluster's own, else UTC; InputError where they differ."""
    if asked and known and known.timezone != asked:
        raise InputError(
            f"the times of {cluster} were read in {known.timezone} so far, not in {asked}",
            hint="one cluster has one time zone: leave --timezone out, or make a new store.",
        )
    return asked or (known.timezone if known else "UTC")


def zone_named(name: str) -> ZoneInfo:
    """The zone of a name; InputError where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        hint = "use a name such as Europe/London."
        raise InputError(f"unknown time zone {name!r}", hint=hint) from error
