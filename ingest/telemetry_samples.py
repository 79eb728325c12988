"""Samples of a file brought to devices, whole seconds and units; what cannot be is refused."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl

from ingest.formats.base import Reject
from ingest.formats.telemetry_base import NAME, SampleBatch, TelemetryOptions
from ingest.formats.telemetry_smi import PREFIX
from ingest.telemetry_metrics import KINDS, SHARES, SMI_COLUMNS, Kind, Metric, metric_named
from ingest.telemetry_series import Device, device_of
from model.errors import InputError

POINTS: Final = pl.Schema(
    {
        "device": pl.Int32(),  # its place in SampleCollector.devices
        "second": pl.Int64(),  # of the Unix epoch
        "kind": pl.Enum(list(KINDS)),
        "value": pl.Float64(),  # NaN: sampled, but without a value
    }
)

_OF_CARD: Final = frozenset({"power_w", "energy_j"})
"""dcgm-exporter repeats the card's power under each of its MIG instances."""

_BLANK: Final = 1e14
_BLANK_COUNTER: Final = 9e18
_EARLIEST_S: Final = 946_684_800
_LATEST_S: Final = 4_102_444_800
_SLACK: Final = 1.02
_MOST: Final[dict[Kind, float]] = {
    **dict.fromkeys(("sm", "util", "gr", "dram"), _SLACK),
    "memory_mb": 16 * (1 << 20),
    "power_w": 20_000.0,
    "energy_j": 1e15,
}
_DECIMALS: Final[dict[Kind, int]] = {
    **dict.fromkeys(("sm", "util", "gr", "dram"), 4),
    "memory_mb": 1,
    "power_w": 2,
    "energy_j": 1,
}
_REJECTS_KEPT: Final = 100_000


@dataclass(frozen=True)
class _Target:
    device: int
    metric: Metric


@dataclass
class SampleCollector:
    """The samples of one file, as points of devices; every row accepted, refused, or not ours."""

    options: TelemetryOptions
    devices: list[Device] = field(default_factory=list)
    points: list[pl.DataFrame] = field(default_factory=list)
    accepted: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    notes: dict[str, int] = field(default_factory=dict)
    _numbers: dict[Device, int] = field(default_factory=dict)

    def add(self, batch: SampleBatch) -> None:
        """Take in a batch. Raises InputError for samples without a time where none was stated."""
        targets, problems, others = self._targets(batch.series)
        rows = batch.samples.filter(~pl.col("series").is_in(list(others)))
        left_out = batch.samples.filter(pl.col("series").is_in(list(others)))
        for series, count in left_out["series"].value_counts().iter_rows():
            self.others[others[series]] += count
        rows = self._timed(rows).with_columns(
            reason=pl.col("series").replace_strict(problems, default=None, return_dtype=pl.String)
        )
        rows = _valued(rows, targets).with_columns(reason=_reason())
        self._count(rows, batch.rejects)
        good = rows.filter(pl.col("reason").is_null().all().over("line"))
        self.points.append(_points(good))
        self.notes.update(dict.fromkeys(batch.notes, 0))

    def frame(self) -> pl.DataFrame:
        """All points, tiles drawn together; of several at one device, second and kind one counts.

        That one is the greatest, and whoever sets them side by side takes it.
        """
        points = pl.concat([pl.DataFrame(schema=POINTS), *self.points])
        tiles = {n: each.tile for n, each in enumerate(self.devices) if each.tile}
        return _without_tiles(points, self.devices, self._numbers) if tiles else points

    def _targets(
        self, series: Mapping[str, Mapping[str, str]]
    ) -> tuple[dict[str, _Target], dict[str, str], dict[str, str]]:
        targets: dict[str, _Target] = {}
        problems: dict[str, str] = {}
        others: dict[str, str] = {}
        for key, labels in series.items():
            name = labels.get(NAME) or self.options.metric or ""
            metric = _metric(name)
            known = self._device(labels)
            of_card = metric is not None and metric.kind in _OF_CARD
            if metric is None or (of_card and known.partitioned):
                others[key] = name
            elif known.node is None or known.card is None:
                problems[key] = "no_node" if known.node is None else "no_gpu"
            else:
                whole = replace(known, instance=None, profile=None)
                targets[key] = _Target(self._number(whole if of_card else known), metric)
        return targets, problems, others

    def _device(self, labels: Mapping[str, str]) -> Device:
        device = device_of(labels)
        if device.node or not self.options.node:
            return device
        self.notes[f"samples that name no node are of {self.options.node}, as stated"] = 0
        return replace(device, node=self.options.node)

    def _number(self, device: Device) -> int:
        if device not in self._numbers:
            self._numbers[device] = len(self.devices)
            self.devices.append(device)
        return self._numbers[device]

    def _timed(self, rows: pl.DataFrame) -> pl.DataFrame:
        if rows["time_ms"].null_count() and self.options.at is None:
            raise InputError(
                "the samples carry no time",
                hint="say when they were taken: --at 2026-11-01T09:00:00Z.",
            )
        at = int(self.options.at.timestamp() * 1000) if self.options.at else None
        return rows.with_columns(pl.col("time_ms").fill_null(pl.lit(at, pl.Int64)))

    def _count(self, rows: pl.DataFrame, rejects: list[Reject]) -> None:
        refused = (
            rows.filter(pl.col("reason").is_not_null())
            .unique("line", keep="first", maintain_order=True)
            .select("line", "reason", "series", "value", "time_ms")
        )
        self.accepted += rows["line"].n_unique() - refused.height
        self.reasons.update(dict(refused["reason"].value_counts().iter_rows()))
        self.reasons.update(reject.reason for reject in rejects)
        kept = refused.head(max(0, _REJECTS_KEPT - len(self.rejects)))
        self.rejects += [
            Reject(line, reason, f"{series} {value} {time_ms}")
            for line, reason, series, value, time_ms in kept.iter_rows()
        ]
        self.rejects += rejects[: max(0, _REJECTS_KEPT - len(self.rejects))]


