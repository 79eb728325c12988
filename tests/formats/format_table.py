"""Every fixture, and what became of its rows: `docs/reference/formats.md`.

A kind of data has its entry in `KINDS`: the files that hold it and what reads one of them.
`PYTHONPATH=. python tests/formats/format_table.py` writes the page anew.
"""

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from other_files import (
    AWARD_FILES,
    EVENT_FILES,
    NODE_FILES,
    read_awards,
    read_events,
    read_nodes,
)
from telemetry_files import TELEMETRY_FILES, read_telemetry

from ingest.jobs import ingest_jobs
from ingest.options import JobOptions
from ingest.report import FileReport, left_out_word
from ingest.tres_ids import read_tres_ids
from model.errors import InputError
from store import open_store

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs" / "reference" / "formats.md"
SHARED: Final = ROOT.parent / "shared"

_CAPTURES: Final = "slurm/captures"
_CAPTURED_WITH: Final = "22.05.8"
_RELEASE: Final = re.compile(r'"?\brelease"?\s*:\s*(?:!!str )?"?(\d+\.\d+[\w.-]*)')
_CLUSTER: Final = re.compile(r'"?\bcluster"?: (?:!!str )?"?([\w-]+)')
_FOLDER: Final = re.compile(r"/(?:slurm-)?(\d\d\.\d\d(?:\.\d+)?)(?:-\d+)?/")
_OTHER_CLUSTER: Final = re.compile(r"ingest it with --cluster (\S+)")


@dataclass(frozen=True)
class Outcome:
    """What became of a file: its rows, or why it was refused."""

    format: str = ""
    rows: int = 0
    accepted: int = 0
    steps: int = 0
    quarantined: Mapping[str, int] = field(default_factory=dict)
    refused: str = ""

    @classmethod
    def of(cls, report: FileReport) -> "Outcome":
        """The outcome that the report of an ingest tells."""
        return cls(
            report.format,
            report.rows_read,
            report.rows_accepted,
            report.rows_steps,
            report.reasons,
        )

    @property
    def adds_up(self) -> bool:
        """Whether every row is accepted, a step or quarantined."""
        return self.rows == self.accepted + self.steps + sum(self.quarantined.values())


@dataclass(frozen=True)
class Kind:
    """One kind of data: the files that hold it (globs under ../shared), and their reader."""

    title: str
    patterns: tuple[str, ...]
    read: Callable[[Path, Path], Outcome]

    def files(self, shared: Path) -> list[Path]:
        """The files that hold it, in order, each once."""
        return sorted({path for pattern in self.patterns for path in shared.glob(pattern)})


def read_jobs(path: Path, shared: Path) -> Outcome:
    """A job log, ingested into a store of its own under the cluster that it names."""
    options = JobOptions(timezone="UTC", fields=_FIELDS.get("/".join(path.parts[-2:])))
    if path.name.startswith("pyslurm-old"):
        tres = read_tres_ids(shared / _CAPTURES / "sacctmgr-show-tres.txt")
        options = JobOptions(timezone="UTC", tres_names=tres)
    try:
        return _ingested(path, _cluster(path), options)
    except InputError as error:
        named = _OTHER_CLUSTER.search(error.hint or "")
        if named is None:
            return Outcome(refused=error.what)
    return _ingested(path, named[1], options)


def _by(read: Callable[[Path], FileReport]) -> Callable[[Path, Path], Outcome]:
    """A reader of files that need nothing beside them; a refusal must say what to do."""

    def outcome(path: Path, _: Path) -> Outcome:
        try:
            return Outcome.of(read(path))
        except InputError as error:
            if not error.hint:
                raise AssertionError(f"{path}: refused without a hint") from error
            return Outcome(refused=error.what)

    return outcome


def _cluster(path: Path) -> str:
    """The cluster that a file seems to be of: a wrong guess is put right by its refusal."""
    found = _CLUSTER.search(_head(path))
    return found[1] if found else "testbed"


def _head(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(1 << 16).decode("utf-8", errors="replace")


def _ingested(path: Path, cluster: str, options: JobOptions) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "store", create=True)
        report = ingest_jobs(store, [path], cluster=cluster, options=options)
        return Outcome.of(report.files[0])


_FIELDS: Final = {
    "xdmod_phillips/phillips.log": (
        *("jobid", "jobidraw", "cluster", "partition", "qos", "account", "group", "gid", "user"),
        *("uid", "submit", "eligible", "start", "end", "elapsed", "exitcode", "state", "nnodes"),
        *("ncpus", "reqcpus", "reqmem", "reqtres", "alloctres", "timelimit", "nodelist", "jobname"),
    ),
    "seraph_fixtures/sacct.txt": (
        *("JobID", "JobName", "State", "ExitCode", "Start", "End", "Elapsed", "Timelimit"),
        *("Partition", "NodeList", "AllocTRES", "ReqMem", "MaxRSS"),
    ),
    "sckyzo_exporter/sacct_efficiency.txt": (
        *("JobID", "User", "Account", "AllocCPUS", "Elapsed", "TotalCPU", "CPUTime", "MaxRSS"),
        "ReqMem",
    ),
    "captures/sacct-P-default-noheader.txt": (
        *("JobID", "JobName", "Partition", "Account", "AllocCPUS", "State", "ExitCode"),
    ),
}
"""The columns of logs without a header, as their READMEs tell them."""

