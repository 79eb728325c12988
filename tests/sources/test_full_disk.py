"""However a library words it, a full disk is told as one."""

import errno

import pytest

from ingest.full_disk import telling_a_full_disk
from model.errors import InputError


@pytest.mark.parametrize(
    "fault",
    [
        OSError(errno.ENOSPC, "what ever"),
        OSError(errno.EDQUOT, "what ever"),
        OSError("Generic LocalFileSystem error: No space left on device (os error 28)"),
        RuntimeError("(sqlite3.OperationalError) database or disk is full"),
    ],
)
def test_a_full_disk_is_told(fault: Exception):
    with pytest.raises(InputError, match="the disk is full") as caught, telling_a_full_disk():
        raise fault
    assert caught.value.__cause__ is fault


@pytest.mark.parametrize("fault", [OSError(errno.EACCES, "no"), ValueError("x"), InputError("y")])
def test_other_faults_pass(fault: Exception):
    with pytest.raises(type(fault)) as caught, telling_a_full_disk():
        raise fault
    assert caught.value is fault
