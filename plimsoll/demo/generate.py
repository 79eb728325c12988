"""Makes the synthetic estate: every file that its operators would export, and how to ingest it."""

import shlex
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal

import numpy as np

from model.progress import Progress
from plimsoll.demo.accounts import cluster_accounts
from plimsoll.demo.awards_csv import write_awards
from plimsoll.demo.estate import WINDOW_BEGIN, WINDOW_END, Cluster, clusters
from plimsoll.demo.event_text import write_events
from plimsoll.demo.node_text import write_nodes
from plimsoll.demo.play import History, play
from plimsoll.demo.projects import Project, draw_projects
from plimsoll.demo.sacct_text import write_sacct
from plimsoll.demo.settings_yaml import SETTINGS_FILE, write_settings
from plimsoll.demo.telemetry import write_telemetry

Kind = Literal["jobs", "nodes", "events", "telemetry", "awards"]
SEED: Final = 20261101
GENERATOR_VERSION: Final = 4
"""Raised whenever the same seed comes to give other files."""


@dataclass(frozen=True)
class EstateFile:
    """One file of the estate: `plimsoll` followed by `arguments` ingests it."""

    path: Path
    kind: Kind
    arguments: tuple[str, ...]
    cluster: str | None = None
    taken_at: datetime | None = None

    @property
    def command(self) -> str:
        """The command as a person would type it."""
        return shlex.join(("plimsoll", *self.arguments))


@dataclass(frozen=True)
class Estate:
    """A written estate. `windows` gives each cluster's FROM/TO for `--window`."""

    folder: Path
    settings: Path
    files: tuple[EstateFile, ...]
    windows: dict[str, str]
    clusters: tuple[Cluster, ...]
    runs: int

    def of_kind(self, kind: Kind) -> list[EstateFile]:
        """The files of one kind, in the order in which they should be ingested."""
        return [file for file in self.files if file.kind == kind]


def generate_estate(
    folder: Path, *, seed: int = SEED, scale: float = 1.0, progress: Progress | None = None
) -> Estate:
    """Write the synthetic estate into a folder, which is made if it does not exist.

    The same seed and scale give the same bytes. At scale 1 there are about 500,000 jobs in
    twelve months; a smaller scale has fewer nodes and jobs. `progress` is called with the
    clusters done and their number.
    """
    folder.mkdir(parents=True, exist_ok=True)
    plan = clusters(scale)
    projects = draw_projects(_generator(seed, "projects"))
    histories: list[History] = []
    files: list[EstateFile] = []
    for cluster in plan:
        histories.append(_play(cluster, projects, seed))
        files += _write(histories[-1], folder)
        if progress:
            progress(len(histories), len(plan))
    awards = write_awards(projects, histories, folder, _generator(seed, "awards"))
    files.append(EstateFile(awards, "awards", _arguments(awards, "awards")))
    return Estate(
        folder=folder,
        settings=write_settings(plan, folder),
        files=tuple(files),
        windows={cluster.name: _window() for cluster in plan},
        clusters=plan,
        runs=sum(history.frame.height for history in histories),
    )


def _play(cluster: Cluster, projects: tuple[Project, ...], seed: int) -> History:
    people = cluster_accounts(cluster, projects, _generator(seed, f"accounts of {cluster.name}"))
    return play(cluster, people, _seed(seed, cluster.name))


def _write(history: History, folder: Path) -> list[EstateFile]:
    name = history.cluster.name
    inventories = [_nodes_file(history, folder, at) for at in _snapshots(history.cluster)]
    log = write_sacct(history, folder)
    arguments = _arguments(log, "jobs", "--cluster", name, "--window", _window())
    return [
        *inventories,
        *_events_file(history.cluster, folder),
        EstateFile(log, "jobs", arguments, name),
        *_telemetry_file(history, folder),
    ]


def _events_file(cluster: Cluster, folder: Path) -> list[EstateFile]:
    path = write_events(cluster, folder)
    if path is None:
        return []
    return [
        EstateFile(
            path, "events", _arguments(path, "events", "--cluster", cluster.name), cluster.name
        )
    ]


def _telemetry_file(history: History, folder: Path) -> list[EstateFile]:
    path, name = write_telemetry(history, folder), history.cluster.name
    if path is None:
        return []
    return [EstateFile(path, "telemetry", _arguments(path, "telemetry", "--cluster", name), name)]


def _nodes_file(history: History, folder: Path, at: datetime) -> EstateFile:
    name = history.cluster.name
    path = write_nodes(history, folder, at=at)
    arguments = _arguments(path, "nodes", "--cluster", name, "--at", at.isoformat())
    return EstateFile(path, "nodes", arguments, name, at)


def _arguments(path: Path, kind: str, *options: str) -> tuple[str, ...]:
    settings = path.parent / SETTINGS_FILE
    return ("--config", str(settings), "ingest", kind, str(path), *options)


def _snapshots(cluster: Cluster) -> list[datetime]:
    return [WINDOW_BEGIN + timedelta(days=day) for day in (0, *cluster.later_snapshots)]


def _window() -> str:
    return f"{WINDOW_BEGIN:%Y-%m-%d}/{WINDOW_END:%Y-%m-%d}"


def _seed(seed: int, purpose: str) -> np.random.SeedSequence:
    return np.random.SeedSequence([seed, zlib.crc32(purpose.encode())])


def _generator(seed: int, purpose: str) -> np.random.Generator:
    return np.random.default_rng(_seed(seed, purpose))
