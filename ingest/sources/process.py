"""A command run for its output: no shell, a time limit, and its own words where it fails."""

import errno
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Event, Timer
from typing import BinaryIO, Final

from model.errors import InputError, UnavailableError

_BLOCK_BYTES: Final = 1 << 20
_WORDS_BYTES: Final = 8000


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it wrote to its standard error."""

    code: int
    said: str
    timed_out: bool = False

    @property
    def last_words(self) -> str:
        """The last line of its standard error, which mostly says why."""
        lines = [line.strip() for line in self.said.splitlines() if line.strip()]
        return lines[-1] if lines else f"exit code {self.code}, and not a word why"


def run(
    arguments: Sequence[str],
    into: BinaryIO,
    *,
    timeout_s: float,
    environment: Mapping[str, str] | None = None,
) -> Ended:
    """Run a command and write its standard output; a fault of our writing ends it.

    Raises InputError where there is no such program, UnavailableError where it cannot be run now.
    """
    with tempfile.TemporaryFile() as words:
        try:
            process = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=words,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )
        except OSError as error:
            raise _unstarted(arguments[0], error) from error
        late = Event()
        timer = Timer(timeout_s, _stop, (process, late))
        timer.start()
        try:
            assert process.stdout is not None  # noqa: S101 - asked for above
            shutil.copyfileobj(process.stdout, into, _BLOCK_BYTES)
            code = process.wait()
        finally:
            timer.cancel()
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()
        words.seek(0)
        said = words.read(_WORDS_BYTES).decode("utf-8", "replace")
    return Ended(code, said, timed_out=late.is_set())


def _stop(process: subprocess.Popen[bytes], late: Event) -> None:
    late.set()
    process.kill()


def _unstarted(program: str, error: OSError) -> InputError:
    if error.errno in {errno.ENOENT, errno.EACCES, errno.ENOTDIR}:
        return InputError(
            f"the program {program!r} cannot be run here: {error.strerror}",
            hint="install it, or name it with its whole path.",
        )
    return UnavailableError(f"the program {program!r} could not be started: {error.strerror}")
