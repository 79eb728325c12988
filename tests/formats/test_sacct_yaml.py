"""`sacct --yaml`: the same jobs as the JSON, streamed, and traps refused."""

import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats import job_format
from ingest.formats.base import RawBatch
from ingest.formats.sacct_json import SacctJson
from ingest.formats.sacct_yaml import SacctYaml
from ingest.formats.yaml_values import MAX_DEPTH
from ingest.options import JobOptions
from model.errors import InputError

RECORD = """\
- account: physics
  job_id: {}
  time:
    submission: 1000
    start: 1002
    end: 1060
    elapsed: 58
  state:
    current: COMPLETED
"""


def read(text: str | bytes, size: int = 1 << 16) -> RawBatch:
    data = text.encode() if isinstance(text, str) else text
    form = job_format(data, JobOptions())
    assert isinstance(form, SacctYaml)
    batches = list(form.batches(_blocks(data, size), JobOptions()))
    return RawBatch(
        frame=pl.concat(batch.frame for batch in batches),
        rejects=[reject for batch in batches for reject in batch.rejects],
        assumptions=tuple(said for batch in batches for said in batch.assumptions),
    )


def _blocks(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def document(*items: str, after: str = "") -> str:
    return "meta:\n  version: 1\njobs:\n" + "".join(items) + after


def records(count: int) -> list[str]:
    return [RECORD.format(number) for number in range(1, count + 1)]


@pytest.fixture(scope="module")
def capture(shared: Path) -> bytes:
    return (shared / "slurm/captures/sacct.yaml").read_bytes()


@pytest.fixture(scope="module")
def in_json(shared: Path) -> pl.DataFrame:
    data = (shared / "slurm/captures/sacct.json").read_bytes()
    batches = SacctJson().batches(iter([data]), JobOptions())
    return pl.concat(batch.frame for batch in batches)


@pytest.mark.parametrize("size", [313, 1 << 16, 1 << 24])
def test_the_capture_reads_as_its_json_does(capture: bytes, in_json: pl.DataFrame, size: int):
    batch = read(capture, size)
    assert batch.rejects == []
    assert batch.frame.equals(in_json)


def test_later_versions_print_no_tags(capture: bytes, in_json: pl.DataFrame):
    named = capture.replace(b"!!str null", b"'null'")  # a job of that name
    untagged = re.sub(rb"!!(?:str|int|map|seq|null|bool|float)(?: |(?=\n))", b"", named)
    assert b"!!" not in untagged
    same = pl.exclude("Reservation")  # only its tag tells that 22.05 has a number for a name
    assert read(untagged).frame.select(same).equals(in_json.select(same))


def test_windows_line_ends_and_an_indented_list(capture: bytes, in_json: pl.DataFrame):
    assert read(capture.replace(b"\n", b"\r\n")).frame.equals(in_json)
    before, _, jobs = capture.removesuffix(b"...\n").partition(b"!!str jobs: !!seq\n")
    indented = before + b"!!str jobs: !!seq\n" + re.sub(rb"(?m)^", b"    ", jobs).rstrip(b" ")
    assert read(indented).frame.equals(in_json)


@given(st.integers(1, 200), st.integers(0, 5))
def test_blocks_of_any_size_give_the_same_records(size: int, count: int):
    text = document(*records(count), after="errors: []\n") if count else "jobs: []\nerrors: []\n"
    assert read(text, size).frame["JobIDRaw"].to_list() == [str(n + 1) for n in range(count)]


def test_words_that_look_like_numbers_or_truth_stay_words():
    item = RECORD.format(7).replace("physics", "no") + "  user: 0123\n  partition: true\n"
    item += "  qos: null\n  name: 1_000\n  nodes: 12:30\n"
    row = read(document(item)).frame.row(0, named=True)
    assert (row["Account"], row["User"], row["Partition"]) == ("no", "0123", "true")
    assert (row["QOS"], row["JobName"], row["NodeList"]) == (None, "1_000", "12:30")


def test_states_as_a_list_and_numbers_as_objects():
    item = RECORD.format(7).replace(
        "    current: COMPLETED", "    current:\n    - CANCELLED\n    - REQUEUED"
    )
    item = item.replace(
        "    elapsed: 58",
        "    elapsed: 58\n    limit:\n      set: true\n      infinite: true\n      number: 0",
    )
    row = read(document(item)).frame.row(0, named=True)
    assert (row["State"], row["TimelimitRaw"]) == ("CANCELLED", "UNLIMITED")


def test_text_of_many_lines_that_looks_like_records_is_text():
    item = RECORD.format(1) + "  comment: |\n    - job_id: 9\n    jobs:\n  script: 'a\n\n    - b'\n"
    batch = read(document(item, RECORD.format(2) + "  comment: x\n  script: x\n"))
    assert batch.frame["JobIDRaw"].to_list() == ["1", "2"]


def test_what_is_no_record_is_set_aside_with_its_place():
    broken = RECORD.format(2).replace("COMPLETED", '"COMPLETED')
    untimed = RECORD.format(3).replace("submission: 1000", "submission: soon")
    batch = read(document(RECORD.format(1), broken, untimed, RECORD.format(4)))
    assert batch.frame["JobIDRaw"].to_list() == ["1", "4"]
    assert [(each.line, each.reason) for each in batch.rejects] == [
        (2, "not_yaml"),
        (3, "wrong_type:time.submission"),
    ]
    assert batch.frame["_line"].to_list() == [1, 4]


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ("- job_id: &a 1\n", "an anchor"),
        ("- job_id: *a\n", "an alias"),
        ("- job_id: !!python/object/apply:os.system [x]\n", "python/object"),
        ("- job_id: !secret 1\n", "the tag '!secret'"),
        ("- job_id: 1\n  job_id: 2\n", "twice"),
        ("- job_id: 1\n  time: {start: 1, start: 2}\n", "twice"),
        ("- job_id: 1\n  time: " + "[" * 500 + "]" * 500 + "\n", f"{MAX_DEPTH} levels"),
        ("- job_id: 1\n  time: " + "{a: " * 90 + "1" + "}" * 90 + "\n", f"{MAX_DEPTH} levels"),
        ("- job_id: 1\n  time:\n    ? [a]\n    : 1\n", "a key that is no text"),
    ],
)
def test_traps_refuse_the_file(item: str, said: str):
    with pytest.raises(InputError, match=re.escape(said)):
        read(document(RECORD.format(1), item))


