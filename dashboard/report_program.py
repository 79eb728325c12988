"""The program as the dashboard calls it: with its settings and its store, in a process apart."""

import shutil
import subprocess
import sys
from typing import Final

from dashboard.reader import Reader

_GRACE_S: Final = 5


def program(reader: Reader) -> list[str]:
    """The words that begin a call, whatever the folder in which it is made.

    It gives way to the server where there is a `nice` to tell it so.
    """
    politely = [found, "-n", "10"] if (found := shutil.which("nice")) else []
    call = [*politely, sys.executable, "-P", "-m", "plimsoll"]
    if reader.settings.path:
        call += ["--config", str(reader.settings.path.absolute())]
    if reader.store:
        call += ["--store", str(reader.store.path.absolute())]
    return call


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process that was called, by force where it does not heed."""
    process.terminate()
    try:
        process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def complaint(text: str, code: int) -> str:
    """What a call that failed said on stderr, as one line."""
    said = text.rpartition("plimsoll: ")[2]
    if code < 0 or not said.strip():
        return f"its process was ended from outside (code {code}); memory may have run out."
    return " ".join(said.split())