def _metric(name: str) -> Metric | None:
    if name.startswith(PREFIX):
        return SMI_COLUMNS.get(name.removeprefix(PREFIX))
    return metric_named(name)


def _valued(rows: pl.DataFrame, targets: Mapping[str, _Target]) -> pl.DataFrame:
    """The rows with their device and kind, values in the kind's unit, blanks as NaN."""
    known = pl.DataFrame(
        [
            (key, target.device, target.metric.kind, target.metric.factor)
            for key, target in targets.items()
        ],
        schema={
            "series": pl.String,
            "device": pl.Int32,
            "kind": POINTS["kind"],
            "factor": pl.Float64,
        },
        orient="row",
    )
    counter = pl.col("kind") == "energy_j"
    blank = pl.col("value") >= pl.when(counter).then(_BLANK_COUNTER).otherwise(_BLANK)
    value = pl.when(blank & pl.col("value").is_finite()).then(float("nan")).otherwise("value")
    return rows.join(known, on="series", how="left", maintain_order="left").with_columns(
        value=value * pl.col("factor"), second=pl.col("time_ms").floordiv(1000)
    )


def _reason() -> pl.Expr:
    most = (
        pl.col("kind").cast(pl.String).replace_strict(_MOST, default=None, return_dtype=pl.Float64)
    )
    value = pl.col("value")
    odd = value.is_not_nan() & ((value < 0) | (value > most))
    early = ~pl.col("second").is_between(_EARLIEST_S, _LATEST_S)
    return (
        pl.when(pl.col("reason").is_not_null())
        .then("reason")
        .when(early)
        .then(pl.lit("bad_time"))
        .when(odd)
        .then(pl.lit("out_of_range"))
    )


def _points(rows: pl.DataFrame) -> pl.DataFrame:
    """Points with shares of at most 1, rounded: what is kept is what was reckoned with."""
    kind = pl.col("kind").cast(pl.String)
    places = kind.replace_strict(_DECIMALS, return_dtype=pl.Int32)
    scale = pl.lit(10.0).pow(places)
    most = pl.when(kind.is_in(list(SHARES))).then(1.0).otherwise(float("inf"))
    value = pl.col("value")
    clipped = pl.when(value.is_not_nan() & (value > most)).then(most).otherwise(value)
    rounded = (clipped * scale).round() / scale
    return _greatest(rows.with_columns(value=rounded).select(POINTS.names()))


def _greatest(points: pl.DataFrame) -> pl.DataFrame:
    """One point for each device, second and kind; several jobs on one GPU repeat its reading."""
    return (
        points.group_by("device", "second", "kind")
        .agg(pl.col("value").max())
        .select(POINTS.names())
    )


def _without_tiles(
    points: pl.DataFrame, devices: list[Device], numbers: dict[Device, int]
) -> pl.DataFrame:
    """Tiles as one device: activity is their mean, memory their sum; a whole's own figure wins."""
    whole: dict[int, int] = {}
    for number, device in list(enumerate(devices)):
        target = replace(device, tile=None)
        if target not in numbers:
            numbers[target] = len(devices)
            devices.append(target)
        whole[number] = numbers[target]
    tiled = pl.col("device") != pl.col("whole")
    share = pl.col("kind").cast(pl.String).is_in(list(SHARES))
    summed = (pl.col("kind") == "memory_mb").first()
    own, parts = pl.col("value").filter(~tiled), pl.col("value").filter(tiled)
    joined = (
        _greatest(points)
        .with_columns(whole=pl.col("device").replace_strict(whole, return_dtype=pl.Int32))
        .filter(~tiled | share | (pl.col("kind") == "memory_mb"))
        .group_by("whole", "second", "kind")
        .agg(
            value=pl.when(own.len() > 0)
            .then(own.max())
            .when(summed)
            .then(parts.sum())
            .otherwise(parts.mean().round(4))
        )
    )
    return joined.rename({"whole": "device"}).select(POINTS.names())
