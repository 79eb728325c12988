"""The program as the dashboard calls it: with its settings and its store, in a process apart."""

import sys

from dashboard.reader import Reader


def program(reader: Reader) -> list[str]:
    """The words that begin a call, whatever the folder in which it is made."""
    call = [sys.executable, "-P", "-m", "plimsoll"]
    if reader.settings.path:
        call += ["--config", str(reader.settings.path.absolute())]
    if reader.store:
        call += ["--store", str(reader.store.path.absolute())]
    return call


def complaint(text: str, code: int) -> str:
    """What a call that failed said on stderr, as one line."""
    said = text.rpartition("plimsoll: ")[2]
    if code < 0 or not said.strip():
        return f"its process was ended from outside (code {code}); memory may have run out."
    return " ".join(said.split())
