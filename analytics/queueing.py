"""Erlang's formulas: how many servers keep waits short (Erlang 1917; M/M/c queues).

They assume Poisson arrivals of jobs that need one GPU each; GPU jobs are gangs with heavy tails.
What they say of a cluster is an illustration.
"""

from math import exp, inf
from typing import Final

_ROUNDING: Final = 1e-9
"""Two ways to reckon one wait differ by so much at most: a pool is not smaller than itself."""


def erlang_b(servers: int, load: float) -> float:
    """The share of arrivals that find all servers busy and are lost; `load` in erlangs."""
    blocked = 1.0
    for busy in range(1, servers + 1):
        blocked = _next_erlang_b(blocked, busy, load)
    return blocked


def erlang_c(servers: int, load: float) -> float:
    """The probability that an arrival waits; 1 where the load is not below the servers."""
    return _erlang_c(erlang_b(servers, load), servers, load)


def servers_needed(load: float, *, service_s: float, target_wait_s: float, late: float) -> int:
    """The smallest number of servers with which at most `late` of arrivals wait longer.

    P(wait > t) = C(c, a) exp(-(c - a) t / S), with the mean service time S in seconds.
    """
    servers, blocked = 0, 1.0
    while True:
        patience = exp(-max(servers - load, 0.0) * target_wait_s / service_s)
        if _erlang_c(blocked, servers, load) * patience <= late:
            return servers
        servers += 1
        blocked = _next_erlang_b(blocked, servers, load)


def mean_wait(servers: int, load: float) -> float:
    """The mean wait in mean service times, C / (c - a); infinite where the load is not below."""
    if load >= servers:
        return 0.0 if load == 0 else inf
    return erlang_c(servers, load) / (servers - load)


def servers_for_mean_wait(load: float, *, mean_wait: float) -> int:
    """The smallest number of servers whose mean wait, in mean service times, is no longer.

    Raises:
        ValueError: for a mean wait of 0 under load, which no number of servers gives.
    """
    if load == 0:
        return 0
    if mean_wait <= 0:
        raise ValueError("under load some wait, however short")
    servers, blocked = 0, 1.0
    longest = mean_wait * (1 + _ROUNDING)
    while servers <= load or _erlang_c(blocked, servers, load) > longest * (servers - load):
        servers += 1
        blocked = _next_erlang_b(blocked, servers, load)
    return servers


def _next_erlang_b(blocked: float, servers: int, load: float) -> float:
    return load * blocked / (servers + load * blocked) if load else 0.0


def _erlang_c(blocked: float, servers: int, load: float) -> float:
    if load == 0:
        return 0.0
    if load >= servers:
        return 1.0
    return blocked / (1 - load / servers * (1 - blocked))
