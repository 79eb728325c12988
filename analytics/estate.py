"""What the node-level analyses look at: the facts of some clusters, and what is known of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from analytics.gpu_models import Aliases, GpuNames
from analytics.parted import Rows
from model.inference_thresholds import InferenceThresholds
from model.mig_profiles import MigProfiles
from model.schemas import NODE_EVENTS

OBSERVED_SCHEMA: Final = pl.Schema(
    {
        "cluster": pl.String(),
        "begin_s": pl.Int64(),
        "end_s": pl.Int64(),
        "assumed": pl.Boolean(),
    }
)


@dataclass(frozen=True)
class Estate:
    """Jobs, nodes, events and observed windows of some clusters; nothing here is changed.

    - `jobs`: rows of the JOBS table, all that ever ran on the nodes; GPUs that accounting did not
      track are null (`analytics.tracking`); further columns are ignored;
    - `nodes`: snapshots, rows of the NODES table;
    - `observed`: OBSERVED_SCHEMA, for each cluster the merged, disjoint, half-open windows in
      epoch seconds that its job log was asked for; `assumed` where none was stated;
    - `events`: rows of the NODE_EVENTS table, empty where none were ingested;
    - `samples`: rows of the GPU_SAMPLES table, None where there is no telemetry at all;
    - `catalogue` and `aliases` (by cluster) turn Slurm's type names into catalogue ids;
    - `mig_profiles`: by catalogue id, what a card can be cut into;
    - `inference_cards`: catalogue ids of the cards made for inference;
    - `thresholds`: what counts as reclaimable;
    - `tiers`: the tier of each cluster;
    - `node_roles`: by cluster, (pattern, role) pairs of the site's settings; a pattern is matched
      against node and partition names in the manner of the shell, and the first match wins.
    """

    jobs: Rows
    nodes: pl.DataFrame
    observed: pl.DataFrame
    events: pl.DataFrame = field(default_factory=NODE_EVENTS.schema.to_frame)
    samples: Rows | None = None
    catalogue: GpuNames | None = None
    aliases: Aliases = field(default_factory=dict)
    mig_profiles: MigProfiles = field(default_factory=dict)
    inference_cards: frozenset[str] = frozenset()
    thresholds: InferenceThresholds = field(default_factory=InferenceThresholds)
    tiers: Mapping[str, str | None] = field(default_factory=dict)
    node_roles: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
