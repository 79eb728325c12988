"""TRES strings in Slurm's form, for every request that a pool sees."""

import polars as pl

from plimsoll.demo.estate import Cluster, Pool

_BILLING_PER_GPU = 16
_MB_PER_GB = 1024


def pool_table(cluster: Cluster) -> pl.DataFrame:
    """One row for each request (pool, node_count, slots): its TRES strings and CPUs.

    `batch_tres` is the share of the first node, as the `.batch` step has it.
    """
    return pl.DataFrame(
        [
            _row(number, pool, nodes, slots, typed=cluster.typed_tres)
            for number, pool in enumerate(cluster.pools)
            for nodes in range(1, 17)
            for slots in range(1, pool.slots + 1)
            if nodes == 1 or slots == pool.slots
        ]
    )


def _row(number: int, pool: Pool, nodes: int, slots: int, *, typed: bool) -> dict[str, object]:
    cpus = nodes * slots * pool.cpus_per_slot
    return {
        "pool": number,
        "node_count": nodes,
        "slots": slots,
        "partition": pool.partition,
        "cpus": str(cpus),
        "alloc_tres": tres(pool, nodes, slots, typed=typed),
        "untyped_tres": tres(pool, nodes, slots, typed=False),
        "batch_tres": tres(pool, 1, slots, typed=typed, billing=False),
    }


def tres(pool: Pool, nodes: int, slots: int, *, typed: bool, billing: bool = True) -> str:
    """`billing=33,cpu=8,gres/gpu:a100=2,gres/gpu=2,mem=250G,node=1`."""
    cpus, gpus = nodes * slots * pool.cpus_per_slot, nodes * slots if pool.gpu_type else 0
    parts = [f"billing={cpus + _BILLING_PER_GPU * gpus}"] if billing else []
    parts.append(f"cpu={cpus}")
    if gpus and typed:
        parts.append(f"gres/gpu:{pool.gpu_type}={gpus}")
    if gpus:
        parts.append(f"gres/gpu={gpus}")
    memory = memory_text(nodes * slots * pool.memory_mb_per_slot)
    return ",".join([*parts, f"mem={memory}", f"node={nodes}"])


def memory_text(megabytes: int) -> str:
    """Memory as Slurm prints it: in the largest unit that divides it exactly."""
    units = "MGT"
    place = 0
    while megabytes % _MB_PER_GB == 0 and place < len(units) - 1:
        megabytes //= _MB_PER_GB
        place += 1
    return f"{megabytes}{units[place]}"
