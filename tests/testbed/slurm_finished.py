"""What the tests ask of a cluster whose workload is over."""

import time
from dataclasses import dataclass
from pathlib import Path

from slurm_cluster import SlurmCluster
from slurm_site import Done, Site
from slurm_workload import Workload

HOUR_S = 3600
ACCOUNTS = ("cluster", "AccountUtilizationByUser", "tree")


@dataclass(frozen=True)
class Finished:
    """The cluster after its workload, a folder for what its commands printed, and the site that
    read along: `readings` is how each of its runs ended.
    """

    cluster: SlurmCluster
    workload: Workload
    folder: Path
    watcher: Site
    readings: tuple[Done, ...]

    @property
    def window(self) -> tuple[int, int]:
        """The whole hours around the workload, as epochs: [from, to)."""
        last = int(time.time())
        return self.workload.began // HOUR_S * HOUR_S, last // HOUR_S * HOUR_S + HOUR_S

    @property
    def whole_hours(self) -> str:
        """The window of the reports, as `--window` takes it."""
        return _window(*self.window)

    @property
    def observed(self) -> str:
        """From the beginning of the reports' window to now."""
        return _window(self.window[0], int(time.time()))

    def sreport(self, *report: str, tres: str = "gres/gpu,cpu") -> str:
        """A report in seconds over the window, for a parser."""
        begin, end = (time.strftime("%FT%T", time.gmtime(moment)) for moment in self.window)
        options = ("-t", "Seconds", f"--tres={tres}", f"start={begin}", f"end={end}")
        return self.cluster.sreport("-P", *report, *options)

    def save(self, name: str, text: str) -> Path:
        """A file that holds what a command printed."""
        path = self.folder / name
        path.write_text(text + "\n", encoding="utf-8")
        return path


def _window(begin: int, end: int) -> str:
    return "/".join(time.strftime("%FT%TZ", time.gmtime(moment)) for moment in (begin, end))
