"""Which device a series of samples is of: its node, card and instance, from the labels.

Exporters call the same thing by many names, and dcgm-exporter changed `Hostname` to `hostname`
between 4.4 and 4.6: labels are looked up in lower case, in the order of the tables below.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

Labels = Mapping[str, str]

_NODE: Final = (
    "hostname",
    "host_name",
    "nodename",
    "node_name",
    "node",
    "host",
    "kubernetes_node",
    "exported_instance",
    "instance",
)
_UUID: Final = ("gpu_uuid", "uuid")
_INDEX: Final = ("minor_number", "gpu", "gpu_id", "index", "ordinal", "card")
_BUS: Final = ("pci_bus_id", "pci_bdf")
_MODEL: Final = ("modelname", "model_name", "card_series", "gpu_type", "dev_name", "name")
_INSTANCE: Final = ("gpu_i_id",)
_PROFILE: Final = ("gpu_i_profile",)
_PARTITION: Final = ("gpu_partition_id",)
_TILE: Final = ("sub_dev", "com_intel_subdevice_id")
_PORT: Final = re.compile(r":[0-9]+$")
_HEX_UUID: Final = re.compile(
    r"^(gpu-)?([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$", re.IGNORECASE
)


@dataclass(frozen=True)
class Device:
    """One card, or one MIG instance (or AMD partition) of a card, of one node.

    `node` and the card's names are None where the labels do not tell; `tile` is one of several
    parts that report on their own and are seen as one device.
    """

    node: str | None
    uuid: str | None = None
    index: str | None = None
    bus: str | None = None
    instance: str | None = None
    profile: str | None = None
    model: str | None = None
    tile: str | None = None

    @property
    def card(self) -> str | None:
        """What names the card on its node: the UUID, else the index, else the bus address."""
        return self.uuid or self.index or self.bus

    @property
    def partitioned(self) -> bool:
        """Whether this is an AMD partition other than the first, which reports power as 0."""
        return self.instance is not None and self.instance.startswith("p")


def device_of(labels: Labels) -> Device:
    """The device that the labels of a series name."""
    lower = {name.lower(): text.strip() for name, text in labels.items() if text.strip()}
    return Device(
        node=_node(lower),
        uuid=_uuid(_first(lower, _UUID)),
        index=_first(lower, _INDEX),
        bus=_first(lower, _BUS),
        instance=_first(lower, _INSTANCE) or _partition(lower),
        profile=_first(lower, _PROFILE),
        model=_first(lower, _MODEL),
        tile=_first(lower, _TILE),
    )


def node_name(text: str) -> str | None:
    """A node's short name from `host`, `host.domain` or `host:port`; None for an address."""
    host = _PORT.sub("", text)
    if _is_address(text) or _is_address(host):
        return None
    short = host.split(".", 1)[0]
    return None if short in {"", "localhost"} else short


def _is_address(text: str) -> bool:
    try:
        ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True


def _node(lower: Labels) -> str | None:
    named = (node_name(lower[name]) for name in _NODE if name in lower)
    return next((name for name in named if name), None)


def _uuid(text: str | None) -> str | None:
    """One spelling for all: NVIDIA's with `GPU-`, which nvidia_gpu_exporter leaves out."""
    found = _HEX_UUID.match(text) if text else None
    return f"GPU-{found[2].lower()}" if found else text


def _partition(lower: Labels) -> str | None:
    number = _first(lower, _PARTITION)
    return None if number in {None, "0"} else f"p{number}"


def _first(lower: Labels, names: tuple[str, ...]) -> str | None:
    return next((lower[name] for name in names if name in lower), None)
