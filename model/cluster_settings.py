"""What `plimsoll.yaml` says of a cluster: what its own logs cannot tell."""

from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, model_validator

from model.model_keys import nearest
from model.origin import Record, Text
from model.registry import load_gpus, load_registry
from model.source_settings import Source

NodeRole = Literal["inference", "training", "interactive", "cpu", "test", "login"]


def _known_timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        hint = nearest(name, available_timezones()) or "Write a name such as Europe/London."
        raise ValueError(f"unknown time zone '{name}'. {hint}") from None
    return name


def _known_card(gpu_id: str) -> str:
    cards = load_gpus()
    if gpu_id not in cards:
        hint = nearest(gpu_id, cards) or "The GPU catalogue has the ids."
        raise ValueError(f"unknown GPU id '{gpu_id}'. {hint}")
    return gpu_id


def _known_machine(machine_id: str) -> str:
    registry = load_registry()
    if registry.machine(machine_id) is None:
        hint = nearest(machine_id, [machine.id for machine in registry.machines])
        raise ValueError(
            f"unknown machine '{machine_id}'. {hint or '`plimsoll machines list` has them.'}"
        )
    return machine_id


Timezone = Annotated[str, AfterValidator(_known_timezone)]
GpuId = Annotated[str, AfterValidator(_known_card)]
MachineId = Annotated[str, AfterValidator(_known_machine)]


class NodeRoleRule(Record):
    """Nodes of one role, by a shell pattern of node names or of a partition."""

    role: NodeRole
    nodes: Text | None = None
    partition: Text | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.nodes is None) == (self.partition is None):
            raise ValueError("give either 'nodes' or 'partition', a pattern such as gpu-infer-*.")
        return self

    @property
    def pattern(self) -> str:
        """The pattern, whichever of the two it is for."""
        return self.nodes or self.partition or ""


class ClusterSettings(Record):
    """What the logs of a cluster cannot tell."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
    tier: Text | None = None
    timezone: Timezone | None = None
    machine: MachineId | None = None
    node_roles: tuple[NodeRoleRule, ...] = ()
    gpu_aliases: dict[str, GpuId] = Field(default_factory=dict)
    grid_region: Text | None = None
    pue: Annotated[float, Field(ge=1, le=5)] | None = None
    synthetic: bool = False
    sources: tuple[Source, ...] = ()

    @property
    def role_patterns(self) -> tuple[tuple[str, str], ...]:
        """(pattern, role) pairs in their order: the first match decides."""
        return tuple((rule.pattern, rule.role) for rule in self.node_roles)
