"""Rounds of tasks, each a fresh process: every candidate once a round, and medians of rounds."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.children import Measured, measure


@dataclass(frozen=True)
class Task:
    """One thing to measure; `against` names the task that its bar and goal are ratios to.

    `bar_s` and `bar_mib` are seconds by the clock, and peak memory.
    """

    name: str
    command: list[str]
    against: str | None = None
    bar: float | None = None
    goal: float | None = None
    bar_mib: float | None = None
    bar_s: float | None = None
    before: Callable[[], None] = lambda: None


def one_round(number: int, tasks: list[Task], *, log: Path) -> dict[str, Measured]:
    """Run every task once, one after the other."""
    done = {}
    for task in tasks:
        task.before()
        done[task.name] = measure(task.command, log=log)
        print(f"  round {number}: {task.name}: {done[task.name].seconds:.2f} s", flush=True)
    return done


def table(tasks: list[Task], rounds: list[dict[str, Measured]]) -> str:
    """The medians of the rounds, a line a task."""
    head = (
        f"{'work':<30}{'seconds':>9}{'ratio':>8}{'CPU s':>8}{'ratio':>8}"
        f"{'bar':>6}{'goal':>6}{'peak MiB':>10}  verdict"
    )
    return "\n".join([head, *(_line(task, rounds) for task in tasks)])


def _line(task: Task, rounds: list[dict[str, Measured]]) -> str:
    mine = [done[task.name] for done in rounds]
    others = [done[task.against] for done in rounds] if task.against else None
    ratio = _ratio([run.seconds for run in mine], others and [run.seconds for run in others])
    cpu_ratio = _ratio([run.cpu_s for run in mine], others and [run.cpu_s for run in others])
    seconds = statistics.median(run.seconds for run in mine)
    cpu_s = statistics.median(run.cpu_s for run in mine)
    peak = statistics.median(run.peak_mib for run in mine)
    verdict = _verdict(task, ratio, seconds, peak)
    return (
        f"{task.name:<30}{seconds:>9.2f}{_number(ratio):>8}{cpu_s:>8.2f}{_number(cpu_ratio):>8}"
        f"{_number(task.bar):>6}{_number(task.goal):>6}{peak:>10.0f}  {verdict}"
    )


def _ratio(mine: list[float], others: list[float] | None) -> float | None:
    """Median over the rounds of one time over the other of the same round."""
    if others is None:
        return None
    return statistics.median(one / other for one, other in zip(mine, others, strict=True))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _verdict(task: Task, ratio: float | None, seconds: float, peak_mib: float) -> str:
    limits = [
        ("ratio", ratio, task.bar or task.goal),
        ("memory", peak_mib, task.bar_mib),
        ("seconds", seconds, task.bar_s),
    ]
    held = [(name, value, most) for name, value, most in limits if value is not None and most]
    over = [name for name, value, most in held if value > most]
    if over:
        return f"over the bar: {', '.join(over)}"
    if not held:
        return ""
    return "within the goal" if task.goal is None or (ratio or 0) <= task.goal else "within the bar"
