"""Writes the estate's `plimsoll.yaml`: its clusters, and that all of it is synthetic."""

from pathlib import Path
from typing import Any, Final

import yaml

from plimsoll.demo.estate import Cluster

_HEADER = """\
# A synthetic estate: no such clusters, people, institutions or projects exist.
# Written by `plimsoll demo`.
"""


SETTINGS_FILE: Final = "plimsoll.yaml"


def write_settings(clusters: tuple[Cluster, ...], folder: Path) -> Path:
    """Write `plimsoll.yaml`, which names a store beside the folder; gives its path."""
    tree = {
        "site": "Synthetic estate (invented data)",
        "timezone": "Europe/London",
        "store": "../store",
        "privacy": {"keep_job_names": True},
        "clusters": [_cluster(cluster) for cluster in clusters],
    }
    path = folder / SETTINGS_FILE
    text = yaml.safe_dump(tree, sort_keys=False, allow_unicode=True)
    path.write_text(_HEADER + text, encoding="utf-8")
    return path


def _cluster(cluster: Cluster) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": cluster.name,
        "tier": cluster.tier,
        "timezone": cluster.timezone,
        "synthetic": True,
    }
    entry |= {
        key: value
        for key, value in (("grid_region", cluster.grid_region), ("pue", cluster.pue))
        if value is not None
    }
    if cluster.gpu_aliases:
        entry["gpu_aliases"] = dict(cluster.gpu_aliases)
    if cluster.node_roles:
        entry["node_roles"] = [
            {"role": role, "partition": partition} for partition, role in cluster.node_roles
        ]
    return entry