def test_a_bomb_of_aliases_in_what_is_not_read_does_no_harm():
    bomb = "  comment: &a [x, x]\n  script: &b [*a, *a, *a]\n  extra: [*b, *b, *b]\n"
    batch = read(document(RECORD.format(1) + bomb))
    assert batch.frame.height == 1
    with pytest.raises(InputError, match="an anchor"):
        read("a: &a [x]\nb: [*a]\njobs: []\n")


def test_a_record_without_end_is_refused_before_it_fills_the_memory(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("ingest.formats.yaml_items.ITEM_LIMIT_BYTES", 10_000)
    with pytest.raises(InputError, match="this is no job list"):
        read(document(RECORD.format(1), "- job_id: 2\n" + "  comment: x\n" * 2000), 1000)


def test_what_stands_behind_the_jobs_has_its_limit():
    with pytest.raises(InputError, match="behind the jobs"):
        read(document(*records(2), after="more: x\n" * 200_000))


@pytest.mark.parametrize("cut", [0.3, 0.5, 0.9])
def test_a_file_that_breaks_off_in_a_record_is_refused(capture: bytes, cut: float):
    whole = capture[: int(len(capture) * cut)]
    with pytest.raises(InputError, match="cut off"):
        read(whole)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("squeue.yaml", "jobs as the controller knows them"),
        ("sinfo.yaml", "holds node records"),
    ],
)
def test_other_answers_are_told_apart(shared: Path, name: str, said: str):
    with pytest.raises(InputError, match=said):
        read((shared / "slurm/captures" / name).read_bytes())


def test_errors_alone_refuse_and_beside_jobs_they_are_reported():
    errors = "errors:\n- error: 2\n  description: no such cluster\n"
    with pytest.raises(InputError, match="no such cluster"):
        read(errors + "jobs: []\n")
    assert "no such cluster" in read(document(*records(1), after=errors)).assumptions[0]
    with pytest.raises(InputError, match='no list of "jobs"'):
        read("meta:\n  a: 1\n")
    with pytest.raises(InputError, match="is no YAML"):
        read(document(*records(1), after="errors: [\n"))


@pytest.mark.parametrize("jobs", ["[{job_id: 1}]", "", "{}", "null"])
def test_jobs_in_flow_style_are_refused(jobs: str):
    with pytest.raises(InputError, match="no list in block style"):
        read(f"meta:\n  a: 1\njobs: {jobs}\nerrors: []\n")
