"""A real Slurm after one workload, and what its commands printed then."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from slurm_cluster import CLUSTER, SlurmCluster, lacking
from slurm_finished import Finished
from slurm_workload import Workload

from ingest.advice import sacct_line


@pytest.fixture(scope="session")
def slurm() -> Iterator[SlurmCluster]:
    """A cluster that the tests of this session share."""
    if reason := lacking():
        pytest.skip(reason)
    with SlurmCluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def finished(slurm: SlurmCluster, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The cluster once its workload is over and recorded."""
    workload = Workload(slurm)
    workload.run()
    return Finished(slurm, workload, tmp_path_factory.mktemp("printed"))


@pytest.fixture(scope="session")
def sacct_text(finished: Finished) -> Path:
    """What the line that `plimsoll init` advises prints."""
    printed = finished.cluster.run("bash", "-c", f"{sacct_line()} -S now-1day")
    return finished.save("sacct.txt", printed)


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., str]:
    """The installed program in an empty folder: arguments in, what it printed out."""
    plimsoll = Path(sys.executable).with_name("plimsoll")

    def run(*arguments: object) -> str:
        words = [str(argument) for argument in arguments]
        done = subprocess.run(
            [plimsoll, *words], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def ingested(program: Callable[..., str], sacct_text: Path) -> Callable[..., str]:
    """The program with a store of the advised log."""
    program("ingest", "jobs", sacct_text, "--cluster", CLUSTER)
    return program
