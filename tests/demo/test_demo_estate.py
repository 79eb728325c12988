"""The synthetic estate, read back from its text alone."""

import csv
import gzip
import re
import statistics
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from model.registry import load_gpus
from model.settings import load_settings
from plimsoll.demo.estate import clusters
from plimsoll.demo.generate import Estate, generate_estate
from plimsoll.demo.sacct_columns import FIELDS

SCALE = 0.02
LONDON = ZoneInfo("Europe/London")
UNTOUCHED = {"synthetic-north": "sn-inf03"}
WINDOW_END = int(datetime(2026, 11, 1, tzinfo=UTC).timestamp())


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Estate:
    return generate_estate(tmp_path_factory.mktemp("estate"), scale=SCALE)


def read_log(path: Path) -> tuple[list[dict[str, str]], list[str]]:
    """Rows with the right number of columns, as dictionaries, and the lines that have not."""
    data = path.read_bytes()
    lines = (gzip.decompress(data) if path.suffix == ".gz" else data).decode().splitlines()
    delimiter = "\x1f" if "\x1f" in lines[0] else "|"
    header = lines[0].split(delimiter)
    cells = [line.split(delimiter) for line in lines[1:]]
    good = [dict(zip(header, row, strict=True)) for row in cells if len(row) == len(header)]
    return good, [
        line for line, row in zip(lines[1:], cells, strict=True) if len(row) != len(header)
    ]


