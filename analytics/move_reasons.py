"""Why a node is listed to be moved, in a sentence, and why others are not."""

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from model.inference_thresholds import InferenceThresholds

_HOUR_S: Final = 3600


def reason(row: Mapping[str, Any], *, free_window_s: int) -> str:
    """The figures of one node of `moves` as a sentence or two."""
    said = [_used(row), _freed(row, free_window_s), _pool(row)]
    if row["role_basis"] == "candidate":
        said.append("For inference by its card alone: to be confirmed.")
    if (row["mig_reclaimable_gpu_hours"] or 0) > 0:
        said.append(f"What its GPUs did would have fitted {row['mig_profile']}.")
    return " ".join(said)


def _used(row: Mapping[str, Any]) -> str:
    used = f"Jobs held {row['utilisation_available'] or 0:.1%} of its available time"
    training = row["training_utilisation_available"]
    if training is None:
        return f"{used}; {row['cluster']} has no training nodes to compare with."
    return f"{used}, of the training nodes of {row['cluster']} {training:.1%}."


def _freed(row: Mapping[str, Any], free_window_s: int) -> str:
    low, high = row["reclaimable_low_gpu_hours"], row["reclaimable_high_gpu_hours"]
    most = "" if high is None else f"; at most {high:,.0f} could be freed"
    return (
        f"{low:,.0f} GPU-hours stood free or unused for {free_window_s / _HOUR_S:g} h and more on "
        f"end, beyond head-room{most}."
    )


def _pool(row: Mapping[str, Any]) -> str:
    return (
        f"Its pool of {row['pool_gpus']:,} GPUs needs {row['load_gpus']:.1f} on average and "
        f"{row['headroom_gpus']:,} as head-room."
    )


def left_out_notes(judged: pl.DataFrame, thresholds: InferenceThresholds) -> tuple[str, ...]:
    """What the list assumes, and how many inference nodes are not on it, and why."""
    counts = dict(judged.group_by("verdict").len().iter_rows())
    why = {
        "needed": "would leave their pool without its mean load and head-room",
        "busy": "were used as much as training nodes",
        "nothing": "have nothing to free",
    }
    left = [f"{counts[each]} {text}" for each, text in why.items() if each in counts]
    said = [
        (
            "What a node frees is the lower bound of its reclaimable time in this period; that "
            "the next will be like it is assumed, and whether training fits its cards is not "
            "asked."
        ),
        (
            f"Head-room: at most {thresholds.late_share:.0%} of arrivals wait longer than "
            f"{thresholds.target_wait_s / 60:g} min, by Erlang's formula: an illustration, it "
            "takes arrivals as random and jobs as of one GPU."
        ),
    ]
    if left:
        said.append(f"Inference nodes that are not listed: {'; '.join(left)}.")
    if judged.is_empty():
        said.append("No inference node is in service: node_roles in plimsoll.yaml names them.")
    if (judged["role_basis"] == "candidate").any():
        said.append(
            "Candidates are inference nodes by their card alone: confirm or correct them under "
            "node_roles in plimsoll.yaml."
        )
    return tuple(said)
