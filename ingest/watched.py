"""The blocks of several sources, and how much of all of them was read."""

from collections.abc import Generator, Sequence
from contextlib import closing

from ingest.source import Source
from model.progress import Progress


class Watched:
    """Sources that are read one after the other; `sizes_bytes` are None where not known."""

    def __init__(self, sources: Sequence[Source], progress: Progress | None) -> None:
        self.sizes_bytes = [source.expected_bytes() for source in sources]
        known = [size for size in self.sizes_bytes if size is not None]
        self._total = sum(known) if len(known) == len(self.sizes_bytes) else None
        self._progress = progress
        self._done = 0

    def blocks(self, source: Source) -> Generator[bytes]:
        """The blocks of a source, telling the raw bytes read of all sources."""
        with closing(source.blocks()) as blocks:
            for block in blocks:
                if self._progress:
                    self._progress(self._done + source.size_bytes, self._total)
                yield block
        self._done += source.size_bytes
