"""Telemetry in the store: nothing twice, nothing lost, whatever way it arrives."""

import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from ingest.formats.telemetry_base import TelemetryOptions
from ingest.telemetry import ingest_telemetry
from model.errors import InputError
from model.gpu_states import CLASSES
from model.schemas import GPU_SAMPLES
from plimsoll.cli.root import cli
from store import Cluster, open_store

START = 1_795_190_400
OPTIONS = TelemetryOptions(max_gap_s=60)
SHARES = [0, 1, 4, 5, 20, 60, 95, 100, "NaN"]


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "store", create=True) as made:
        yield made


def line(second, value, *, metric="DCGM_FI_DEV_GPU_UTIL", gpu="0", node="n1"):
    return f'{metric}{{gpu="{gpu}",Hostname="{node}"}} {value} {second * 1000}\n'


def samples(seed, *, begin=START, seconds=9000, step=30):
    """The lines of a card and of another that is away at times."""
    pick = random.Random(seed)  # noqa: S311  # no secrets here
    lines = []
    for second in range(begin, begin + seconds, step):
        for gpu in ("0", "1"):
            if gpu == "1" and (second // 600) % 3 == 0:
                continue
            lines += [
                line(second, pick.choice(SHARES), gpu=gpu),
                line(second, pick.choice([10, 40_000]), metric="DCGM_FI_DEV_FB_USED", gpu=gpu),
                line(second, pick.choice([70, 700]), metric="DCGM_FI_DEV_POWER_USAGE", gpu=gpu),
            ]
    return lines


def read(store, folder, texts, options=OPTIONS, *, together=False):
    paths = []
    for number, text in enumerate(texts):
        path = folder / f"{number}-{abs(hash(text))}.prom"
        path.write_text(text)
        paths.append(path)
    calls = [paths] if together else [[path] for path in paths]
    return [ingest_telemetry(store, each, cluster="c", options=options) for each in calls]


def table(store):
    return store.scan(GPU_SAMPLES).collect().sort("node", "gpu", "hour")


def test_rows_are_accounted_for_and_seconds_sum(store, tmp_path):
    text = (
        "".join(samples(1)) + line(START, 300) + "rubbish\n" + 'up{instance="n1"} 1 1795190400000\n'
    )
    (report,) = read(store, tmp_path, [text])
    assert report.rows_quarantined == 2
    assert report.rows_steps == 1
    assert report.rows_read == len(text.splitlines())
    rows = table(store)
    classes = pl.sum_horizontal(each.column for each in CLASSES)
    assert rows.filter(classes != pl.col("observed_s")).is_empty()
    assert rows["day"].unique().to_list() == ["2026-11-20"]
    assert rows["cluster"].unique().to_list() == ["c"]


def test_reading_again_changes_nothing(store, tmp_path):
    text = "".join(samples(2))
    read(store, tmp_path, [text])
    before = table(store)
    (again,) = read(store, tmp_path, [text])
    assert again.files[0].skipped
    (longer,) = read(store, tmp_path, [text + "# a comment\n"])
    assert longer.files[0].unchanged == before.height
    assert_frame_equal(table(store), before)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 5), cuts=st.lists(st.floats(0, 1), max_size=3), mix=st.randoms())
