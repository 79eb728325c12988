"""`show capacity` straight after installation, against the machine lists that are expected."""

import csv

import pytest

DAYS = ["2023-06-30", "2026-11-01"]

# Known faults of the collection that were mended with a source (the record's `corrections`).
MENDED = {("2026-11-01", "co-xai-colossus-p1", "counted"): ("yes", "no")}


@pytest.mark.parametrize("day", DAYS)
def test_equals_the_expected_list_line_by_line(plimsoll, shared, day):
    done = plimsoll("show", "capacity", "--on", day, "--format", "csv")
    assert done.code == 0, done.err
    ours = {row["id"]: row for row in csv.DictReader(done.out.splitlines())}
    with (shared / "registry" / f"expected-{day}.csv").open(newline="") as file:
        expected = {row["id"]: row for row in csv.DictReader(file)}
    assert set(ours) == set(expected)
    for machine, row in expected.items():
        for column in ("gpus", "counted", "country", "sector", "tier"):
            change = MENDED.get((day, machine, column), (row[column], row[column]))
            assert (row[column], ours[machine][column]) == change, (machine, column)


@pytest.mark.parametrize(
    ("day", "country", "total"),
    [
        ("2023-06-30", "GB", 1930),
        ("2026-11-01", "GB", 9211),
        ("2023-06-30", "DE", 5888),
        ("2026-11-01", "DE", 31544),
        ("2023-06-30", "US", 94900),
        ("2026-11-01", "US", 184444),
    ],
)
def test_public_totals(plimsoll, day, country, total):
    done = plimsoll(
        "show", "capacity", "--on", day, "--where", f"country={country}", "--format", "csv"
    )
    rows = csv.DictReader(done.out.splitlines())
    public = [row for row in rows if row["counted"] == "yes" and row["sector"] != "commercial"]
    assert sum(int(row["gpus"]) for row in public if row["gpus"]) == total


def test_the_report_of_2023(plimsoll):
    rows = csv.DictReader(
        plimsoll("show", "capacity", "--on", "2023-06-30", "--format", "csv").out.splitlines()
    )
    gpus = {row["id"]: row["gpus"] for row in rows}
    assert int(gpus["us-summit"]) + int(gpus["us-perlmutter"]) == 34816
    assert int(gpus["uk-csd3-wilkes3-2021"]) == 320
    assert int(gpus["de-juwels-booster"]) == 3744


def test_needs_no_store(plimsoll, tmp_path):
    assert plimsoll("show", "capacity").code == 0
    assert not (tmp_path / "plimsoll-data").exists()
