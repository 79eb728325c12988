"""How people of each kind of pool use it: sizes, lengths and names of their jobs."""

from dataclasses import dataclass
from typing import Final

_HOUR_S: Final = 3_600.0


@dataclass(frozen=True)
class Habit:
    """A kind of job: its share of submissions, its request, its run time (log-normal)."""

    share: float
    slots: tuple[int, ...]
    nodes: tuple[int, ...]
    median_s: float
    sigma: float
    names: tuple[str, ...]
    stretches: bool = True
    office_hours: bool = False


_TRAINING: Final = (
    Habit(0.22, (1, 1, 4), (1,), 240, 1.1, ("debug", "test", "smoke-test", "quick"), False),
    Habit(
        0.43,
        (1,),
        (1,),
        2.2 * _HOUR_S,
        1.2,
        ("train", "finetune", "mace_fit", "gromacs", "eval", "schnet-qm9", "lammps_relax", "sweep"),
    ),
    Habit(
        0.11, (2,), (1,), 4 * _HOUR_S, 1.0, ("train-2gpu", "nequip", "diffusion", "md_production")
    ),
    Habit(
        0.19, (4,), (1,), 6 * _HOUR_S, 0.9, ("train-node", "gnn_crystals", "vasp_gpu", "pretrain")
    ),
    Habit(
        0.05,
        (4,),
        (2, 2, 2, 4, 4, 8, 16),
        8 * _HOUR_S,
        0.8,
        ("pretrain-ddp", "foundation-model", "llm-70b", "cp2k_large"),
    ),
)
_INFERENCE: Final = (
    Habit(0.55, (1,), (1,), 600, 1.0, ("infer", "embed-corpus", "score", "batch-predict")),
    Habit(0.25, (1,), (1,), 1_500, 1.2, ("jupyter-lab", "notebook"), True, True),
    Habit(0.20, (1, 2), (1,), 300, 0.9, ("bench-latency", "whisper", "ocr")),
)
_INTERACTIVE: Final = (
    Habit(
        0.75,
        (1,),
        (1,),
        2.5 * _HOUR_S,
        0.7,
        ("jupyter-lab", "spawner-jupyterhub", "ood-desktop"),
        True,
        True,
    ),
    Habit(0.25, (1, 2), (1,), 1_200, 1.0, ("interactive", "vscode-tunnel"), True, True),
)
_GROUP: Final = (
    Habit(0.45, (1,), (1,), 1_800, 1.4, ("train", "fit", "analysis", "relax", "run")),
    Habit(0.25, (1,), (1,), 180, 1.0, ("test", "debug"), False),
    Habit(0.14, (1,), (1,), 2 * _HOUR_S, 0.8, ("jupyter-lab", "notebook")),
    Habit(0.16, (2, 4, 4), (1,), 1.5 * _HOUR_S, 1.1, ("train-all", "md_long", "pretrain-small")),
)
_CPU: Final = (
    Habit(0.60, (1,), (1,), 1_500, 1.4, ("postproc", "phonons", "relax", "convert", "dft_scf")),
    Habit(0.25, (2, 4, 8), (1,), 2 * _HOUR_S, 1.1, ("vasp", "castep", "openfoam", "cp2k")),
    Habit(0.13, (16, 24), (1,), 3 * _HOUR_S, 1.0, ("castep_big", "namd", "wrf")),
    Habit(0.02, (16,), (2, 2, 4), 5 * _HOUR_S, 0.8, ("wrf_ensemble", "lattice")),
)

HABITS: Final = {
    "training": _TRAINING,
    "inference": _INFERENCE,
    "interactive": _INTERACTIVE,
    "group": _GROUP,
    "cpu": _CPU,
}

SERVICES: Final = ("vllm-serve-8b", "triton-server", "vllm-chat-70b", "tgi-embeddings")
"""Names of the model servers that hold inference nodes for weeks."""
