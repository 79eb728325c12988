"""Where the reports that pages make are kept: in the store's folder, else in a temporary one."""

import os
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Final

from dashboard.reader import Reader
from dashboard.report_jobs import ReportRuns

FOLDER: Final = "report-runs"


def runs_of(reader: Reader) -> ReportRuns:
    """The runs of a store; a store that may only be read, or none, has one among temporary files.

    Nothing is made yet.
    """
    if reader.store and os.access(reader.store.path, os.W_OK):
        return ReportRuns(reader.store.path.absolute() / FOLDER)
    return ReportRuns(_temporary(str(reader.store.path.absolute()) if reader.store else ""))


def make_private(folder: Path) -> None:
    """Make a folder that no other user of the machine can look into or has put there.

    Raises:
        PermissionError: where another user owns it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to somebody else")


def _temporary(store: str) -> Path:
    named = sha256(store.encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"plimsoll-reports-{os.getuid()}-{named}"
