"""Which node is an inference node: what it is meant for, and what runs on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from re import search
from typing import Final

import polars as pl

from analytics.estate import Estate
from analytics.node_history import gpu_model
from analytics.workload import SAYS_INFERENCE, Use, uses

ROLES_SCHEMA: Final = pl.Schema(
    {
        "cluster": pl.String(),
        "node": pl.String(),
        "node_role": pl.String(),
        "role_basis": pl.String(),
        "role_evidence": pl.String(),
    }
)

_SAYS_INTERACTIVE: Final = r"(?i)interactive|jupyter|desktop|notebook|(?:^|[^a-z])ood(?:$|[^a-z])"
_SAYS_TRAINING: Final = r"(?i)(?:^|[^a-z])train"
_HOUR_S: Final = 3600


@dataclass(frozen=True)
class RoleRules:
    """When workload alone makes a node a serving one.

    Either services hold `serving_share` of all GPU time that jobs ever held on it, or one of
    them stayed for `stay_s` (runs less than `chain_gap_s` apart are one stay) and they hold
    `stay_share`: a single day of batch inference does not rename a training node.
    """

    serving_share: float = 0.5
    stay_s: int = 24 * _HOUR_S
    stay_share: float = 0.1
    chain_gap_s: int = _HOUR_S


@dataclass(frozen=True)
class _Node:
    """All that is known of a node, over all its configurations."""

    cluster: str
    node: str
    gpus: int
    models: tuple[str, ...]
    partitions: tuple[str, ...]
    features: tuple[str, ...]


@dataclass(frozen=True)
class _Sign:
    """One thing that speaks for a role; `basis` is None where it is only worth mentioning."""

    text: str
    role: str | None = None
    basis: str | None = None


def node_roles(estate: Estate, *, rules: RoleRules | None = None) -> pl.DataFrame:
    """The role of every known node, what it rests on, and the evidence (ROLES_SCHEMA).

    The first of these decides: the site's settings (`configured`); a partition, a feature or the
    QOS of half of its GPU time named for inference (`intended`); services that run on it
    (`serving`: inference or interactive); partitions named for interactive work or training
    (`intended`); a card made for inference (`candidate`: role inference, to be confirmed by the
    site). All other nodes with GPUs are `training`, those without `cpu`, on no basis (null).

    Snapshots and jobs of any time speak, whatever the period asked for. A chain of requeues
    without a service name decides nothing: training is requeued too.
    """
    rules = rules or RoleRules()
    use = uses(estate.jobs, chain_gap_s=rules.chain_gap_s)
    rows = [
        (node.cluster, node.node, *_decided(node, _signs(node, estate, found, rules)))
        for node in _nodes(estate)
        for found in [use.get((node.cluster, node.node), {})]
    ]
    return pl.DataFrame(rows, schema=ROLES_SCHEMA, orient="row")


def _nodes(estate: Estate) -> list[_Node]:
    texts = ("gpu_types", "partitions", "features")
    merged = estate.nodes.group_by("cluster", "node").agg(
        pl.col("gpus").max().fill_null(0),
        *(pl.col(name).fill_null("").unique().sort() for name in texts),
    )
    return [
        _Node(
            cluster=row["cluster"],
            node=row["node"],
            gpus=row["gpus"],
            models=_models(estate, row["cluster"], row["gpu_types"]),
            partitions=_names(row["partitions"]),
            features=_names(row["features"]),
        )
        for row in merged.sort("cluster", "node").iter_rows(named=True)
    ]


def _models(estate: Estate, cluster: str, gpu_types: Sequence[str]) -> tuple[str, ...]:
    """The cards that a node ever had."""
    aliases = estate.aliases.get(cluster, {})
    models = (gpu_model(text, catalogue=estate.catalogue, aliases=aliases) for text in gpu_types)
    return tuple(sorted({card for model in models if model for card in model.split("+")}))


def _names(texts: Sequence[str]) -> tuple[str, ...]:
    """The names in comma-separated texts."""
    return tuple(sorted({name for text in texts for name in text.split(",") if name}))


def _decided(node: _Node, signs: Sequence[_Sign]) -> tuple[str, str | None, str]:
    """Role, basis and evidence: the first sign with a role decides, all are told."""
    evidence = "; ".join(sign.text for sign in signs) or _unremarkable(node)
    for sign in signs:
        if sign.role is not None:
            return sign.role, sign.basis, evidence
    return ("training" if node.gpus else "cpu"), None, evidence


def _signs(node: _Node, estate: Estate, found: dict[str, Use], rules: RoleRules) -> list[_Sign]:
    """What speaks for a role, the weightiest first."""
    signs = _configured(node, estate)
    if node.gpus:
        signs += _meant_for_inference(node, found, rules)
        signs += _serving(found, rules)
        signs += _meant_otherwise(node)
        signs += _by_card(node, estate)
    return signs


def _configured(node: _Node, estate: Estate) -> list[_Sign]:
    for pattern, role in estate.node_roles.get(node.cluster, ()):
        if any(fnmatchcase(name, pattern) for name in (node.node, *node.partitions)):
            return [_Sign(f"settings: {pattern} is {role}", role, "configured")]
    return []


def _meant_for_inference(node: _Node, found: dict[str, Use], rules: RoleRules) -> list[_Sign]:
    named = [
        *(f"partition {name}" for name in node.partitions if search(SAYS_INFERENCE, name)),
        *(f"feature {name}" for name in node.features if search(SAYS_INFERENCE, name)),
    ]
    signs = [_Sign(text, "inference", "intended") for text in named]
    qos = found.get("qos")
    if qos:
        text = f"QOS {', '.join(qos.names)} on {qos.share:.0%} of its GPU-hours"
        enough = qos.share >= rules.serving_share
        signs.append(_Sign(text, *(("inference", "intended") if enough else ())))
    return signs


def _serving(found: dict[str, Use], rules: RoleRules) -> list[_Sign]:
    signs = []
    for kind, role in (("serving", "inference"), ("interactive", "interactive")):
        use = found.get(kind)
        if use:
            enough = use.share >= rules.serving_share or (
                role == "inference"
                and use.longest_s >= rules.stay_s
                and use.share >= rules.stay_share
            )
            signs.append(_Sign(_told(use), *((role, "serving") if enough else ())))
    return signs


def _meant_otherwise(node: _Node) -> list[_Sign]:
    interactive = [name for name in node.partitions if search(_SAYS_INTERACTIVE, name)]
    if interactive and len(interactive) == len(node.partitions):
        return [_Sign(f"partition {name}", "interactive", "intended") for name in interactive]
    training = [name for name in node.partitions if search(_SAYS_TRAINING, name)]
    return [_Sign(f"partition {name}", "training", "intended") for name in training]


def _by_card(node: _Node, estate: Estate) -> list[_Sign]:
    cards = [card for card in node.models if card in estate.inference_cards]
    return [_Sign(f"card {card} made for inference", "inference", "candidate") for card in cards]


def _told(use: Use) -> str:
    count = f"{use.jobs:,} {'/'.join(use.names)} job{'s' if use.jobs != 1 else ''}"
    hours, minutes = use.longest_s / _HOUR_S, use.longest_s / 60
    longest = f"{hours:.0f} h" if hours >= 1 else f"{minutes:.0f} min"
    return f"{count}, longest {longest}, {use.share:.0%} of its GPU-hours"


def _unremarkable(node: _Node) -> str:
    if not node.gpus:
        return "no GPUs"
    partitions = ", ".join(node.partitions) or "none"
    cards = ", ".join(node.models) or "of unknown model"
    return f"partition {partitions}; card {cards}; nothing speaks for inference"
