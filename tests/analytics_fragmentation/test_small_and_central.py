"""Small clusters beside central ones: by hand from frames, and from logs to the table."""

from datetime import UTC, datetime
from pathlib import Path

import fragmented_estates as build
import polars as pl
import pytest

import plimsoll
from analytics.size_classes import cluster_sizes, small_and_central
from model.cluster_settings import ClusterSettings
from model.errors import InputError
from model.settings import Settings
from model.survey import SURVEY_SCHEMA

DAY = build.span(0, 24)


def sizes(**gpus: int | None) -> pl.DataFrame:
    frame = pl.DataFrame(list(gpus.items()), schema=["cluster", "gpus"], orient="row")
    small = pl.when(pl.col("gpus") < 32).then(pl.lit("small")).otherwise(pl.lit("central"))
    return frame.with_columns(pl.when(pl.col("gpus") > 0).then(small).alias("size_class"))


def test_worked_example_of_small_and_central():
    """Small: a with 8 GPUs at PUE 1.6, b with 24 at 1.2; (12.8 + 28.8) / 32 = 1.3."""
    used = pl.DataFrame(
        {
            "cluster": ["a", "b", "c"],
            "allocated_gpu_hours": [10.0, 90.0, 400.0],
            "available_gpu_hours": [100.0, 300.0, 500.0],
        }
    )
    classes = pl.DataFrame({"size_class": ["central", "small"]})
    waited = classes.with_columns(
        wait_p50_s=pl.Series([9.0, 1.0]), wait_p95_s=pl.Series([99.0, 2.0])
    )
    emitted = classes.with_columns(
        g_per_gpu_hour=pl.Series([70.0, 50.0]),
        g_per_effective_gpu_hour=pl.Series([140.0, None], dtype=pl.Float64),
    )
    found = small_and_central(
        sizes(a=8, b=24, c=100, nothing=0, unseen=None),
        {"a": 1.6, "b": 1.2},
        utilisation=used,
        waits=waited,
        carbon=emitted,
        survey=SURVEY_SCHEMA.to_frame(),
        by=("size_class",),
        calendar=DAY,
    )
    small, central = found.frame.to_dicts()
    assert small == {
        "size_class": "small",
        "clusters": 2,
        "gpus": 32,
        "pue": pytest.approx(1.3),
        "utilisation_available": pytest.approx(0.25),
        "wait_p50_s": 1.0,
        "wait_p95_s": 2.0,
        "g_per_gpu_hour": 50.0,
        "g_per_effective_gpu_hour": None,
    }
    assert (central["size_class"], central["gpus"], central["pue"]) == ("central", 100, None)
    said = " ".join(found.notes)
    assert "unseen: of no known size" in said
    assert "nothing: no GPUs" in said
    assert "1 of 3 clusters state no PUE" in said


def test_a_class_with_an_unknown_part_has_no_utilisation():
    used = pl.DataFrame(
        {
            "cluster": ["a", "b"],
            "allocated_gpu_hours": [1.0, None],
            "available_gpu_hours": [2.0, 3.0],
        }
    )
    nothing = pl.DataFrame(schema={"size_class": pl.String})
    empty = nothing.with_columns(
        pl.lit(None, pl.Float64).alias(name)
        for name in ("wait_p50_s", "wait_p95_s", "g_per_gpu_hour", "g_per_effective_gpu_hour")
    )
    found = small_and_central(
        sizes(a=8, b=8),
        {},
        utilisation=used,
        waits=empty,
        carbon=empty,
        survey=SURVEY_SCHEMA.to_frame(),
        by=("size_class",),
        calendar=DAY,
    )
    assert found.frame["utilisation_available"].to_list() == [None]


def test_the_size_is_that_of_the_nodes_at_the_end():
    nodes = [
        {"cluster": "grown", "node": "n1", "gpus": 16},
        {"cluster": "grown", "node": "n1", "gpus": 40, "valid_from": build.hour(12)},
        {"cluster": "later", "node": "n1", "gpus": 31},
        {"cluster": "later", "node": "n1", "gpus": 32, "valid_from": build.hour(30)},
        {"cluster": "cpus", "node": "n1", "gpus": 0},
    ]
    windows = dict.fromkeys(("grown", "later", "cpus", "bare"), (0.0, 24.0))
    estate = build.estate([], {}, nodes=nodes, windows=windows)
    found = cluster_sizes(estate, list(windows), calendar=DAY)
    assert found.rows() == [
        ("grown", 40, "central"),
        ("later", 31, "small"),
        ("cpus", 0, None),
        ("bare", None, None),
    ]