def allocations(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [row for row in rows if "." not in row["JobID"]]


def epoch(text: str) -> int:
    """Epoch seconds of a printed time. Of the hour that October has twice, the first."""
    if text.isdigit():
        return int(text)
    return int(datetime.fromisoformat(text).replace(tzinfo=LONDON).timestamp())


def expand(hostlist: str) -> list[str]:
    head, bracket, inside = hostlist.partition("[")
    if not bracket:
        return [hostlist]
    names = []
    for part in inside.rstrip("]").split(","):
        first, _, last = part.partition("-")
        numbers = range(int(first), int(last or first) + 1)
        names += [f"{head}{number:0{len(first)}d}" for number in numbers]
    return names


def tres(text: str) -> dict[str, str]:
    return dict(part.rsplit("=", 1) for part in text.split(",") if part)


def node_capacities(estate: Estate, cluster: str) -> dict[str, tuple[int, int]]:
    """GPUs and CPUs of each node, from the inventories."""
    found = {}
    for file in estate.of_kind("nodes"):
        if file.cluster == cluster:
            for block in file.path.read_text().split("\n\n"):
                gpus = re.search(r"Gres=gpu:\w+:(\d+)", block)
                name, cpus = re.search(r"NodeName=(\S+)", block), re.search(r"CPUTot=(\d+)", block)
                assert name
                assert cpus
                found[name[1]] = (int(gpus[1]) if gpus else 0, int(cpus[1]))
    return found


def holdings(rows: list[dict[str, str]]) -> dict[str, list[tuple[int, int, int]]]:
    """For each node, the changes (moment, GPUs, CPUs) of what is allocated on it."""
    changes: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for row in allocations(rows):
        if row["NodeList"] == "None assigned":
            continue
        held = tres(row["AllocTRES"])
        nodes = expand(row["NodeList"])
        assert len(nodes) == int(held["node"]) == int(row["AllocNodes"])
        gpus, cpus = int(held.get("gres/gpu", 0)) // len(nodes), int(held["cpu"]) // len(nodes)
        start = epoch(row["Start"])
        for node in nodes:
            changes[node].append((start, gpus, cpus))
            changes[node].append((start + int(row["ElapsedRaw"]), -gpus, -cpus))
    return changes


@pytest.mark.parametrize("cluster", [c.name for c in clusters()])
def test_no_node_ever_holds_more_than_it_has(estate: Estate, cluster: str):
    log = next(file for file in estate.of_kind("jobs") if file.cluster == cluster)
    # Naive local times say the hour before October's clocks go back twice: leave it out.
    rows = [r for r in read_log(log.path)[0] if "2026-10-25T01" not in r["Start"]]
    capacities = node_capacities(estate, cluster)
    changes = holdings(rows)
    assert changes
    for node, events in changes.items():
        most = capacities[node]
        gpus = cpus = 0
        for _, more_gpus, more_cpus in sorted(events, key=lambda event: (event[0], event[1:])):
            gpus, cpus = gpus + more_gpus, cpus + more_cpus
            assert 0 <= gpus <= most[0], node
            assert 0 <= cpus <= most[1], node
        assert (gpus, cpus) == (0, 0)


@pytest.mark.parametrize("cluster", [c.name for c in clusters()])
def test_every_row_has_the_columns_of_its_header_but_for_the_planted_flaws(
    estate: Estate, cluster: str
):
    log = next(file for file in estate.of_kind("jobs") if file.cluster == cluster)
    rows, broken = read_log(log.path)
    assert tuple(rows[0]) == FIELDS
    assert {row["Cluster"] for row in rows} == {cluster}
    piped = [line for line in broken if "|grid|fold2|" in line]
    assert len(piped) == (4 if cluster == "synthetic-north" else 0)
    assert len(broken) - len(piped) == (3 if cluster == "synthetic-north" else 0)


def test_times_and_keys_are_consistent(estate: Estate):
    for log in estate.of_kind("jobs"):
        rows = allocations(read_log(log.path)[0])
        keys = [(row["JobIDRaw"], row["Submit"]) for row in rows]
        assert len(keys) == len(set(keys))
        if log.cluster == "synthetic-south":
            for row in rows:
                ran = row["NodeList"] != "None assigned"
                end = int(row["End"]) if row["End"].isdigit() else WINDOW_END
                assert int(row["Submit"]) <= int(row["Eligible"]) <= end
                assert not ran or int(row["Eligible"]) <= int(row["Start"])
                assert int(row["ElapsedRaw"]) == (end - int(row["Start"]) if ran else 0)


def test_all_that_happens_to_jobs_happens_here(estate: Estate):
    rows = [r for log in estate.of_kind("jobs") for r in allocations(read_log(log.path)[0])]
    states = {row["State"].split()[0] for row in rows}
    assert states >= {
        "COMPLETED", "FAILED", "OUT_OF_MEMORY", "CANCELLED", "TIMEOUT", "PREEMPTED", "REQUEUED",
        "RUNNING", "PENDING",
    }  # fmt: skip
    never = [row for row in rows if row["NodeList"] == "None assigned"]
    assert {row["State"].split()[0] for row in never} == {"CANCELLED", "PENDING"}
    assert any(re.fullmatch(r"\d+_\d+", row["JobID"]) for row in rows)
    assert any(re.fullmatch(r"\d+_\[[\d,-]+\]", row["JobID"]) for row in never)
    assert any(row["JobName"].startswith("vllm") for row in rows)
    requeued = [row["JobIDRaw"] for row in rows if row["State"] == "REQUEUED"]
    assert any([r["JobIDRaw"] for r in rows].count(job) > 1 for job in requeued)


def test_waits_come_from_contention_and_training_nodes_are_busy(estate: Estate):
    rows, _ = read_log(
        next(f for f in estate.of_kind("jobs") if f.cluster == "synthetic-south").path
    )
    train = [r for r in allocations(rows) if r["Partition"] == "train" and r["Start"].isdigit()]
    waits = [int(row["Start"]) - int(row["Submit"]) for row in train]
    assert statistics.median(waits) > 600
    held = sum(int(r["ElapsedRaw"]) * int(tres(r["AllocTRES"])["gres/gpu"]) for r in train)
    pool = next(c for c in estate.clusters if c.name == "synthetic-south").pools[0]
    installed = pool.slots * 86_400 * (pool.nodes * 365 + pool.joining * (365 - pool.joining_day))
    assert 0.75 < held / installed < 0.95


def test_steps_accompany_the_jobs_that_started_on_one_cluster(estate: Estate):
    for log in estate.of_kind("jobs"):
        rows, _ = read_log(log.path)
        steps = [row["JobID"] for row in rows if "." in row["JobID"]]
        started = sum(row["NodeList"] != "None assigned" for row in allocations(rows))
        assert len(steps) == (2 * started if log.cluster == "synthetic-south" else 0)


def test_one_inference_node_never_ran_anything(estate: Estate):
    for cluster, node in UNTOUCHED.items():
        rows, _ = read_log(next(f for f in estate.of_kind("jobs") if f.cluster == cluster).path)
        assert node in node_capacities(estate, cluster)
        assert node not in holdings(rows)


def test_the_second_round_was_cut_by_about_four_fifths_nearly_uniformly(estate: Estate):
    with (estate.folder / "awards.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["round"].startswith("Spring 2026")]
    assert len(rows) == 45
    assert sorted(row["status"] for row in rows if row["status"] != "decided") == [
        "undecided",
        "withdrawn",
    ]
    decided = [row for row in rows if row["status"] == "decided"]
    cuts = [1 - float(row["granted"]) / float(row["requested"]) for row in decided]
    median = statistics.median(cut for cut in cuts if cut < 1)
    assert median == pytest.approx(0.80, abs=0.005)
    assert sum(abs(cut - median) <= 0.02 for cut in cuts) >= 36
    assert all("ynthetic" in row["title"] and "ynthetic" in row["institution"] for row in rows)


def test_the_accounts_of_awards_occur_in_the_logs(estate: Estate):
    seen = {
        f"{log.cluster}:{row['Account']}"
        for log in estate.of_kind("jobs")
        for row in read_log(log.path)[0]
    }
    with (estate.folder / "awards.csv").open() as file:
        accounts = [row["accounts"] for row in csv.DictReader(file) if row["accounts"]]
    assert len(accounts) == len(set(accounts)) > 60
    assert len(set(accounts) - seen) <= 2  # at this scale the barely used one may be unused


def test_equal_seeds_give_equal_bytes_and_others_do_not(tmp_path: Path):
    first = generate_estate(tmp_path / "a", scale=0.005, seed=1)
    again = generate_estate(tmp_path / "b", scale=0.005, seed=1)
    other = generate_estate(tmp_path / "c", scale=0.005, seed=2)
    contents = [[f.path.read_bytes() for f in e.of_kind("jobs")] for e in (first, again, other)]
    assert contents[0] == contents[1]
    assert contents[0] != contents[2]


def test_the_number_of_runs_follows_the_scale(estate: Estate, tmp_path: Path):
    half = generate_estate(tmp_path, scale=SCALE / 2)
    assert estate.runs == pytest.approx(500_000 * SCALE, rel=0.1)
    assert half.runs == pytest.approx(estate.runs / 2, rel=0.1)


def test_the_nodes_that_join_are_in_the_second_inventory_only(estate: Estate):
    first, second = (
        set(re.findall(r"NodeName=(\S+)", file.path.read_text()))
        for file in estate.of_kind("nodes")
        if file.cluster == "synthetic-south"
    )
    assert first < second


def test_settings_load_and_say_synthetic_of_every_cluster(estate: Estate):
    settings = load_settings(estate.settings)
    assert len(settings.clusters) == 8
    assert all(each.synthetic and each.name.startswith("synthetic-") for each in settings.clusters)
    roles = {each.name: each.role_patterns for each in settings.clusters if each.node_roles}
    assert roles == {"synthetic-north": (("infer", "inference"),)}


def test_every_card_is_in_the_catalogue(estate: Estate):
    cards = load_gpus()
    aliases = {each.name: each.gpu_aliases for each in load_settings(estate.settings).clusters}
    for cluster in estate.clusters:
        for pool in cluster.pools:
            known = pool.gpu_type and cards.resolve(pool.gpu_type, aliases[cluster.name])
            assert bool(known) == bool(pool.gpu_type), pool.gpu_type
