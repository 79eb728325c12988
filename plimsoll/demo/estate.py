"""The synthetic estate: which clusters, nodes and partitions there are. All of it is invented."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

DAY_S: Final = 86_400
WINDOW_BEGIN: Final = datetime(2025, 11, 1, tzinfo=UTC)
WINDOW_END: Final = datetime(2026, 11, 1, tzinfo=UTC)
WARM_UP: Final = timedelta(days=14)
"""The clusters run this long before the window, so that they are busy when it opens."""

Workload = Literal["training", "inference", "interactive", "group", "cpu"]


@dataclass(frozen=True)
class Outage:
    """A node that is down for some days of the window (counted from its beginning)."""

    node: int
    first_day: float
    days: float
    reason: str


@dataclass(frozen=True)
class Pool:
    """Nodes of one kind in one partition, which one queue serves.

    A node has `slots` equal parts, allocated whole: its GPUs, or on CPU nodes groups of cores.
    `nodes` counts those in use when the window opens; `joining` more come on day `joining_day`.
    `untouched` nodes stand in the inventory at the end of the list and no job ever reaches them.
    `load` is the offered share of the pool's capacity, `jobs` the submissions at scale 1.
    """

    partition: str
    prefix: str
    nodes: int
    slots: int
    cpus_per_slot: int
    memory_mb_per_slot: int
    workload: Workload
    jobs: int
    load: float
    gpu_type: str | None = None
    joining: int = 0
    joining_day: int = 0
    untouched: int = 0
    services: int = 0
    service_from: int = 0
    spread: bool = False
    features: str = ""
    outages: tuple[Outage, ...] = ()

    @property
    def scheduled_nodes(self) -> int:
        """Nodes that jobs can reach by the end of the window."""
        return self.nodes + self.joining

    @property
    def node_names(self) -> list[str]:
        """Names of all nodes, the untouched ones last."""
        total = self.scheduled_nodes + self.untouched
        width = 3 if total > 99 or self.nodes > 40 else 2  # noqa: PLR2004
        return [f"{self.prefix}{number:0{width}d}" for number in range(1, total + 1)]

    def scaled(self, scale: float) -> "Pool":
        """The same pool with fewer nodes and jobs, or itself at a scale of 1."""
        if scale == 1.0:
            return self
        nodes = max(min(self.nodes, 2), round(self.nodes * scale))
        joining = max(1, round(self.joining * scale)) if self.joining else 0
        return Pool(
            **{
                **self.__dict__,
                "nodes": nodes,
                "joining": joining,
                "jobs": max(20, round(self.jobs * scale)),
                "services": min(self.services, nodes),
                "outages": tuple(o for o in self.outages if o.node < nodes),
            }
        )


@dataclass(frozen=True)
class Cluster:
    """One synthetic cluster, and the form in which its operators export their accounting."""

    name: str
    tier: str
    timezone: str
    pools: tuple[Pool, ...]
    slurm_version: str
    uid_base: int
    local_accounts: int
    delimiter: str = "\x1f"
    epoch_times: bool = True
    steps: bool = False
    compressed: bool = False
    old_never_started: bool = False
    typed_tres: bool = True
    flawed: bool = False
    later_snapshots: tuple[int, ...] = ()
    """Days of the window on which the operators took another inventory of nodes."""
    gpu_aliases: dict[str, str] = field(default_factory=dict)
    node_roles: tuple[tuple[str, str], ...] = ()
    """(partition, role): what the site itself says of its nodes."""
    grid_region: str | None = None
    pue: float | None = None


def clusters(scale: float = 1.0) -> tuple[Cluster, ...]:
    """The eight clusters of the estate, scaled."""
    return tuple(
        Cluster(**{**cluster.__dict__, "pools": tuple(p.scaled(scale) for p in cluster.pools)})
        for cluster in (_north(), _south(), *_groups())
    )


def _north() -> Cluster:
    train = Pool(
        partition="gpu",
        prefix="sn-gpu",
        nodes=80,
        slots=4,
        cpus_per_slot=16,
        memory_mb_per_slot=128_000,
        workload="training",
        jobs=158_000,
        load=0.91,
        gpu_type="a100",
        features="a100,nvlink,ib",
        outages=(
            Outage(7, 61.3, 9.5, "GPU fell off the bus"),
            Outage(23, 140.1, 3.2, "PSU failure"),
            Outage(41, 205.6, 21.0, "NVLink errors"),
            Outage(42, 300.2, 2.0, "firmware"),
            Outage(66, 358.4, 30.0, "awaiting part"),
        ),
    )
    infer = Pool(
        partition="infer",
        prefix="sn-inf",
        nodes=7,
        slots=4,
        cpus_per_slot=8,
        memory_mb_per_slot=48_000,
        workload="inference",
        jobs=6_500,
        load=0.07,
        gpu_type="t4",
        untouched=1,
        services=2,
        service_from=40,
        spread=True,
        features="t4,inference",
    )
    cpu = Pool(
        partition="cpu",
        prefix="sn-cpu",
        nodes=16,
        slots=16,
        cpus_per_slot=8,
        memory_mb_per_slot=32_000,
        workload="cpu",
        jobs=42_000,
        load=0.71,
        features="milan",
        outages=(Outage(3, 90.0, 4.0, "DIMM"),),
    )
    return Cluster(
        name="synthetic-north",
        tier="Tier-2",
        timezone="Europe/London",
        grid_region="North East England",
        pue=1.2,
        pools=(train, infer, cpu),
        slurm_version="23.11.10",
        uid_base=41_000,
        local_accounts=9,
        later_snapshots=(359,),
        delimiter="|",
        epoch_times=False,
        flawed=True,
        gpu_aliases={"a100": "a100-sxm-80"},
        node_roles=(("infer", "inference"),),
    )


def _south() -> Cluster:
    train = Pool(
        partition="train",
        prefix="ss-h",
        nodes=60,
        slots=4,
        cpus_per_slot=24,
        memory_mb_per_slot=192_000,
        workload="training",
        jobs=150_000,
        load=0.92,
        gpu_type="h100",
        joining=12,
        joining_day=151,
        features="h100,ndr",
        outages=(
            Outage(11, 33.8, 6.0, "GPU ECC"),
            Outage(30, 118.2, 12.5, "coolant leak"),
            Outage(55, 247.9, 4.0, "fabric"),
        ),
    )
    medium = Pool(
        partition="serve",
        prefix="ss-a",
        nodes=6,
        slots=2,
        cpus_per_slot=16,
        memory_mb_per_slot=96_000,
        workload="inference",
        jobs=5_500,
        load=0.12,
        gpu_type="a30",
        services=2,
        service_from=12,
        spread=True,
        features="a30",
    )
    small = Pool(
        partition="serve",
        prefix="ss-l",
        nodes=5,
        slots=4,
        cpus_per_slot=12,
        memory_mb_per_slot=64_000,
        workload="inference",
        jobs=4_000,
        load=0.05,
        gpu_type="l4",
        services=3,
        service_from=95,
        spread=True,
        features="l4",
    )
    desktop = Pool(
        partition="interactive",
        prefix="ss-i",
        nodes=3,
        slots=4,
        cpus_per_slot=16,
        memory_mb_per_slot=64_000,
        workload="interactive",
        jobs=11_000,
        load=0.3,
        gpu_type="a100",
        features="a100",
    )
    cpu = Pool(
        partition="cpu",
        prefix="ss-c",
        nodes=14,
        slots=24,
        cpus_per_slot=8,
        memory_mb_per_slot=32_000,
        workload="cpu",
        jobs=38_000,
        load=0.66,
        features="genoa",
    )
    return Cluster(
        name="synthetic-south",
        tier="Tier-2",
        timezone="Europe/London",
        grid_region="South England",
        pue=1.15,
        pools=(train, medium, small, desktop, cpu),
        slurm_version="24.05.4",
        uid_base=52_000,
        local_accounts=8,
        steps=True,
        later_snapshots=(151,),
        gpu_aliases={"h100": "h100-sxm", "a100": "a100-sxm-40"},
    )


def _groups() -> tuple[Cluster, ...]:
    return (
        _group("a", (_group_pool("ga-n", 1, 4, "v100", 5_500, 0.34),), old=True),
        _group("b", (_group_pool("gb-n", 2, 4, "rtx_a6000", 11_000, 0.22),), compressed=True),
        _group("c", (_group_pool("gc-n", 6, 4, "a100", 30_000, 0.47),)),
        _group("d", (_group_pool("gd-n", 4, 4, "l40s", 19_000, 0.31),)),
        _group("e", (_group_pool("ge-n", 1, 8, "h100", 12_000, 0.58),)),
        _group(
            "f",
            (
                _group_pool("gf-n", 2, 4, "rtx_a6000", 9_000, 0.26),
                _group_pool("gf-t", 1, 4, "t4", 1_500, 0.04),
            ),
            old=True,
        ),
    )


def _group_pool(prefix: str, nodes: int, slots: int, gpu_type: str, jobs: int, load: float) -> Pool:
    return Pool(
        partition="main",
        prefix=prefix,
        nodes=nodes,
        slots=slots,
        cpus_per_slot=8,
        memory_mb_per_slot=62_000,
        workload="group",
        jobs=jobs,
        load=load,
        gpu_type=gpu_type,
        outages=(Outage(0, 176.4, 5.5, "moved to another room"),),
    )


def _group(
    letter: str, pools: tuple[Pool, ...], *, old: bool = False, compressed: bool = False
) -> Cluster:
    aliases = {"v100": "v100-sxm2", "h100": "h100-sxm", "a100": "a100-pcie-40"}
    types = {pool.gpu_type for pool in pools}
    return Cluster(
        name=f"synthetic-group-{letter}",
        tier="Group",
        timezone="Europe/London",
        pools=pools,
        slurm_version="20.11.9" if old else "23.02.7",
        uid_base=1_000 * (ord(letter) - 90),
        local_accounts=2,
        delimiter="|",
        epoch_times=not old,
        old_never_started=old,
        compressed=compressed,
        typed_tres=letter != "e",
        gpu_aliases={name: model for name, model in aliases.items() if name in types},
    )
