"""Hours of devices as rows of the store, joined with what the store holds of them already."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import polars as pl

from ingest.telemetry_hours import (
    DEVICE,
    HOUR_S,
    LONGEST_GAP_S,
    MOMENTS,
    decode_open,
    gaps,
    hour_rows,
    union,
)
from ingest.telemetry_metrics import KINDS
from ingest.telemetry_series import Device
from model.schemas import GPU_SAMPLES

_NAMES: Final = ("card", "gpu_index", "gpu_model", "mig_profile")
_ROW: Final = (*DEVICE, "hour")
_MOMENTS_AT_ONCE: Final = 200_000
_EPOCH_US: Final = 1_000_000


@dataclass
class DeviceNames:
    """What is known of devices by their labels: one name for a card that is told in two ways."""

    devices: list[Device] = field(default_factory=list)

    def moments(self, devices: list[Device], points: pl.DataFrame) -> pl.DataFrame:
        """Points of numbered devices as MOMENTS under their first names, until `renamed`."""
        self.devices += devices
        names = pl.DataFrame(
            [(n, each.node, _gpu(each)) for n, each in enumerate(devices)],
            schema={"device": pl.Int32, "node": pl.String, "gpu": pl.String},
            orient="row",
        )
        return union(_wide(points).join(names, on="device").select(MOMENTS.names()))

    def renames(self, stored: pl.DataFrame) -> pl.DataFrame:
        """`node, gpu, name`: cards known by index or bus address here whose UUID is known too."""
        told = [
            (each.node, other, each.uuid)
            for each in self.devices
            if each.uuid
            for other in (each.index, each.bus)
            if other
        ]
        cards = pl.DataFrame(told, schema=["node", "alias", "card"], orient="row")
        cards = pl.concat([cards.cast(pl.String), _stored_cards(stored)])
        single = cards.group_by("node", "alias").agg(pl.col("card").unique())
        single = single.filter(pl.col("card").list.len() == 1).with_columns(
            pl.col("card").list.first()
        )
        mine = pl.DataFrame(
            [(each.node, each.card, _gpu(each), each.instance) for each in self.devices],
            schema={"node": pl.String, "alias": pl.String, "gpu": pl.String, "instance": pl.String},
            orient="row",
        )
        found = mine.unique().join(single, on=("node", "alias"))
        name = pl.concat_str("card", "instance", separator="/", ignore_nulls=True)
        return found.select(*DEVICE, name.alias("name")).unique(DEVICE)

    def table(self, renames: pl.DataFrame) -> pl.DataFrame:
        """`node, gpu, card, gpu_index, gpu_model, mig_profile`, one row for each device."""
        rows = [
            (each.node, _gpu(each), each.index, each.model, each.profile) for each in self.devices
        ]
        names = ["node", "gpu", "gpu_index", "gpu_model", "mig_profile"]
        frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
        own = renamed(frame.drop_nulls(DEVICE), renames)
        described = own.group_by(DEVICE).agg(pl.col(names[2:]).max())
        return described.with_columns(card=pl.col("gpu").str.split("/").list.first())


def renamed(frame: pl.DataFrame, renames: pl.DataFrame) -> pl.DataFrame:
    """A frame with `node` and `gpu`, under the names that `DeviceNames.renames` gives."""
    joined = frame.join(renames, on=DEVICE, how="left", maintain_order="left")
    return joined.with_columns(gpu=pl.coalesce("name", "gpu")).drop("name")


def telemetry_rows(
    moments: list[pl.DataFrame],
    names: DeviceNames,
    *,
    stored: pl.LazyFrame,
    cluster: str,
    max_gap_s: int | None,
) -> pl.DataFrame:
    """Rows of GPU_SAMPLES for new MOMENTS, with the samples that the store kept of open hours.

    An hour that the store holds complete stays, unless a finer complete one arrives.
    """
    arriving = pl.concat(moments)
    first, last = _touched(arriving)
    beside = _beside(stored, arriving, first, last)
    renames = names.renames(beside)
    arriving = renamed(arriving, renames).select(MOMENTS.names())
    beside = beside.join(arriving.select(DEVICE).unique(), on=DEVICE, how="semi")
    every = union(arriving, decode_open(beside))
    rows = pl.concat(hour_rows(part, _gaps(part, beside, max_gap_s)) for part in _parts(every))
    # The samples of an open hour reach beyond it, where they are only a part of what is known.
    rows = rows.filter(pl.col("hour").is_between(first, last))
    return _named(_settled(rows, beside), names.table(renames), beside, cluster)


def _gpu(device: Device) -> str | None:
    if device.instance and device.card:
        return f"{device.card}/{device.instance}"
    return device.card


def _wide(points: pl.DataFrame) -> pl.DataFrame:
    """A column for each kind, a row for each device and second."""
    each = [
        points.filter(pl.col("kind") == kind).select(
            "device", "second", pl.col("value").alias(kind)
        )
        for kind in KINDS
    ]
    return pl.concat(each, how="diagonal").group_by("device", "second").agg(pl.col(KINDS).max())


def _stored_cards(stored: pl.DataFrame) -> pl.DataFrame:
    known = stored.filter(
        pl.col("gpu_index").is_not_null() & (pl.col("card") != pl.col("gpu_index"))
    )
    return known.select("node", pl.col("gpu_index").alias("alias"), "card").unique()


def _touched(arriving: pl.DataFrame) -> tuple[int, int]:
    """The first and the last hour in which an arriving sample can have a say."""
    first, last = arriving.select(
        pl.col("second").min().alias("first"), pl.col("second").max().alias("last")
    ).row(0)
    return first // HOUR_S - 1, last // HOUR_S + 1


def _beside(stored: pl.LazyFrame, arriving: pl.DataFrame, first: int, last: int) -> pl.DataFrame:
    """The stored rows of the same nodes, from the first to the last of some hours."""
    begin, end = (datetime.fromtimestamp(hour * HOUR_S, UTC) for hour in (first, last))
    nodes = arriving["node"].unique().to_list()
    return (
        stored.filter(pl.col("day").is_between(pl.lit(f"{begin:%F}"), pl.lit(f"{end:%F}")))
        .filter(pl.col("hour").is_between(begin, end), pl.col("node").is_in(nodes))
        .with_columns(pl.col("hour").dt.epoch("s").floordiv(HOUR_S))
        .collect()
    )


def _gaps(every: pl.DataFrame, beside: pl.DataFrame, max_gap_s: int | None) -> pl.DataFrame:
    if max_gap_s is not None:
        stated = pl.lit(min(max_gap_s, LONGEST_GAP_S), pl.Int64)
        return every.select(DEVICE).unique().with_columns(stated.alias("gap_s"))
    opened = beside.filter(pl.col("open_samples").is_not_null())
    kept = opened.join(every, on=DEVICE, how="semi").select(*DEVICE, "gap_s")
    return pl.concat([gaps(every), kept]).group_by(DEVICE).agg(pl.col("gap_s").max())


def _parts(every: pl.DataFrame) -> list[pl.DataFrame]:
    """The moments of some devices at a time: an hour's marks take many times their room."""
    devices = every.select(DEVICE).unique()
    each = max(1, _MOMENTS_AT_ONCE * devices.height // max(1, every.height))
    number = pl.int_range(pl.len()).floordiv(each).alias("part")
    return every.join(devices.with_columns(number), on=DEVICE).partition_by(
        "part", include_key=False
    )


def _settled(rows: pl.DataFrame, beside: pl.DataFrame) -> pl.DataFrame:
    """The rows that take the place of what is stored, or are new."""
    kept = beside.filter(pl.col("open_samples").is_null()).select(
        *_ROW, pl.col("sm_s").alias("kept_sm_s"), pl.col("samples").alias("kept_samples")
    )
    more_sm = pl.col("sm_s") > pl.col("kept_sm_s")
    as_much = (pl.col("sm_s") == pl.col("kept_sm_s")) & (
        pl.col("samples") >= pl.col("kept_samples")
    )
    finer = pl.col("open_samples").is_null() & (more_sm | as_much)
    joined = rows.join(kept, on=_ROW, how="left")
    return joined.filter(pl.col("kept_samples").is_null() | finer).drop("kept_sm_s", "kept_samples")


def _named(
    rows: pl.DataFrame, table: pl.DataFrame, beside: pl.DataFrame, cluster: str
) -> pl.DataFrame:
    before = beside.group_by(DEVICE).agg(pl.col(_NAMES).max())
    described = (
        pl.concat([table.select(*DEVICE, *_NAMES), before.select(*DEVICE, *_NAMES)])
        .group_by(DEVICE)
        .agg(pl.col(_NAMES).max())
    )
    hour = (pl.col("hour") * HOUR_S * _EPOCH_US).cast(GPU_SAMPLES.schema["hour"])
    return (
        rows.join(described, on=DEVICE, how="left")
        .with_columns(hour=hour, cluster=pl.lit(cluster))
        .with_columns(day=pl.col("hour").dt.strftime("%Y-%m-%d"))
        .select(GPU_SAMPLES.schema.names())
        .cast(GPU_SAMPLES.schema)
    )
