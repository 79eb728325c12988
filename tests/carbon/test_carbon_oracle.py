"""`carbon` against plain Python that walks through every second of every job."""

import math
from collections import defaultdict
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from carbon_rows import KNOWN, at, facts, intensities, job, node, nodes, sites
from hypothesis import event, given, settings
from hypothesis import strategies as st

from analytics.calendar import calendar
from analytics.carbon import CARBON_COLUMNS, carbon

# A new year, so that the yearly factor changes, and a clock change in neither zone.
YEAR = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
REGIONS = {"one": "GB-8", "two": "GB", "three": "GB-NIR", "four": "GB-8"}
INVENTORY = nodes(
    node(), node("n2"), node(cluster="two"), node(cluster="three"), node(cluster="four")
)
CARDS = {"a100-sxm-80": 400.0, "t4": 70.0, "h200-sxm": 700.0}
CPU_MW = round((12 + 8 * 0.3725) * 1000)
PUE_MILLI = 1230

moments = st.builds(
    lambda half, off: YEAR + half * 1800 + off, st.integers(-6, 6), st.integers(-20, 20)
)


@st.composite
def jobs(draw: st.DrawFn) -> dict[str, Any]:
    start = draw(moments)
    length = draw(st.integers(0, 400) | st.integers(1000, 6000))
    gpus = draw(st.integers(0, 4))
    card = draw(st.sampled_from(sorted(CARDS)))
    whole = draw(st.booleans())
    return job(
        0, start, start + length,
        cluster=draw(st.sampled_from(sorted(REGIONS))),
        account=draw(st.sampled_from(["a", "b", None])),
        gpus=gpus,
        gpu_types=f"{card}:{gpus}" if gpus else "",
        cpus=32 if whole else draw(st.integers(1, 31)),
        energy_j=draw(st.none() | st.integers(0, 20_000_000)),
    )  # fmt: skip


half_hours = st.lists(
    st.tuples(
        st.sampled_from(["GB-8", "GB", "GB-1"]),
        st.integers(-8, 8),
        st.none() | st.integers(0, 400).map(float),
        st.none() | st.integers(1, 400).map(float),
    ),
    unique_by=lambda row: row[:2],
    min_size=4,
    max_size=24,
)