def test_a_log_in_pieces_in_any_order_is_the_log(tmp_path_factory, seed, cuts, mix):
    lines = samples(seed)
    places = sorted({0, len(lines), *(int(cut * len(lines)) for cut in cuts)})
    pieces = ["".join(lines[a:b]) for a, b in pairwise(places)]
    overlap = "".join(lines[len(lines) // 3 : len(lines) // 2])
    mixed = [*pieces, overlap]
    mix.shuffle(mixed)
    folder = tmp_path_factory.mktemp("pieces")
    with (
        open_store(folder / "whole", create=True) as whole,
        open_store(folder / "cut", create=True) as cut,
        open_store(folder / "once", create=True) as once,
    ):
        read(whole, folder, ["".join(lines)])
        read(cut, folder, mixed)
        read(once, folder, mixed, together=True)
        assert_frame_equal(table(cut), table(whole))
        assert_frame_equal(table(once), table(whole))


def test_metrics_in_files_of_their_own_meet(store, tmp_path):
    lines = samples(3)
    apart = [
        "".join(each for each in lines if name in each)
        for name in ("GPU_UTIL", "FB_USED", "POWER_USAGE")
    ]
    read(store, tmp_path, apart, together=True)
    with open_store(tmp_path / "whole", create=True) as whole:
        read(whole, tmp_path, ["".join(lines)])
        assert_frame_equal(table(store), table(whole))


def test_a_card_told_by_uuid_and_by_index_is_one(store, tmp_path):
    both = f'DCGM_FI_DEV_GPU_UTIL{{gpu="0",UUID="GPU-x",Hostname="n1"}} 5 {START * 1000}\n'
    read(store, tmp_path, [both, line(START + 30, 7)])
    rows = table(store)
    assert rows.select("gpu", "card", "gpu_index", "samples").rows() == [("GPU-x", "GPU-x", "0", 2)]


def test_a_complete_hour_forgets_its_samples_and_is_not_undone(store, tmp_path):
    values = ("DCGM_FI_DEV_GPU_UTIL", 50), ("DCGM_FI_DEV_FB_USED", 5000)
    hour = START // 3600 * 3600
    lines = [line(hour + n * 30, value, metric=name) for n in range(125) for name, value in values]
    read(store, tmp_path, ["".join(lines)])
    assert table(store)["open_samples"].is_null().to_list() == [True, False]
    before = table(store)
    read(store, tmp_path, ["".join(lines[20:60])])
    assert_frame_equal(table(store), before)


def test_an_idle_card_in_mig_mode_is_no_data(store, tmp_path):
    text = "".join(line(START + n * 30, "NaN") for n in range(10))
    read(store, tmp_path, [text])
    row = table(store).row(0, named=True)
    assert (row["no_data_s"], row["observed_s"], row["activity_mean"]) == (330, 330, None)


def test_a_wrong_file_leaves_the_store_as_it_was(store, tmp_path):
    good, bad = "".join(samples(4)), "not telemetry\n"
    with pytest.raises(InputError, match="no telemetry"):
        read(store, tmp_path, [good, bad], together=True)
    assert table(store).is_empty()
    assert store.catalogue.files() == []
    assert [run.status for run in store.catalogue.runs()] == ["refused"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f'DCGM_FI_DEV_GPU_UTIL{{gpu="0"}} 5 {START}\n', "--node"),
        (f'DCGM_FI_DEV_GPU_UTIL{{Hostname="a"}} 5 {START}\n', "which GPU"),
        (f'node_load1{{instance="a"}} 5 {START}\n', "node_load1"),
        (f'DCGM_FI_DEV_GPU_UTIL{{gpu="0",Hostname="a"}} 500 {START}\n', "out_of_range"),
    ],
)
def test_a_file_of_which_nothing_can_be_kept_is_refused_by_reason(store, tmp_path, text, said):
    with pytest.raises(InputError, match=said):
        read(store, tmp_path, [text])


@pytest.mark.parametrize(
    "options", [{"max_gap_s": 0}, {"max_gap_s": 3601}, {"timezone": "Mars/One"}]
)
def test_options_that_cannot_be(store, tmp_path, options):
    with pytest.raises(InputError):
        read(store, tmp_path, [line(START, 5)], replace(OPTIONS, **options))


def test_local_times_are_in_the_clusters_own_zone(store, tmp_path):
    store.catalogue.save_cluster(Cluster("c", timezone="Europe/London"))
    text = (
        "timestamp, index, utilization.gpu [%], memory.used [MiB]\n"
        "2026/07/01 09:30:00, 0, 1 %, 2 MiB\n"
    )
    at_a_node = replace(OPTIONS, node="n1")
    read(store, tmp_path, [text], at_a_node)
    assert table(store)["hour"].to_list() == [datetime(2026, 7, 1, 8, tzinfo=UTC)]
    with pytest.raises(InputError, match="so far"):
        read(store, tmp_path, [text], replace(at_a_node, timezone="Europe/Paris"))


def test_telemetry_does_not_settle_the_zone_of_a_cluster(store, tmp_path):
    read(store, tmp_path, [line(START, 5)])
    assert store.catalogue.cluster("c") is None


def test_a_day_turns_between_two_hours(store, tmp_path):
    turn = int(datetime(2026, 12, 1, tzinfo=UTC).timestamp())
    read(store, tmp_path, [line(turn - 10, 50), line(turn + 20, 60)])
    assert table(store).select("day", "timeline").rows() == [
        ("2026-11-30", "-3590i10"),
        ("2026-12-01", "i80-3520"),
    ]


def test_the_command_says_what_it_read(tmp_path):
    file = tmp_path / "scrape.prom"
    file.write_text('DCGM_FI_DEV_GPU_UTIL{gpu="0"} 5\nDCGM_FI_DEV_GPU_UTIL{gpu="0"} 500\n')
    base = ["--store", str(tmp_path / "store"), "ingest"]
    wanted = ["telemetry", str(file), "--cluster", "c", "--at", "2026-11-01T09:00", "--node", "n1"]
    told = CliRunner().invoke(cli, [*base, *wanted])
    assert told.exit_code == 0
    assert (
        "c: telemetry: 2 rows read, 1 accepted, 1 quarantined (out_of_range 1), 1 new"
        in told.output
    )
    status = CliRunner().invoke(cli, [*base, "status", "--json"])
    (entry,) = json.loads(status.output)["files"]
    assert (entry["kind"], entry["format"], entry["rows_read"]) == (
        "telemetry",
        "prometheus-text",
        2,
    )
