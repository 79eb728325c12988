"""Every fixture with nodes, events, reservations or awards, and what reads one of them."""

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ingest.awards import AwardOptions, ingest_awards
from ingest.events import ingest_events
from ingest.nodes import ingest_nodes
from ingest.report import FileReport, IngestReport
from store import Store, open_store

_CAPTURES: Final = "slurm/captures"
_AWARDS: Final = "data/awards_telemetry_carbon"
_TAKEN: Final = datetime(2026, 11, 20, tzinfo=UTC)
_WALDUR: Final = (
    "proposal",
    "requested_resource",
    "resource",
    "resource_adjustment_row",
    "component_usages",
)

NODE_FILES: Final = (
    f"{_CAPTURES}/scontrol-show-node*",
    f"{_CAPTURES}/sinfo*",
    f"{_CAPTURES}/slurmrestd-*-nodes.json",
    f"{_CAPTURES}/pyslurm-old-node.*",
    f"{_CAPTURES}/pyslurm-new-Nodes.*",
    "data/clockwork/*scontrol_node*",
    "data/clockwork/sinfo_*",
    "data/fb_gcm/*sinfo*",
    "data/ood_core_osc/owens_nodes.txt",
    "data/ood_core_osc/sinfo_*",
    "data/rivos_exporter/sinfo_*",
    "data/sckyzo_exporter/cpus.txt",
    "data/sckyzo_exporter/gpus_snapshot*",
    "data/sckyzo_exporter/node_detail*",
    "data/sckyzo_exporter/partitions_gpu*",
    "data/sckyzo_exporter/scontrol_nodes.txt",
    "data/sckyzo_exporter/slurm-*/cpus.txt",
    "data/sckyzo_exporter/slurm-*/drain_reason.txt",
    "data/sckyzo_exporter/slurm-*/gpus_snapshot.txt",
    "data/sckyzo_exporter/slurm-*/node*",
    "data/sckyzo_exporter/slurm-*/partitions_*",
    "data/sckyzo_exporter/slurm-*/scontrol_nodes.txt",
    "data/sckyzo_exporter/slurm-*/sinfo_*",
    "data/seraph_fixtures/sinfo.txt",
    "data/slurmweb_slurmrestd/*/*/slurm-node*.json",
)
EVENT_FILES: Final = (
    f"{_CAPTURES}/sacctmgr-show-event*",
    f"{_CAPTURES}/sacctmgr-show-reservation.txt",
    f"{_CAPTURES}/scontrol-show-reservation*",
    f"{_CAPTURES}/slurmrestd-*-reservations.json",
    "data/sckyzo_exporter/reservations*",
    "data/sckyzo_exporter/slurm-*/reservations.txt",
    "data/slurmweb_slurmrestd/*/*/slurm-reservations.json",
)
AWARD_FILES: Final = (
    f"{_CAPTURES}/sacctmgr-dump.cfg",
    f"{_CAPTURES}/sacctmgr-show-assoc*",
    f"{_CAPTURES}/sacctmgr-show-qos.txt",
    f"{_CAPTURES}/slurmrestd-*-associations.json",
    f"{_CAPTURES}/sshare-*.txt",
    f"{_AWARDS}/coldfront/*",
    f"{_AWARDS}/slurm/*CONSTRUCTED*",
    f"{_AWARDS}/waldur/*",
    "data/slurmweb_slurmrestd/*/*/slurmdb-associations.json",
)


def read_nodes(path: Path) -> FileReport:
    """A node inventory; sinfo's text does not tell when it was taken."""
    return _only(lambda store: ingest_nodes(store, [path], cluster="here", at=_TAKEN))


def read_events(path: Path) -> FileReport:
    """Events or reservations."""
    return _only(lambda store: ingest_events(store, [path], cluster="testbed"))


def read_awards(path: Path) -> FileReport:
    """Awards; the parts of Waldur's API are read together, as they must be."""
    paths = _together(path)
    report = _ingested(
        lambda store: ingest_awards(store, paths, options=AwardOptions(cluster="here"))
    )
    return report.files[paths.index(path)]


def _together(path: Path) -> list[Path]:
    name = path.name.removesuffix("_CONSTRUCTED.json")
    if path.parent.name != "waldur" or path.suffix != ".json":
        return [path]
    names = ("archive_proposal", "resource") if name == "archive_proposal" else _WALDUR
    return [path.with_name(f"{each}_CONSTRUCTED.json") for each in names]


def _only(ingest: Callable[[Store], IngestReport]) -> FileReport:
    return _ingested(ingest).files[0]


def _ingested(ingest: Callable[[Store], IngestReport]) -> IngestReport:
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(Path(folder) / "store", create=True) as store,
    ):
        return ingest(store)
