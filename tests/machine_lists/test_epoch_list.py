"""Epoch AI's data: chips, phases, duplicates, and what is no machine of GPUs."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from ingest.machine_lists.epoch import NAMES, read_epoch
from model.errors import InputError
from model.listings import Listed
from model.registry import load_gpus

GPUS = load_gpus()
HEADER = [headings[0] for headings in NAMES.values()]
PLAIN = {
    "Status": "Existing",
    "Certainty": "Confirmed",
    "Single cluster?": "Yes",
    "Chip type (primary)": "NVIDIA A100",
    "Chip quantity (primary)": "100.0",
    "Total number of AI chips": "100.0",
    "Country": "United Kingdom of Great Britain and Northern Ireland",
    "Sector": "Public",
    "First Operational Date": "2024-05-01",
    "Source 1": "https://example.org/x",
}


def read(tmp_path: Path, *rows: dict[str, str]) -> dict[str, Listed]:
    path = tmp_path / "gpu_clusters_2026-03-06.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, HEADER, restval="")
        writer.writeheader()
        writer.writerows(PLAIN | row for row in rows)
    return {row.name: row for row in read_epoch(path, GPUS).rows}


def verdicts(rows: dict[str, Listed]) -> dict[str, tuple[str, str] | None]:
    return {
        name: (row.set_aside.verdict, row.set_aside.reason) if row.set_aside else None
        for name, row in rows.items()
    }


def test_a_row_in_the_registry_s_words(tmp_path: Path):
    row = read(
        tmp_path,
        {"Name": "Ursa", "Reported Power Capacity (MW)": "1.5", "Owner": "University of Ursa"},
    )["Ursa"]
    assert (row.country, row.sector, row.kind, row.gpus) == ("GB", "academic", "machine", 100)
    assert [(part.gpu, part.count) for part in row.cards] == [("a100", 100)]
    assert row.in_service == "2024-05-01"
    assert row.power is not None
    assert (row.power.mw, row.power.basis) == (1.5, "press")
    source = row.source
    assert source.grade == "C-epoch"
    assert source.title == "Data on GPU Clusters, row 'Ursa'"
    assert (source.date, source.url) == ("2026-03-06", "https://example.org/x")
    assert source.covers == ("gpus", "components", "in_service", "power")


def test_phases_are_cumulative_and_a_planned_one_supersedes_nothing(tmp_path: Path):
    found = verdicts(
        read(
            tmp_path,
            {"Name": "A Phase 1", "Superseded by": "A Phase 2"},
            {"Name": "A Phase 2", "Builds Upon": "A Phase 1"},
            {"Name": "B Phase 1"},
            {"Name": "B Phase 2", "Builds Upon": "B Phase 1"},
            {"Name": "C Phase 1", "Superseded by": "C Phase 2"},
            {"Name": "C Phase 2", "Builds Upon": "C Phase 1", "Status": "Planned"},
            {"Name": "D Phase 1"},
            {"Name": "D Phase 2"},
            {"Name": "D Phase 10"},
        )
    )
    assert found == {
        "A Phase 1": ("superseded", "contained in A Phase 2"),
        "A Phase 2": None,
        "B Phase 1": ("superseded", "contained in B Phase 2"),
        "B Phase 2": None,
        "C Phase 1": None,
        "C Phase 2": None,
        "D Phase 1": ("superseded", "contained in D Phase 10"),
        "D Phase 2": ("superseded", "contained in D Phase 10"),
        "D Phase 10": None,
    }


@pytest.mark.parametrize(
    ("fields", "verdict", "reason"),
    [
        ({"Possible Duplicate": "True", "Possible Duplicate Of": "Other"}, "duplicate", "a possible duplicate of Other, says Epoch AI"),
        ({"Name": "Anonymized Chinese System"}, "excluded", "anonymous: cannot be told from others"),
        ({"Name": ""}, "excluded", "without a name"),
        ({"Exclude": "True"}, "excluded", "excluded by Epoch AI"),
        ({"Certainty": "Unlikely"}, "excluded", "unlikely to exist, says Epoch AI"),
        ({"Single cluster?": "No"}, "excluded", "several sites counted as one"),
        ({"Chip type (primary)": "Google TPU v4"}, "excluded", "no GPUs: Google TPU v4"),
        ({"Chip type (primary)": ""}, "excluded", "kind of chip not stated"),
        ({"Total number of AI chips": ""}, "excluded", "no count of chips"),
        ({"Country": ""}, "excluded", "country not stated"),
        ({"Country": "Atlantis"}, "excluded", "country not stated in a way that is known here: Atlantis"),
    ],
)  # fmt: skip
def test_what_is_set_aside(tmp_path: Path, fields: dict[str, str], verdict: str, reason: str):
    (found,) = verdicts(read(tmp_path, {"Name": "Ursa"} | fields)).values()
    assert found == (verdict, reason)


@pytest.mark.parametrize(
    ("fields", "gpus", "cards", "words"),
    [
        ({"Chip quantity (primary)": "30000.000000000004", "Total number of AI chips": "30000.000000000004"}, 30000, [("a100", 30000)], "NVIDIA A100"),
        ({"Chip type (secondary)": "NVIDIA H200 SXM", "Chip quantity (secondary)": "20", "Total number of AI chips": "120"}, 120, [("a100", 100), ("h200-sxm", 20)], "100 NVIDIA A100 + 20 NVIDIA H200 SXM"),
        ({"Chip type (secondary)": "NVIDIA H200 SXM", "Total number of AI chips": "120"}, 120, [], "NVIDIA A100 + NVIDIA H200 SXM, shares not stated"),
        ({"Total number of AI chips": "120"}, 120, [], "NVIDIA A100 and others"),
        ({"Chip type (primary)": "NVIDIA Tesla K20X"}, 100, [], "NVIDIA Tesla K20X"),
        ({"Total number of AI chips": "99.5"}, None, [], "NVIDIA A100 and others"),
    ],
)  # fmt: skip
def test_chips(
    tmp_path: Path,
    fields: dict[str, str],
    gpus: int | None,
    cards: list[tuple[str, int]],
    words: str,
):
    row = read(tmp_path, {"Name": "Ursa"} | fields)["Ursa"]
    assert (row.gpus, [(each.gpu, each.count) for each in row.cards]) == (gpus, cards)
    assert row.gpu_model == words


def test_superchips_of_two_are_a_doubt_that_is_told(tmp_path: Path):
    row = read(tmp_path, {"Name": "Ursa", "Chip type (primary)": "NVIDIA GB200"})["Ursa"]
    assert row.caveat == "Whether GPUs or superchips of two are counted is not stated."


def test_public_only_where_it_is_no_more_than_that(tmp_path: Path):
    rows = read(
        tmp_path,
        {"Name": "one"},
        {"Name": "two", "Sector": "Public/Private"},
        {"Name": "three", "Sector": "Private"},
        {"Name": "four", "Sector": "Private", "Owner": "Durham University"},
    )
    assert [row.sector for row in rows.values()] == [
        "government", "commercial", "commercial", "academic",
    ]  # fmt: skip
    assert rows["two"].caveat == "Epoch AI has it as public and private."


def test_a_decommissioned_machine_keeps_its_end(tmp_path: Path):
    rows = read(
        tmp_path,
        {"Name": "one", "Status": "Decommissioned", "Decommissioned Date (if applicable)": "2024-11-15"},
        {"Name": "two", "Status": "Decommissioned"},
    )  # fmt: skip
    assert [row.retired for row in rows.values()] == ["2024-11-15", "unknown"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "empty"),
        ("Name,Status\nx,Existing\n", "no column 'Certainty', 'Country'"),
        ("<html></html>", "no column"),
    ],
)
def test_what_is_no_such_list(tmp_path: Path, content: str, said: str):
    path = tmp_path / "list.csv"
    path.write_text(content)
    with pytest.raises(InputError) as caught:
        read_epoch(path, GPUS)
    assert said in str(caught.value)
    assert "epoch.ai" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_copy_without_a_date_says_so(tmp_path: Path):
    read(tmp_path, {"Name": "Ursa"})
    (tmp_path / "gpu_clusters_2026-03-06.csv").rename(tmp_path / "gpu_clusters.csv")
    listing = read_epoch(tmp_path / "gpu_clusters.csv", GPUS)
    assert "--date" in listing.assumptions[0]
    assert listing.rows[0].source.date is None
    assert listing.rows[0].source.read is not None
    dated = read_epoch(tmp_path / "gpu_clusters.csv", GPUS, date="2026-03-06")
    assert dated.rows[0].source.date == "2026-03-06"


def test_the_full_list(shared: Path):
    path = shared / "registry/upstream/epoch_gpu_clusters_2026-03-06_full.csv"
    listing = read_epoch(path, GPUS)
    assert len(listing.rows) == 786
    assert listing.attribution.endswith("CC BY 4.0, copy of 2026-03-06")
    set_aside = Counter(row.set_aside.verdict for row in listing.rows if row.set_aside)
    assert set_aside["duplicate"] == 94
    assert set_aside["superseded"] == 35
    phases = {row.name: row.set_aside for row in listing.rows if "Colossus Memphis" in row.name}
    assert phases["xAI Colossus Memphis Phase 3"] is None
    for number in (1, 2):
        aside = phases[f"xAI Colossus Memphis Phase {number}"]
        assert aside is not None
        assert aside.verdict == "superseded"
