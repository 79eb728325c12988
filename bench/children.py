"""Runs a command as a fresh process and measures it: seconds, and peak memory of it alone."""

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Measured:
    """One run: wall-clock and CPU seconds, and peak resident memory in MiB."""

    seconds: float
    cpu_s: float
    peak_mib: float


def measure(command: Sequence[str], *, log: Path) -> Measured:
    """Run a command to its end, its output in `log`; raises RuntimeError where it fails.

    The kernel counts the parent's memory as the child's until the child's program begins: the
    caller has to be smaller than what it measures, so it imports nothing large.
    """
    began = time.perf_counter()
    with log.open("wb") as output:
        child = os.posix_spawn(
            command[0],
            list(command),
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, output.fileno(), 1),
                (os.POSIX_SPAWN_DUP2, output.fileno(), 2),
            ],
        )
        _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - began
    if code := os.waitstatus_to_exitcode(status):
        raise RuntimeError(f"{' '.join(command)} ended with {code}:\n{log.read_text()[-2000:]}")
    return Measured(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def python(code: str, *arguments: str) -> list[str]:
    """The command that runs some Python in a fresh interpreter."""
    return [sys.executable, "-c", code, *arguments]
