"""A progress bar on stderr, where somebody looks at it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

Advance = Callable[[int, int | None], None]
"""Called with (done, total) in any unit; total None where it is not known."""


@contextmanager
def progress_bar(title: str, *, shown: bool) -> Iterator[Advance | None]:
    """Give a function that moves the bar, or None where nobody looks."""
    if not shown:
        yield None
        return
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=None)

        def advance(done: int, total: int | None) -> None:
            progress.update(task, completed=done, total=total)

        yield advance
