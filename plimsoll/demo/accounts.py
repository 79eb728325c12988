"""Who submits: the accounts of a cluster, their people, and when each account is active."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from plimsoll.demo.estate import Cluster
from plimsoll.demo.projects import Project

FIRST_ROUND_BEGINS: Final = datetime(2025, 11, 1, tzinfo=UTC)
SECOND_ROUND_BEGINS: Final = datetime(2026, 5, 1, tzinfo=UTC)
_LOCAL_SHARE: Final = 0.22
"""Share of a Tier-2 cluster's submissions by its own institution, outside the rounds."""


@dataclass(frozen=True)
class Accounts:
    """People of one cluster: owner i has user `users[i]` and account `accounts[i]`."""

    users: tuple[str, ...]
    accounts: tuple[str, ...]
    uids: tuple[int, ...]
    early: NDArray[np.float64]
    late: NDArray[np.float64]
    service_owner: int

    def draw_owners(
        self, submit_s: NDArray[np.int64], rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """An owner for each submission, by the weights of its time."""
        count, people = len(submit_s), len(self.users)
        late = submit_s >= int(SECOND_ROUND_BEGINS.timestamp())
        drawn = np.where(
            late,
            rng.choice(people, size=count, p=self.late),
            rng.choice(people, size=count, p=self.early),
        )
        return drawn.astype(np.int64)


def cluster_accounts(
    cluster: Cluster, projects: tuple[Project, ...], rng: np.random.Generator
) -> Accounts:
    """Accounts of a cluster: those of its funded projects and its local ones."""
    mine = [project for project in projects if project.cluster == cluster.name and project.account]
    names = [project.account for project in mine]
    early = [project.weight if project.round == 1 else 0.0 for project in mine]
    late = [project.weight * (0.45 if project.round == 1 else 1.0) for project in mine]
    prefix = cluster.name.removeprefix("synthetic-")
    local = [f"{prefix}-local-{number + 1}" for number in range(cluster.local_accounts)]
    share = _LOCAL_SHARE if mine else 1.0
    own = share * rng.dirichlet(np.full(len(local), 2.0))
    return _with_people(
        cluster,
        [*names, *local],
        np.array([*_normalised(early, 1 - share), *own]),
        np.array([*_normalised(late, 1 - share), *own]),
        rng,
    )


def _normalised(weights: list[float], total: float) -> list[float]:
    whole = sum(weights)
    return [weight / whole * total for weight in weights] if whole else weights


def _with_people(
    cluster: Cluster,
    names: list[str],
    early: NDArray[np.float64],
    late: NDArray[np.float64],
    rng: np.random.Generator,
) -> Accounts:
    """Split each account's weight over two to seven people."""
    sizes = rng.integers(2, 8, size=len(names))
    account = np.repeat(np.arange(len(names)), sizes)
    parts = np.concatenate([rng.dirichlet(np.full(size, 1.2)) for size in sizes.tolist()])
    code = "".join(part[0] for part in cluster.name.split("-"))
    people = len(account)
    return Accounts(
        users=tuple(f"{code}u{number + 1:03d}" for number in range(people)),
        accounts=tuple(names[which] for which in account.tolist()),
        uids=tuple(cluster.uid_base + number for number in range(people)),
        early=_distribution(early[account] * parts),
        late=_distribution(late[account] * parts),
        service_owner=people - 1,
    )


def _distribution(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    whole = float(weights.sum())
    return np.asarray(weights / whole, dtype=np.float64)
