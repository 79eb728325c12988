"""Whatever the text: no crash, no line lost, and no dependence on how it was cut into blocks."""

import string

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from job_logs import GPUS, HEADER, data_lines, job, log, normal, raw, rows_of
from polars.testing import assert_frame_equal

from ingest.formats.sacct_text import SacctText
from ingest.options import JobOptions
from ingest.times import seconds
from ingest.tres import parse_gres, parse_tres
from model.errors import InputError

SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

names = st.text(alphabet="ab|\n", max_size=8)
pieces = st.lists(
    st.one_of(
        st.builds(lambda number, name: job(number, JobName=name), st.integers(1, 99), names),
        st.builds(lambda number: job(number) + "\r", st.integers(1, 99)),
        st.just(""),
        st.just(HEADER),
        st.text(alphabet="|x\n 1", max_size=30),
        st.builds(lambda at: job(7)[:at], st.integers(0, 150)),
    ),
    max_size=8,
)


@given(pieces)
@SLOW
def test_every_line_is_accounted_for(lines):
    data = log(*lines)
    batch, _ = normal(data)
    counted = batch.accepted + batch.steps + sum(reject.rows for reject in batch.rejects)
    assert counted == data_lines(data)


@given(pieces, st.integers(1, 400), st.booleans())
@example([job(1, JobName="two\nlines"), job(2), job(3, JobName="a\n\nb")], 7, False)
@SLOW
def test_blocks_of_any_size_give_the_same(lines, block, cut_newline):
    data = log(*lines)
    data = data[:-1] if cut_newline else data
    whole, parts = raw(data), raw(data, block=block)
    assert_frame_equal(whole.frame, parts.frame)
    assert whole.rejects == parts.rejects
    assert whole.assumptions == parts.assumptions


@given(st.binary(max_size=400))
@SLOW
def test_no_crash_on_any_bytes(noise):
    for data in (noise, log(job(1)) + noise, HEADER.encode() + noise):
        try:
            batch = raw(data)
        except InputError:
            continue
        assert rows_of(batch) >= 0


@given(st.text(alphabet=string.printable, max_size=60), st.sampled_from(HEADER.split("|")))
@SLOW
def test_no_crash_on_any_value(value, column):
    value = value.replace("|", "").replace("\n", "").replace("\r", "")
    lines = [job(1, **{column: value}), job(2)]
    try:
        batch, _ = normal(log(*lines))
    except InputError:
        assert column == "Cluster"
        return
    assert batch.accepted + batch.steps + len(batch.rejects) == 2


def test_truncation_at_every_byte():
    data = log(job(1), job(2, JobName="a|b\nc"), job(3))
    begin = data.index(b"\n2|") + 1
    for at in range(begin, len(data) + 1):
        cut = data[:at]
        batch, _ = normal(cut)
        assert batch.accepted + sum(each.rows for each in batch.rejects) == data_lines(cut)
        assert {1} <= set(batch.jobs["job_id"]) <= {1, 2, 3}


def test_truncation_within_the_header_is_refused_or_empty():
    for at in range(len(HEADER)):
        try:
            batches = list(SacctText().batches(iter([HEADER[:at].encode()]), JobOptions()))
        except InputError:
            continue
        assert all(batch.frame.is_empty() and not batch.rejects for batch in batches)


@given(st.text(max_size=60))
def test_no_tres_string_crashes(text):
    for counts in (parse_tres(text), parse_gres(text), parse_gres("3*" + text)):
        assert counts.gpus is None or counts.gpus >= 0


@given(st.dictionaries(st.sampled_from(["a100", "t4", "1g.5gb"]), st.integers(1, 64)))
def test_typed_gpus_sum_where_there_is_no_total(typed):
    text = ",".join(["cpu=1", *(f"gres/gpu:{name}={count}" for name, count in typed.items())])
    counts = parse_tres(text)
    assert counts.gpus == sum(typed.values())
    assert parse_tres(text + ",gres/gpu=99").gpus == 99


@given(st.integers(0, 10**8), st.booleans())
def test_durations_round_trip(total, days):
    clock = divmod(total, 86400) if days else (0, total)
    text = f"{clock[1] // 3600:02}:{clock[1] // 60 % 60:02}:{clock[1] % 60:02}"
    text = f"{clock[0]}-{text}" if days else text
    assert seconds(pl.Series([text, "00:01.500"])).to_list() == [total, 1]


@pytest.mark.parametrize("gpus", ["gres/gpu=x", "gres/gpu=", "gres/gpu:a100=1.5"])
def test_a_gpu_count_that_is_no_number_is_quarantined(gpus):
    batch, _ = normal(log(job(1, AllocTRES=f"cpu=1,{gpus}"), job(2, AllocTRES=GPUS)))
    assert [reject.reason for reject in batch.rejects] == ["bad_gpus"]
