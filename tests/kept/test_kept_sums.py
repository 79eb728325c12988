"""Where sums are kept: nothing half written is read, and nothing kept is ever in the way."""

import os
import time

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.kept import FOLDER, KeptSums

DIGEST = "ab" + "0" * 62
FRAMES = [
    pl.DataFrame({"a": [1, None, 2**70], "b": ["x", "y", None]}, schema={"a": pl.Int128, "b": pl.String}),
    pl.DataFrame({"c": [[1, 2], None]}),
    pl.DataFrame({"d": []}, schema={"d": pl.Date}),
]  # fmt: skip


@pytest.fixture
def sums(tmp_path):
    return KeptSums(tmp_path)


def entry(sums):
    return sums._path(DIGEST)


def test_frames_come_back_as_they_were(sums):
    assert sums.read(DIGEST) is None
    sums.write(DIGEST, FRAMES)
    found = sums.read(DIGEST)
    assert all(
        one.equals(two) and one.schema == two.schema for one, two in zip(found, FRAMES, strict=True)
    )
    sums.write(DIGEST, [])
    assert sums.read(DIGEST) == []


@given(st.data())
def test_a_damaged_entry_is_as_good_as_none(tmp_path_factory, data):
    sums = KeptSums(tmp_path_factory.mktemp("kept"))
    sums.write(DIGEST, FRAMES)
    whole = entry(sums).read_bytes()
    entry(sums).write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    assert sums.read(DIGEST) is None


def test_what_nobody_asks_for_is_deleted_and_the_longest_unused_beyond_a_size(sums):
    digests = [f"{number:02x}" + "0" * 62 for number in range(4)]
    for age_s, digest in enumerate(digests):
        sums.write(digest, FRAMES)
        moment = time.time() - 1000 * age_s
        os.utime(sums._path(digest), (moment, moment))
    size = sums._path(digests[0]).stat().st_size
    assert sums.shrink(unused_s=2500) == 1
    assert sums.shrink(most_bytes=2 * size) == 1
    assert [sums.read(digest) is not None for digest in digests] == [True, True, False, False]
    assert sums.clear() == 2
    assert sums.read(digests[0]) is None


def test_a_folder_that_cannot_be_written_keeps_nothing_and_fails_nobody(tmp_path):
    (tmp_path / FOLDER).write_text("a file where the folder should be")
    sums = KeptSums(tmp_path)
    sums.write(DIGEST, FRAMES)
    assert sums.read(DIGEST) is None
