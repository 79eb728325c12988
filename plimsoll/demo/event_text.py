"""Writes a cluster's node events as `sacctmgr show event -P` prints them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from plimsoll.demo.estate import WINDOW_BEGIN, WINDOW_END, Cluster

_HEADER: Final = "Cluster|NodeName|TimeStart|TimeEnd|State|Reason|User"


def write_events(cluster: Cluster, folder: Path) -> Path | None:
    """Write the outages of a cluster's nodes; gives the path, None where nothing ever failed."""
    lines = sorted(_lines(cluster))
    if not lines:
        return None
    path = folder / f"{cluster.name}.events.txt"
    path.write_text("\n".join([_HEADER, *lines]) + "\n", encoding="utf-8")
    return path


def _lines(cluster: Cluster) -> Iterator[str]:
    for pool in cluster.pools:
        names = pool.node_names
        for outage in pool.outages:
            begin = WINDOW_BEGIN + timedelta(days=outage.first_day)
            end = begin + timedelta(days=outage.days)
            cells = (
                cluster.name,
                names[outage.node],
                _moment(begin, cluster),
                _moment(end, cluster) if end <= WINDOW_END else "Unknown",
                "DOWN",
                outage.reason,
                "root(0)",
            )
            yield "|".join(cells)


def _moment(at: datetime, cluster: Cluster) -> str:
    return f"{at.astimezone(ZoneInfo(cluster.timezone)):%Y-%m-%dT%H:%M:%S}"