KINDS: Final = (
    Kind(
        "Jobs",
        (
            f"{_CAPTURES}/sacct[-.]*",
            f"{_CAPTURES}/slurmrestd-*jobs.json",
            f"{_CAPTURES}/squeue*",
            f"{_CAPTURES}/scontrol-show-job*.txt",
            f"{_CAPTURES}/pyslurm-*[jJ]ob*",
            f"{_CAPTURES}/jobcomp-filetxt.txt",
            "data/clockwork/sacct_*",
            "data/clockwork/*scontrol_job*",
            "data/fb_gcm/sample-sacct-*",
            "data/fb_gcm/sample-squeue*",
            "data/nrel_eagle_sample/sample_eagle_data.*",
            "data/ood_core_osc/non_utf8_job_name.txt",
            "data/ood_core_osc/null_submit_time.txt",
            "data/osc_ood_sacct/sacct.txt",
            "data/rivos_exporter/squeue*",
            "data/sckyzo_exporter/sacct_efficiency.txt",
            "data/sckyzo_exporter/squeue_jobs*.txt",
            "data/sckyzo_exporter/slurm-*/squeue_jobs.txt",
            "data/seraph_fixtures/sacct.txt",
            "data/seraph_fixtures/squeue*.txt",
            "data/slurm2sql/*.csv",
            "data/slurmweb_slurmrestd/*/*/slurm-job*.json",
            "data/slurmweb_slurmrestd/*/*/slurmdb-job*.json",
            "data/xdmod_phillips/phillips.log",
        ),
        read_jobs,
    ),
    Kind("Nodes", NODE_FILES, _by(read_nodes)),
    Kind("Events and reservations", EVENT_FILES, _by(read_events)),
    Kind("Awards", AWARD_FILES, _by(read_awards)),
    Kind("GPU telemetry", TELEMETRY_FILES, _by(read_telemetry)),
)
"""What the page lists."""

_INTRODUCTION: Final = """\
# Formats

<!-- Written by `PYTHONPATH=. python tests/formats/format_table.py`. Do not edit. -->

What becomes of every real file that the tests know: rows read = accepted + steps + quarantined.
A file is told by its content, never by its name. What each format can and cannot tell is in
[How a job log is read](../explanation/job-logs.md),
[How nodes and their states are read](../explanation/node-sources.md),
[Awards from other systems](../explanation/award-sources.md) and
[What the GPUs did](../explanation/telemetry.md). Instead of steps, the other kinds have rows that
are left out by rule. The files are not part of the project; those that are named CONSTRUCTED were
made from the systems' own source code.
"""


def page(shared: Path) -> str:
    """The whole page, from the files as they are read now."""
    return "\n".join([_INTRODUCTION, *(_section(kind, shared) for kind in KINDS)])


def slurm_version(path: Path) -> str:
    """The version of Slurm that wrote a file: as told inside it, by its folder, or empty."""
    if found := _RELEASE.search(_head(path)) or _FOLDER.search(str(path)):
        return found[1]
    return _CAPTURED_WITH if path.parent.name == "captures" else ""


def _section(kind: Kind, shared: Path) -> str:
    left_out = left_out_word(kind.title.casefold())
    lines = [
        f"## {kind.title}\n",
        f"| file | format | Slurm | rows | accepted | {left_out} | quarantined |",
        "| --- | --- | --- | ---: | ---: | ---: | --- |",
        *_rows(kind, shared),
    ]
    return "\n".join(lines) + "\n"


def _rows(kind: Kind, shared: Path) -> Iterator[str]:
    for path in kind.files(shared):
        cells = [f"`{path.relative_to(shared)}`"]
        outcome = kind.read(path, shared)
        if not outcome.adds_up:
            raise AssertionError(f"{path}: {outcome}")
        version = slurm_version(path)
        if outcome.refused:
            cells += ["refused", version, "", "", "", outcome.refused]
        else:
            reasons = ", ".join(f"{name} {count}" for name, count in outcome.quarantined.items())
            counts = (outcome.rows, outcome.accepted, outcome.steps)
            cells += [outcome.format, version, *map(str, counts), reasons]
        yield "| " + " | ".join(_cell(text) for text in cells) + " |"


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(SHARED), encoding="utf-8")
