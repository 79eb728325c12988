"""What cannot be done is one clear line on stderr, exit code 2, and no file."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def refused(done, *words: str) -> None:
    assert done.code == 2, (done.code, done.err)
    assert done.out == ""
    assert done.err.count("\n") == 1, done.err
    assert "Traceback" not in done.err
    for word in words:
        assert word in done.err


def left() -> set[str]:
    return {path.name for path in Path().iterdir()} - {"jobs.txt", "plimsoll-data"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--from", "2026-03-01", "--to", "2026-02-01"), ("--from", "not before")),
        (("--from", "2026-03-01", "--to", "2026-03-01"), ("--from", "not before")),
        (("--from", "2036-01-01"), ("2036",)),
        (("--from", "2036-01-01", "--to", "2036-02-01"), ("nothing was observed", "2036")),
        (("--from", "2001-01-01", "--to", "2001-02-01"), ("nothing was observed", "2001")),
        (("--cluster", "onne"), ("onne", "one")),
        (("--section", "wait"), ("wait", "waits")),
        (("--without", "nothing"), ("nothing",)),
        (("--previous", "absent.zip"), ("absent.zip", "No such file")),
        (("--previous", "jobs.txt"), ("jobs.txt", "no data package")),
        (("--output", "no/such/folder/r.md"), ("no/such/folder/r.md", "No such file")),
        (("--output", "r.odt"), ("r.odt", "odt")),
        (("--output", "r"), ("ending",)),
        (("--output", "r.md"), ("twice",)),
    ],
    ids=lambda value: " ".join(value)[:40],
)  # fmt: skip
def test_one_line_and_nothing_written(of_jobs, arguments, words):
    refused(of_jobs("report", "capacity", "--output", "r.md", *arguments), *words)
    assert left() == set()


def test_a_day_that_is_none_is_refused_in_the_manner_of_the_command_line(of_jobs):
    done = of_jobs("report", "capacity", "--output", "r.md", "--from", "2026-02-30")
    assert done.code == 2
    assert "2026-02-30" in done.err
    assert left() == set()


def test_a_folder_is_no_file(of_jobs):
    Path("r.md").mkdir()
    refused(of_jobs("report", "capacity", "--output", "r.md"), "folder")
    assert list(Path("r.md").iterdir()) == []


def test_a_place_where_nothing_may_be_written(of_jobs):
    refused(of_jobs("report", "capacity", "--output", "/proc/r.md"), "/proc/r.md", "cannot write")


def test_a_full_disk_leaves_what_was_there_before(of_jobs):
    """The kernel refuses to let a file grow: the report is larger than what is left."""
    Path("r.md").write_text("the edition of last year")
    with files_of_at_most(20_000):
        done = of_jobs("report", "capacity", "--output", "r.md", "--output", "r.html")
    refused(done, "r.md", "cannot write")
    assert left() == {"r.md"}
    assert Path("r.md").read_text() == "the edition of last year"


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
