"""A site that runs the installed program: its folder, its settings, its store."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import yaml
from slurm_cluster import CLUSTER, SlurmCluster

from model.schemas import JOBS
from store import open_store


@dataclass(frozen=True)
class Done:
    """How a call of the program ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Site:
    """A folder from which the program is called, with the cluster's commands at hand."""

    folder: Path
    cluster: SlurmCluster

    def configure(self, *sources: Mapping[str, Any]) -> None:
        """Write plimsoll.yaml with these sources of the cluster's."""
        entry = {"name": CLUSTER, "timezone": "UTC", "sources": list(sources)}
        text = yaml.safe_dump({"clusters": [entry]})
        (self.folder / "plimsoll.yaml").write_text(text)

    def secret(self, name: str, text: str) -> str:
        """A file that holds a secret, for its owner alone."""
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text)
        return str(path)

    def call(self, *arguments: object) -> Done:
        """Run the program to its end."""
        program = Path(sys.executable).with_name("plimsoll")
        done = subprocess.run(
            [program, *map(str, arguments)],
            cwd=self.folder,
            env=self.cluster.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def run(self, *arguments: object) -> str:
        """What the program printed; it must end well."""
        done = self.call(*arguments)
        assert done.code == 0, f"{arguments}: {done.out}{done.err}"
        return done.out

    def jobs(self) -> pl.DataFrame:
        """The jobs of the store, by their key."""
        with open_store(self.folder / "plimsoll-data") as store:
            return store.scan(JOBS).collect().sort(JOBS.key)
