"""A Prometheus as a configured source: pulled an hour at a time, as if it had been one file."""

from datetime import UTC, datetime, timedelta

import pytest
from gpu_blocks import BEGIN, POINTS, STEP_S
from polars.testing import assert_frame_equal

from ingest.feeds import Reader
from ingest.formats.telemetry_base import TelemetryOptions
from ingest.options import JobOptions
from ingest.pull import Puller
from ingest.retry import Retry
from ingest.telemetry import ingest_telemetry
from model.schemas import GPU_SAMPLES
from model.source_settings import PrometheusSource
from store import open_store

FROM = datetime.fromtimestamp(BEGIN, UTC)
TO = FROM + timedelta(seconds=POINTS * STEP_S)


def hours(store):
    return store.scan(GPU_SAMPLES).collect().sort("node", "gpu", "hour")


def pull(store, source, now):
    reader = Reader(store, "c", JobOptions(timezone="UTC"))
    pulled = Puller(store, reader, clock=lambda: now, retry=Retry(attempts=1)).pull(source)
    assert (pulled.fault, pulled.state.last_status, pulled.state.message) == (None, "done", None)
    return pulled


@pytest.fixture
def source(prometheus):
    return PrometheusSource(kind="prometheus", url=prometheus.url, since=FROM.date())


@pytest.fixture
def expected(prometheus, tmp_path):
    file = tmp_path / "samples.om"
    file.write_text(prometheus.text)
    with open_store(tmp_path / "expected", create=True) as store:
        ingest_telemetry(store, [file], cluster="c", options=TelemetryOptions(max_gap_s=60))
        return hours(store)


def test_two_runs_an_hour_at_a_time_are_the_whole_file(source, tmp_path, expected):
    with open_store(tmp_path / "store", create=True) as store:
        first = pull(store, source, FROM + timedelta(hours=7, minutes=20))
        assert first.state.watermark == FROM + timedelta(hours=7, minutes=20)
        pull(store, source, TO)  # later, Prometheus would repeat the last values for 5 minutes
        assert_frame_equal(hours(store), expected)


def test_a_prometheus_that_is_down_leaves_nothing(source, tmp_path):
    with open_store(tmp_path / "store", create=True) as store:
        reader = Reader(store, "c", JobOptions(timezone="UTC"))
        down = source.model_copy(update={"url": "http://127.0.0.1:1"})
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("ingest.sources.prometheus_windows.time.sleep", lambda _: None)
            patch.setattr("ingest.sources.prometheus_windows.TRIES", 1)
            pulled = Puller(store, reader, clock=lambda: TO, retry=Retry(attempts=1)).pull(down)
        assert pulled.state.last_status == "failed"
        assert hours(store).is_empty()
