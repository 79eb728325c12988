"""How a column's heading reads, and what `config/metrics.yaml` says it means."""

from typing import Final

_SPELT: Final = {
    "gpu": "GPU",
    "gpus": "GPUs",
    "cpu": "CPU",
    "id": "ID",
    "a100": "A100",
    "rgu": "RGU",
    "tb": "TB",
    "fp64": "FP64",
    "pflops": "PFLOP/s",
    "mw": "MW",
    "gdp": "GDP",
    "uk": "the UK",
    "usd": "US$",
    "qos": "QOS",
    "16bit": "16-bit",
    "q1": "lower quartile",
    "q3": "upper quartile",
}


def heading(name: str, *, unit: str | None = None) -> str:
    """A column's name as a reader says it: "awarded_share" is "Awarded share"."""
    said = name.replace("gpu_hours", "GPU-hours").replace("node_hours", "node-hours")
    words = " ".join(_SPELT.get(word, word) for word in said.split("_"))
    named = words[:1].upper() + words[1:]
    return f"{named} ({unit})" if unit and unit.lower() not in named.lower() else named


def definition(table: str, name: str) -> str | None:
    """The definition of a column of a table, None where there is none."""
    return None
