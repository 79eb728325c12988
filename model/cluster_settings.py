"""What `plimsoll.yaml` says of a cluster: what its own logs cannot tell."""

from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from model.grid_carbon import known_grid_region
from model.model_keys import nearest
from model.origin import Record, Text
from model.registry import load_gpus, load_registry
from model.source_settings import Source

PoolShare = Annotated[float, Field(ge=0, le=1)]
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
GridRegionCode = Annotated[str, BeforeValidator(known_grid_region)]
_ROUNDING = 1e-9


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
    grid_region: GridRegionCode | None = None
    pue: Annotated[float, Field(ge=1, le=5)] | None = None
    pools: dict[Text, PoolShare] = Field(
        default_factory=dict,
        description="What share of the machine each pool of awards has, as the column pool names "
        "them: {national: 0.5, host: 0.2}. What they leave is free for all.",
    )
    charge_by: Literal["billing"] | None = Field(
        default=None,
        description="`billing`: the site's own units (SU, credits) are Slurm's billing units "
        "times hours.",
    )
    billing_per_unit: Annotated[float, Field(gt=0)] = Field(
        default=1,
        description="How many of Slurm's billing units, held for an hour, make one unit of awards.",
    )
    threads_per_core: Annotated[int, Field(ge=1, le=8)] | None = Field(
        default=None,
        description="How many of Slurm's CPUs make a core; needed for awards in core-hours.",
    )
    synthetic: bool = False
    sources: tuple[Source, ...] = ()

    @model_validator(mode="after")
    def _pools_fit(self) -> Self:
        if (total := sum(self.pools.values())) > 1 + _ROUNDING:
            raise ValueError(f"the pools' shares add up to {total:g}: at most 1 is there to share.")
        return self

    @property
    def role_patterns(self) -> tuple[tuple[str, str], ...]:
        """(pattern, role) pairs in their order: the first match decides."""
        return tuple((rule.pattern, rule.role) for rule in self.node_roles)
