"""From a job log and a snapshot of the grid to `plimsoll show carbon`, as a user calls them."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import plimsoll
from model.errors import InputError
from model.settings import load_settings
from plimsoll.cli.root import cli

NIGHT = datetime(2026, 5, 1, tzinfo=UTC)
COLUMNS = "JobIDRaw|User|Account|Partition|Submit|Eligible|Start|End|State|AllocTRES|NodeList|NNodes|AllocCPUS\n"
SETTINGS = """\
timezone: UTC
clusters:
  - {name: mid, grid_region: West Midlands, pue: 1.25}
  - {name: north, grid_region: Northern Ireland, pue: 1.25}
"""


def log(account: str) -> str:
    hours = "2026-05-01T00:00:00|2026-05-01T00:00:00|2026-05-01T00:15:00|2026-05-01T01:15:00"
    tres = "billing=8,cpu=8,gres/gpu:a100-sxm-80=2,gres/gpu=2,node=1"
    return COLUMNS + f"1|u|{account}|gpu|{hours}|COMPLETED|{tres}|n1|1|8\n"


def snapshot() -> str:
    halves = [
        {
            "from": f"{NIGHT + timedelta(minutes=30 * n):%Y-%m-%dT%H:%MZ}",
            "to": f"{NIGHT + timedelta(minutes=30 * (n + 1)):%Y-%m-%dT%H:%MZ}",
            "intensity": {"forecast": value, "index": "low"},
        }
        for n, value in enumerate([100, 200])
    ]
    return json.dumps({"data": {"regionid": 8, "shortname": "West Midlands", "data": halves}})


class Site:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "plimsoll.yaml"
        self.config.write_text(SETTINGS)
        self.store = folder / "store"
        for cluster in ("mid", "north"):
            self.ingest(
                "jobs",
                log(f"of-{cluster}"),
                "--cluster",
                cluster,
                "--window",
                "2026-05-01/2026-05-02",
            )

    def run(self, *arguments: str) -> Result:
        before = ("--config", str(self.config), "--store", str(self.store))
        return CliRunner().invoke(cli, [*before, *arguments])

    def ingest(self, kind: str, text: str, *options: str) -> None:
        path = self.folder / f"{kind}-{len(list(self.folder.iterdir()))}"
        path.write_text(text)
        got = self.run("ingest", kind, str(path), *options)
        assert got.exit_code == 0, got.output + repr(got.exception)

    def show(self, *options: str) -> tuple[list[dict[str, str]], str]:
        got = self.run("show", "carbon", *options, "--format", "csv")
        assert got.exit_code == 0, got.output + repr(got.exception)
        return list(csv.DictReader(io.StringIO(got.stdout))), got.stderr


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


KWH = (800 + 8 * 12) / 1000 * 1.25


def test_before_a_snapshot_the_years_factor_counts(site):
    lines, notes = site.show("--by", "cluster")
    assert [line["cluster"] for line in lines] == ["mid", "north"]
    for line in lines:
        assert float(line["energy_kwh"]) == pytest.approx(KWH)
        assert float(line["carbon_operational_kg"]) == pytest.approx(KWH * 0.21089)
        assert line["intensity_basis"] == "yearly 100 %"
        assert line["g_per_effective_gpu_hour"] == ""
        assert line["idle_energy_kwh"] == ""
    assert "GB ember 2024 (for 2026)" in notes
    assert "north: the operator of Great Britain's grid has no figures" in notes
    assert "Assumed: a power usage effectiveness" not in notes


def test_with_a_snapshot_each_half_hour_counts_where_it_is_known(site):
    site.ingest("intensity", snapshot())
    lines, notes = site.show("--by", "cluster")
    mid, north = lines
    grams = 0.25 * 100 + 0.5 * 200 + 0.25 * 210.89
    assert float(mid["intensity_g_per_kwh"]) == pytest.approx(grams)
    assert float(mid["carbon_operational_kg"]) == pytest.approx(KWH * grams / 1000)
    assert float(mid["g_per_gpu_hour"]) == pytest.approx(KWH * grams / 2)
    assert mid["intensity_basis"] == "forecast 75 %, yearly 25 %"
    assert north["intensity_basis"] == "yearly 100 %"
    assert "Half-hourly and yearly intensities differ" in notes
    assert "intensity@1" in notes


def test_the_settings_choose_the_governments_factors(site):
    site.config.write_text(SETTINGS + "carbon: {yearly_factors: desnz}\n")
    [line], notes = site.show("--where", "cluster=north")
    assert float(line["intensity_g_per_kwh"]) == pytest.approx(177.0)
    assert "GB desnz 2025 (for 2026)" in notes
    assert "scope 2" in notes


def test_without_settings_grid_and_facility_are_assumed_and_said_to_be(site):
    site.config.write_text("clusters:\n  - {name: mid, timezone: Europe/London}\n")
    lines, notes = site.show("--by", "cluster")
    mid, north = lines
    assert float(mid["energy_kwh"]) == pytest.approx(KWH / 1.25 * 1.56)
    assert float(mid["carbon_operational_kg"]) > 0
    assert north["carbon_operational_kg"] == ""
    assert "Assumed: a power usage effectiveness of 1.56 for mid, north" in notes
    assert "The grid of north is not known" in notes
    assert "Assumed: the grid of mid is that of the country of the time zone" in notes


def test_every_dimension_of_usage_splits_carbon(site):
    for by in (
        "account",
        "user",
        "partition",
        "gpu_model",
        "gpus_band",
        "tier",
        "node_role",
        "job_state",
    ):
        lines, _ = site.show("--by", by, "--period", "day")
        assert sum(float(line["energy_kwh"]) for line in lines) == pytest.approx(2 * KWH)


def test_the_api_gives_the_same_frame_and_reads_snapshots(site, tmp_path):
    path = tmp_path / "snapshot.json"
    path.write_text(snapshot())
    with plimsoll.open_store(site.store) as store:
        report = plimsoll.load_intensity(store, path)
        assert report.rows_accepted == 2
        frame = plimsoll.carbon(store, by="cluster", settings=load_settings(site.config))
    lines, _ = site.show("--by", "cluster")
    assert [float(line["energy_kwh"]) for line in lines] == frame["energy_kwh"].to_list()
    assert frame["intensity_basis"].to_list() == ["forecast 75 %, yearly 25 %", "yearly 100 %"]


def test_a_store_of_before_the_table_opens_and_shows(site):
    assert not (site.store / "intensity").exists()
    got = site.run("store", "info", "--json")
    assert {table["table"]: table["rows"] for table in json.loads(got.output)}["intensity"] == 0
    assert site.run("store", "compact").exit_code == 0
    assert site.show()[0][0]["energy_kwh"] != ""


def test_a_dimension_that_jobs_lack_is_refused(site):
    got = site.run("show", "carbon", "--by", "node")
    assert isinstance(got.exception, InputError)


def test_lines_of_clusters_say_what_their_energy_was_multiplied_by(site: Site) -> None:
    site.config.write_text(SETTINGS.replace("Northern Ireland, pue: 1.25", "Northern Ireland"))
    rows, _ = site.show("--by", "cluster")
    told = {row["cluster"]: (float(row["pue"]), row["pue_basis"]) for row in rows}
    assert told == {"mid": (1.25, "stated"), "north": (1.56, "assumed")}
    (whole,), _ = site.show()
    assert "pue" not in whole
