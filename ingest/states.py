"""Job states: their plain names, and how final a record with each of them is."""

import re
from typing import Final

import polars as pl

PENDING: Final = 0
INTERIM: Final = 1
RUNNING: Final = 2
ENDED: Final = 3

FINALITY: Final = {
    "PENDING": PENDING,
    "CONFIGURING": PENDING,
    "REQUEUED": INTERIM,
    "REQUEUE_FED": INTERIM,
    "REQUEUE_HOLD": INTERIM,
    "RESV_DEL_HOLD": INTERIM,
    "SPECIAL_EXIT": INTERIM,
    "RESIZING": INTERIM,
    "RUNNING": RUNNING,
    "SUSPENDED": RUNNING,
    "STOPPED": RUNNING,
    "SIGNALING": RUNNING,
    "STAGE_OUT": RUNNING,
    "COMPLETING": RUNNING,
    "COMPLETED": ENDED,
    "CANCELLED": ENDED,
    "FAILED": ENDED,
    "TIMEOUT": ENDED,
    "NODE_FAIL": ENDED,
    "PREEMPTED": ENDED,
    "BOOT_FAIL": ENDED,
    "DEADLINE": ENDED,
    "OUT_OF_MEMORY": ENDED,
    "REVOKED": ENDED,
    "LAUNCH_FAILED": ENDED,
    "RECONFIG_FAIL": ENDED,
    "EXPEDITING": PENDING,
    "POWER_UP_NODE": PENDING,
    "UPDATE_DB": RUNNING,
}
"""How final a record in this state is; a more final record of the same job wins."""

NEVER_RAN: Final = ("CANCELLED", "DEADLINE", "PENDING", "REVOKED")
"""States in which a job of zero seconds is taken as never started, where no node list tells."""

_STATE = re.compile(r"([A-Z][A-Z_]*)\+?(?: by \S+)?")


def plain_state(text: str) -> str | None:
    """`CANCELLED by 330719` is CANCELLED; what cannot be a state is None."""
    found = _STATE.fullmatch(text.strip())
    return found[1] if found else None


def states(column: pl.Series) -> pl.DataFrame:
    """Columns `job_state` (null where the text is no state) and `finality` (null where the
    state is one that no known version of Slurm has).
    """
    texts = column.unique().drop_nulls().to_list()
    plain = [plain_state(text) for text in texts]
    table = pl.DataFrame(
        {
            "text": texts,
            "job_state": plain,
            "finality": [FINALITY.get(state) if state else None for state in plain],
        },
        schema={"text": pl.String, "job_state": pl.String, "finality": pl.Int8},
    )
    asked = column.alias("text").to_frame()
    return asked.join(table, on="text", how="left", maintain_order="left").drop("text")
