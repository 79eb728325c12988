"""A store of real logs: Open XDMoD's reference cluster, and one workload of a real Slurm."""

from datetime import UTC, datetime
from pathlib import Path

from phillips import FIELDS

from ingest.events import ingest_events
from ingest.jobs import ingest_jobs
from ingest.nodes import ingest_nodes
from ingest.options import JobOptions
from store import Store

PHILLIPS = "phillips"
TESTBED = "testbed"
_WINDOW = (datetime(2026, 11, 20, 15, tzinfo=UTC), datetime(2026, 11, 20, 17, tzinfo=UTC))
SETTINGS = """\
site: Real logs
timezone: UTC
clusters:
  - {name: phillips, tier: local, timezone: UTC}
  - {name: testbed, tier: Tier-2, timezone: UTC, gpu_aliases: {a100: a100-sxm-40}}
"""


def write_settings(folder: Path) -> Path:
    path = folder / "plimsoll.yaml"
    path.write_text(SETTINGS)
    return path


def ingest_real_logs(store: Store, shared: Path) -> None:
    """The log without windows, nodes or awards, and the captures with all that Slurm tells."""
    log = shared / "data" / "xdmod_phillips" / "phillips.log"
    ingest_jobs(store, [log], cluster=PHILLIPS, options=JobOptions(timezone="UTC", fields=FIELDS))
    captures = shared / "slurm" / "captures"
    taken = _WINDOW[0]
    ingest_nodes(
        store, [captures / "scontrol-show-node.txt"], cluster=TESTBED, at=taken, timezone="UTC"
    )
    options = JobOptions(timezone="UTC", window=_WINDOW)
    ingest_jobs(store, [captures / "sacct.json"], cluster=TESTBED, options=options)
    ingest_events(
        store, [captures / "sacctmgr-show-event-all.txt"], cluster=TESTBED, timezone="UTC"
    )
