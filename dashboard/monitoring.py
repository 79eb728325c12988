"""`healthz` for a load balancer and `metrics` for Prometheus."""

import time
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, Final

import flask
import polars as pl
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily

from dashboard.reader import Reader
from model.errors import PlimsollError
from model.question import Question

_SECONDS: Final = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)
_CALLBACKS: Final = "_dash-update-component"
_STARTED: Final = "plimsoll_started"


def add_monitoring(server: flask.Flask, reader: Reader, *, prefix: str) -> None:
    """Serve `healthz` and `metrics`, and count and time what is asked of the server."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_StoreCollector(reader))
    _count_requests(server, registry, prefix=prefix)

    @server.get(f"{prefix}metrics")
    def metrics() -> flask.Response:
        return flask.Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    @server.get(f"{prefix}healthz")
    def health() -> tuple[dict[str, Any], HTTPStatus]:
        return state(reader)


def state(reader: Reader) -> tuple[dict[str, Any], HTTPStatus]:
    """Whether the store can be read, with its version; 503 where it cannot."""
    told: dict[str, Any] = {"program": version("plimsoll"), "store": None}
    try:
        told["store"] = reader.version()
        told["clusters"] = len(reader.clusters())
    except Exception as fault:  # noqa: BLE001 whatever it is, the store cannot be read
        return told | {"status": "error", "why": type(fault).__name__}, (
            HTTPStatus.SERVICE_UNAVAILABLE
        )
    return told | {"status": "ok"}, HTTPStatus.OK


def _count_requests(server: flask.Flask, registry: CollectorRegistry, *, prefix: str) -> None:
    asked = Counter(
        "plimsoll_dashboard_requests",
        "Requests answered, by what was asked for and how it ended.",
        ("what", "status"),
        registry=registry,
    )
    taken = Histogram(
        "plimsoll_dashboard_request_seconds",
        "How long requests took on the server.",
        ("what",),
        buckets=_SECONDS,
        registry=registry,
    )

    @server.before_request
    def start() -> None:
        flask.g.setdefault(_STARTED, time.perf_counter())

    @server.after_request
    def count(response: flask.Response) -> flask.Response:
        what = kind_of(flask.request.path.removeprefix(prefix))
        asked.labels(what, str(response.status_code)).inc()
        if began := flask.g.get(_STARTED):
            taken.labels(what).observe(time.perf_counter() - began)
        return response


def kind_of(path: str) -> str:
    """A path as one of a few names, so that odd addresses make no series of their own."""
    first = path.lstrip("/").partition("/")[0]
    if first == _CALLBACKS:
        return "callback"
    if first in {"download", "assets", "metrics", "healthz"}:
        return first
    return "dash" if first.startswith("_dash") else "page"


class _StoreCollector:
    """The store's version and the age of its data, as they are when Prometheus asks."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def collect(self) -> list[GaugeMetricFamily]:
        """The gauges; those of the store are left out while it cannot be read."""
        info = GaugeMetricFamily("plimsoll_build_info", "The program.", labels=["version"])
        info.add_metric([version("plimsoll")], 1)
        always = [info, *self._memories()]
        if self._reader.store is None:
            return always
        try:
            return [*always, self._tables(), *self._ages()]
        except (PlimsollError, OSError):
            return always

    def _memories(self) -> list[GaugeMetricFamily]:
        held = GaugeMetricFamily(
            "plimsoll_dashboard_remembered_bytes", "What is remembered.", labels=["what"]
        )
        reader = self._reader
        for what, memory in (
            ("answers", reader.answers),
            ("tables", reader.tables),
            ("bodies", reader.drawn),
        ):
            held.add_metric([what], memory.held_bytes)
        reckoned = GaugeMetricFamily(
            "plimsoll_dashboard_questions_reckoned",
            "Questions that no memory could answer, since the start.",
            value=reader.reckoned,
        )
        return [held, reckoned]

    def _tables(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily(
            "plimsoll_store_table_version", "The version of a table of facts.", labels=["table"]
        )
        for part in (self._reader.version() or "").split():
            table, at, number = part.partition("@")
            if at:
                family.add_metric([table], float(number))
        return family

    def _ages(self) -> list[GaugeMetricFamily]:
        observed = self._reader.ask(Question("observed")).frame
        files = self._reader.ask(Question("files")).frame.drop_nulls("cluster")
        return [
            _latest(
                "plimsoll_data_as_of_timestamp_seconds",
                "The moment up to which a cluster's jobs are known.",
                observed.select("cluster", "observed_to"),
            ),
            _latest(
                "plimsoll_last_ingest_timestamp_seconds",
                "When a file of a cluster was last read.",
                files.select("cluster", "ingested_at"),
            ),
        ]


def _latest(name: str, told: str, moments: pl.DataFrame) -> GaugeMetricFamily:
    """The latest moment of each cluster, of a frame of clusters and moments."""
    family = GaugeMetricFamily(name, told, labels=["cluster"])
    latest = moments.group_by("cluster").max().sort("cluster")
    for cluster, moment in latest.iter_rows():
        family.add_metric([cluster], moment.timestamp())
    return family
