"""A real Slurm after one workload, and what its commands printed then."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from slurm_cluster import CLUSTER, SlurmCluster, lacking
from slurm_finished import Finished
from slurm_site import Site
from slurm_workload import Workload

from ingest.advice import sacct_line

_PAUSE_S = 2


@pytest.fixture(scope="session")
def slurm() -> Iterator[SlurmCluster]:
    """A cluster that the tests of this session share."""
    if reason := lacking():
        pytest.skip(reason)
    with SlurmCluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def finished(slurm: SlurmCluster, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The cluster once its workload is over and recorded; `watcher` read along every few seconds."""
    workload = Workload(slurm)
    watcher = Site(tmp_path_factory.mktemp("watcher"), slurm)
    watcher.configure({"kind": "command", "feeds": "jobs"})
    readings = []
    with ThreadPoolExecutor(max_workers=1) as pool:
        running = pool.submit(workload.run)
        while not running.done():
            readings.append(watcher.call("ingest", "run"))
            time.sleep(_PAUSE_S)
        running.result()
    readings.append(watcher.call("ingest", "run"))
    folder = tmp_path_factory.mktemp("printed")
    return Finished(slurm, workload, folder, watcher=watcher, readings=tuple(readings))


@pytest.fixture(scope="session")
def sacct_text(finished: Finished) -> Path:
    """What the line that `plimsoll init` advises prints."""
    printed = finished.cluster.run("bash", "-c", f"{sacct_line()} -S now-1day")
    return finished.save("sacct.txt", printed)


@pytest.fixture
def site(slurm: SlurmCluster, tmp_path: Path) -> Site:
    """A site without a store."""
    return Site(tmp_path, slurm)


@pytest.fixture
def ingested(site: Site, finished: Finished, sacct_text: Path) -> Site:
    """A site whose store holds the advised log."""
    site.run("ingest", "jobs", sacct_text, "--cluster", CLUSTER, "--window", finished.observed)
    return site