def power_mw(row: dict[str, Any]) -> tuple[int, str]:
    held = row["held_until"] - row["start"]
    card_w = CARDS[row["gpu_types"].split(":")[0]] if row["gpus"] else 0.0
    bound_w = (4 * 400 + 1000 + 32 * 12 + 256 * 0.3725) * 1.2
    energy = row["energy_j"]
    if energy and row["cpus"] >= 32 and energy <= held * bound_w:
        mw, quality = (energy * 1000 + held // 2) // held, "measured"
    else:
        mw, quality = round(card_w * 1000 * row["gpus"]) + row["cpus"] * CPU_MW, "tdp"
    return (mw * PUE_MILLI + 500) // 1000, quality


class Reckoning:
    def __init__(self, told: list[tuple[Any, ...]]) -> None:
        self.told = {(region, YEAR + half * 1800): (f, a) for region, half, f, a in told}
        self.sums: dict[Any, dict[str, int]] = defaultdict(lambda: defaultdict(int))

    def intensity(self, region: str, second: int) -> tuple[int, str]:
        forecast, actual = self.told.get((region, second // 1800 * 1800), (None, None))
        if actual is not None:
            return round(actual * 1000), "actual"
        if forecast is not None:
            return round(forecast * 1000), "forecast"
        factor = KNOWN.yearly("GB", datetime.fromtimestamp(second, UTC).year, "ember")
        assert factor is not None
        return round(factor.g_per_kwh * 1000), "yearly"

    def run(self, row: dict[str, Any], within: range, key: Any) -> None:
        mw, quality = power_mw(row) if row["held_until"] > row["start"] else (0, "tdp")
        for second in range(max(row["start"], within.start), min(row["held_until"], within.stop)):
            mg, basis = self.intensity(REGIONS[row["cluster"]], second)
            sums = self.sums[key(second, row)]
            sums["mj"] += mw
            sums[quality] += mw
            sums[basis] += mw
            sums["mg"] += mw * mg
            sums["gpu_s"] += row["gpus"]
            if row["gpus"]:
                sums["gpu_mg"] += mw * mg


def begins(period: str, second: int) -> date:
    day = datetime.fromtimestamp(second, ZoneInfo("Europe/London")).date()
    return day.replace(month=1, day=1) if period == "year" else day


@settings(max_examples=60)
@given(
    rows=st.lists(jobs(), min_size=2, max_size=7),
    told=half_hours,
    begin=st.integers(YEAR - 12_000, YEAR),
    length=st.integers(1, 20_000) | st.integers(9_000, 20_000),
    period=st.sampled_from(["total", "day", "year"]),
    by=st.sampled_from([(), ("cluster",), ("account",), ("cluster", "account")]),
)
def test_every_second_counts_once(rows, told, begin, length, period, by):
    rows = [row | {"job_id": number} for number, row in enumerate(rows)]
    within = range(begin, begin + length)
    days = calendar(at(begin), at(begin + length), period=period, timezone="Europe/London")
    snapshot = intensities(*((r, YEAR + half * 1800, f, a) for r, half, f, a in told))
    place = sites(days, inventory=INVENTORY, rows=snapshot, regions=REGIONS, pue=PUE_MILLI / 1000)
    frame = carbon(facts(rows), place, calendar=days, by=by).frame

    reckoning = Reckoning(told)
    for row in rows:
        reckoning.run(
            row, within,
            lambda second, of: (
                None if period == "total" else begins(period, second), *(of[name] for name in by)
            ),
        )  # fmt: skip
    seen = set()
    for line in frame.iter_rows(named=True):
        key = (line.get("period_start"), *(line[name] for name in by))
        seen.add(key)
        sums = reckoning.sums[key]
        kwh, kg = sums["mj"] / 3.6e9, sums["mg"] / 3.6e9 / 1e6
        assert line["energy_kwh"] == pytest.approx(kwh, rel=1e-12)
        assert line["carbon_operational_kg"] == pytest.approx(kg, rel=1e-12)
        assert line["gpu_hours"] == pytest.approx(sums["gpu_s"] / 3600, rel=1e-12)
        for quality in ("measured", "modelled", "tdp"):
            assert_share(line[f"energy_{quality}_share"], sums[quality], sums["mj"])
        for basis in ("actual", "forecast", "yearly"):
            assert_share(line[f"intensity_{basis}_share"], sums[basis], sums["mj"])
        if sums["gpu_s"]:
            grams = sums["gpu_mg"] / 3.6e9 / 1000 / (sums["gpu_s"] / 3600)
            assert line["g_per_gpu_hour"] == pytest.approx(grams, rel=1e-12)
        else:
            assert line["g_per_gpu_hour"] is None
    event(f"energy: {any(sums['mj'] for sums in reckoning.sums.values())}")
    missed = {key for key, sums in reckoning.sums.items() if sums["mj"] and key not in seen}
    assert missed == set()


def assert_share(share: float | None, part: int, whole: int) -> None:
    if whole == 0:
        assert share is None
    else:
        assert share == pytest.approx(part / whole, abs=1e-12)


@settings(max_examples=25)
@given(rows=st.lists(jobs(), max_size=8), told=half_hours, order=st.randoms(use_true_random=False))
def test_sums_are_the_same_over_any_periods_and_groups_and_in_any_order(rows, told, order):
    rows = [row | {"job_id": number} for number, row in enumerate(rows)]
    begin, end = at(YEAR - 20_000), at(YEAR + 40_000)
    snapshot = intensities(*((r, YEAR + half * 1800, f, a) for r, half, f, a in told))
    added = ("energy_kwh", "carbon_operational_kg", "carbon_embodied_kg", "gpu_hours")

    def sums(some: list[dict[str, Any]], period: str, by: tuple[str, ...]) -> list[float]:
        days = calendar(begin, end, period=period, timezone="UTC")  # type: ignore[arg-type]
        place = sites(days, inventory=INVENTORY, rows=snapshot, regions=REGIONS)
        frame = carbon(facts(some), place, calendar=days, by=by).frame
        return [math.fsum(frame[name]) for name in added]

    total = sums(rows, "total", ())
    shuffled = list(rows)
    order.shuffle(shuffled)
    assert sums(shuffled, "total", ()) == total
    for period, by in (("day", ()), ("total", ("cluster", "account")), ("day", ("account",))):
        assert sums(rows, period, by) == pytest.approx(total, rel=1e-12)


def test_a_half_hour_in_the_middle_is_reckoned_by_hand():
    days = calendar(at(YEAR), at(YEAR + 7200), period="total", timezone="UTC")
    rows = intensities(("GB-8", YEAR, 100.0, None), ("GB-8", YEAR + 1800, 200.0, None))
    place = sites(days, rows=rows)
    one = job(1, YEAR + 900, YEAR + 2700, cpus=0, gpus=1)
    frame = carbon(facts([one]), place, calendar=days).frame
    [line] = frame.to_dicts()
    assert line["energy_kwh"] == 0.2
    assert line["carbon_operational_kg"] == pytest.approx(0.1 * 0.1 + 0.1 * 0.2)
    assert line["intensity_g_per_kwh"] == pytest.approx(150)
    assert line["intensity_basis"] == "forecast 100 %"
    assert line["energy_quality"] == "TDP 100 %"
    assert line["g_per_gpu_hour"] == pytest.approx(60)


def test_an_actual_figure_stands_before_a_forecast_and_a_zero_forecast_is_a_figure():
    days = calendar(at(YEAR), at(YEAR + 3600), period="total", timezone="UTC")
    rows = intensities(("GB-8", YEAR, 300.0, 100.0), ("GB-8", YEAR + 1800, 0.0, None))
    one = job(1, YEAR, YEAR + 3600, cpus=0)
    [line] = carbon(facts([one]), sites(days, rows=rows), calendar=days).frame.to_dicts()
    assert line["intensity_g_per_kwh"] == pytest.approx(50)
    assert line["intensity_basis"] == "actual 50 %, forecast 50 %"


def test_the_estate_of_the_methods_page():
    """3.1 MW x 8,760 h = 27,156,000 kWh: 815 / 3,259 / 6,789 t at 30 / 120 / 250 g/kWh."""
    year = int(datetime(2023, 1, 1, tzinfo=UTC).timestamp())
    hours = 8760
    days = calendar(at(year), at(year + hours * 3600), period="total", timezone="UTC")
    watts = 3_100_000
    cpus = 10
    whole = job(1, year, year + hours * 3600, gpus=0, gpu_types="", cpus=cpus, nodes=1)
    inventory = nodes(node(cpus=cpus, memory_mb=0, gpus=100_000, gpu_types="a100-sxm-80:100000"))
    for grams, tonnes in ((30, 815), (120, 3259), (250, 6789)):
        halves = (("GB-8", year + half * 1800, float(grams), None) for half in range(hours * 2))
        place = sites(days, inventory=inventory, rows=intensities(*halves))
        measured = whole | {"energy_j": watts * hours * 3600}
        [line] = carbon(facts([measured]), place, calendar=days).frame.to_dicts()
        assert line["energy_kwh"] == 27_156_000
        assert line["energy_quality"] == "measured 100 %"
        assert round(line["carbon_operational_kg"] / 1000) == tonnes


def test_a_nation_of_machines_for_ten_years_does_not_overflow():
    begin = int(datetime(2015, 1, 1, tzinfo=UTC).timestamp())
    days = calendar(at(begin), at(begin + 10 * 365 * 86_400), period="total", timezone="UTC")
    place = sites(days, regions={"one": "DE"})
    rows = [
        job(n, begin, days.end_s, gpus=1_000_000, gpu_types="a100-sxm-80:1000000")
        for n in range(30)
    ]
    [line] = carbon(facts(rows), place, calendar=days).frame.to_dicts()
    assert line["energy_kwh"] == pytest.approx(30 * 1e6 * 0.4 * 87_600, rel=1e-4)
    assert 340 < line["intensity_g_per_kwh"] < 510


def test_what_is_unknown_empties_its_own_cells_alone():
    days = calendar(at(YEAR), at(YEAR + 2 * 86_400), period="day", timezone="UTC")
    rows = [
        job(1, YEAR, YEAR + 3600),
        job(2, YEAR + 86_400, YEAR + 90_000, gpu_types="quantum:1"),
        job(3, YEAR + 86_400, YEAR + 90_000, account="b"),
    ]
    table = carbon(facts(rows), sites(days), calendar=days, by=("account",))
    known = table.frame.select("account", "energy_kwh", "carbon_operational_kg").rows()
    assert [(account, kwh is None, kg is None) for account, kwh, kg in known] == [
        ("a", False, False), ("b", False, False), ("a", True, True), ("b", False, False),
    ]  # fmt: skip
    assert table.unknown_job_hours == 1.0
    assert table.frame["gpu_hours"].to_list() == [1, 0, 1, 1]


def test_without_a_region_energy_is_known_and_carbon_is_not():
    days = calendar(at(YEAR), at(YEAR + 3600), period="total", timezone="UTC")
    place = sites(days, regions={"one": "nowhere"})
    [line] = carbon(facts([job(1, YEAR, YEAR + 3600)]), place, calendar=days).frame.to_dicts()
    assert line["energy_kwh"] > 0
    assert line["carbon_operational_kg"] is None
    assert line["g_per_gpu_hour"] is None
    assert line["intensity_basis"] == "unknown 100 %"


def test_two_sources_are_heard_in_their_order_and_ingested_factors_before_our_own():
    days = calendar(at(YEAR), at(YEAR + 3 * 1800), period="total", timezone="UTC")
    first = intensities(("GB-8", YEAR, 100.0, None))
    second = intensities(
        ("GB-8", YEAR, None, 1.0), ("GB-8", YEAR + 1800, None, 20.0), source="maps"
    )
    factor = intensities(("GB", YEAR, None, 300.0), source="ember").with_columns(
        end=pl.lit(at(YEAR + 366 * 86_400))
    )
    rows = pl.concat([first, second, factor.cast(dict(first.schema))])
    place = sites(days, rows=rows, sources=("neso", "maps"))
    one = job(1, YEAR, YEAR + 3 * 1800, cpus=0)
    [line] = carbon(facts([one]), place, calendar=days).frame.to_dicts()
    assert line["intensity_g_per_kwh"] == pytest.approx((100 + 20 + 300) / 3)
    assert line["intensity_basis"] == "actual 33 %, forecast 33 %, yearly 33 %"


def test_an_empty_log_has_a_line_of_zeros():
    days = calendar(at(YEAR), at(YEAR + 3600), period="total", timezone="UTC")
    frame = carbon(facts([]), sites(days), calendar=days).frame
    assert frame.columns == list(CARBON_COLUMNS)
    [line] = frame.to_dicts()
    assert (line["energy_kwh"], line["carbon_operational_kg"]) == (0, 0)
    assert line["energy_quality"] is None
    assert line["g_per_gpu_hour"] is None


def test_a_job_of_two_models_is_split_by_its_gpus():
    days = calendar(at(YEAR), at(YEAR + 3600), period="total", timezone="UTC")
    one = job(1, YEAR, YEAR + 3600, cpus=8, gpus=4, gpu_types="a100-sxm-80:1,t4:3")
    parts = facts([one, one]).with_row_index().with_columns(
        gpus=pl.when(pl.col("index") == 0).then(1).otherwise(3).cast(pl.Int64),
        gpu_types=pl.when(pl.col("index") == 0).then(pl.lit("a100-sxm-80:1")).otherwise(pl.lit("t4:3")),
        gpu_model=pl.when(pl.col("index") == 0).then(pl.lit("a100")).otherwise(pl.lit("t4")),
    )  # fmt: skip
    split = carbon(parts, sites(days), calendar=days, by=("gpu_model",)).frame
    whole = carbon(facts([one]), sites(days), calendar=days).frame
    assert split["energy_kwh"].sum() == pytest.approx(whole["energy_kwh"][0], abs=1e-6)
    assert split["energy_kwh"].to_list() == pytest.approx(
        [(400 + 2 * 12) / 1000, (210 + 6 * 12) / 1000], abs=1e-6
    )