HEADER = "JobIDRaw|Submit|Eligible|Start|End|State|Partition|AllocTRES|ReqTRES|NodeList|NCPUS"


def log(folder: Path, name: str, gpus: int, waited: int) -> Path:
    """A job of so many GPUs from 11:00 to 17:00, and one without GPUs that waited a day."""
    tres, ready = f"cpu=4,gres/gpu={gpus}", f"2026-05-01T{11 - waited:02}:00:00"
    ran = "2026-05-01T11:00:00|2026-05-01T17:00:00|COMPLETED|gpu"
    waiting = "2026-05-01T00:00:00|2026-05-01T00:00:00"
    rows = [
        f"1|{ready}|{ready}|{ran}|{tres}|{tres}|{name}|4",
        f"2|{waiting}|2026-05-01T23:00:00|2026-05-01T23:30:00|COMPLETED|gpu|cpu=1|cpu=1|{name}|1",
    ]
    file = folder / f"{name}.txt"
    file.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    node = (
        f"NodeName={name} CPUTot=64 RealMemory=1000 Gres=gpu:v100:{gpus} State=IDLE "
        f"Partitions=gpu CfgTRES=cpu=64,gres/gpu={gpus} AllocTRES=\n"
    )
    (folder / f"{name}.nodes").write_text(node, encoding="utf-8")
    return file


def test_from_logs_to_the_table(tmp_path):
    store = plimsoll.open_store(tmp_path / "store", create=True)
    begin, end = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 2, tzinfo=UTC)
    for name, gpus, waited in (("tiny", 4, 1), ("large", 64, 5)):
        file = log(tmp_path, name, gpus, waited)
        plimsoll.load_jobs(store, file, cluster=name, timezone="UTC", window=(begin, end))
        plimsoll.load_nodes(store, tmp_path / f"{name}.nodes", cluster=name, at=begin)
    clusters = (ClusterSettings(name="tiny", pue=1.8), ClusterSettings(name="large", pue=1.1))
    asking = {"settings": Settings(clusters=clusters)}
    frame = plimsoll.small_and_central(store, **asking)
    assert frame.select("size_class", "clusters", "gpus", "pue").rows() == [
        ("small", 1, 4, 1.8),
        ("central", 1, 64, 1.1),
    ]
    assert frame["utilisation_available"].to_list() == pytest.approx([0.25, 0.25])
    assert frame["wait_p50_s"].to_list() == pytest.approx([3600, 5 * 3600], rel=0.013)
    assert plimsoll.small_and_central(store, by="cluster", period="day", **asking).select(
        "period_start", "size_class", "cluster", "gpus"
    ).rows() == [
        (begin.date(), "small", "tiny", 4),
        (begin.date(), "central", "large", 64),
    ]
    survey = tmp_path / "survey.csv"
    survey.write_text(
        "name,institution,gpus,year_from,year_to,pue,source\nHydra,u,6,2025,,1.5,mail\n"
        "Argo,u,2,2024,,2.3,mail\nLerna,u,9,2020,2025,3,mail\nNemea,u,9,2026,,3,mail\n",
        encoding="utf-8",
    )
    settings = asking["settings"].model_copy(update={"surveys": (survey,)})
    surveyed = plimsoll.small_and_central(store, settings=settings).to_dicts()[2]
    assert (surveyed["size_class"], surveyed["clusters"], surveyed["gpus"]) == ("surveyed", 2, 8)
    assert surveyed["pue"] == pytest.approx((6 * 1.5 + 2 * 2.3) / 8)
    assert surveyed["utilisation_available"] is surveyed["wait_p50_s"] is None
    only = plimsoll.small_and_central(store, where={"cluster": "large"}, **asking)
    assert only["size_class"].to_list() == ["central"]
    with pytest.raises(InputError, match="cannot be split or filtered by partition"):
        plimsoll.small_and_central(store, by="partition", **asking)
