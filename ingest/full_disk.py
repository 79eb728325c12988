"""A full disk, told as such, whatever library stumbled over it."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from model.errors import InputError

_CODES: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_WORDS: Final = ("no space left", "disk is full", "file too large", "quota exceeded")


@contextmanager
def telling_a_full_disk() -> Iterator[None]:
    """Turn whatever a full disk makes fail into an InputError of one line."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        coded = isinstance(error, OSError) and error.errno in _CODES
        if coded or any(word in str(error).lower() for word in _WORDS):
            raise InputError(
                "the disk is full: nothing was kept of what was being read",
                hint="make room for the store and the temporary folder; the next run goes on.",
            ) from error
        raise
