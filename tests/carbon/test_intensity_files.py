"""Files of carbon intensities: every shape is read, every line accounted for, bad values refused."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats.intensity_base import told
from ingest.intensity import ingest_intensity
from ingest.intensity_gate import judge
from model.errors import InputError
from model.schemas import INTENSITY
from store import Store, open_store

NATIONAL = "datetime,forecast,actual,index\n"
HALF = "2024-01-15T00:00Z"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "store", create=True)


@pytest.fixture
def carbon(shared: Path) -> Path:
    return shared / "data" / "awards_telemetry_carbon" / "carbon"


def written(folder: Path, text: str, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def rows(store: Store) -> list[dict[str, Any]]:
    return store.scan(INTENSITY).collect().sort("source", "region", "begin").to_dicts()


def values(store: Store) -> list[tuple[Any, ...]]:
    return [(row["region"], row["forecast"], row["actual"], row["flags"]) for row in rows(store)]


@pytest.mark.parametrize(
    ("name", "read", "accepted", "kept"),
    [
        ("ci_api_carbon_intensity_response.json", 4, 4, 4),
        ("ci_intensity_docs.json", 1, 1, 1),
        ("ci_api_regional_intensity_fw24h_period_keyed.json", 18, 18, 18),
        ("ci_api_regional_intensity_fw24h_region_keyed.json", 3, 3, 3),
        ("ci_regional_intensity_range_postcode_BS7.json", 5, 5, 5),
        ("ci_regional_postcode_EC1V.json", 1, 1, 1),
        ("ci_empty_no_forecast.json", 0, 0, 0),
        ("ci_empty_regional.json", 0, 0, 0),
        ("neso_national_ci_forecast_excerpt.csv", 17, 15, 15),
        ("neso_regional_ci_forecast_excerpt.csv", 7, 5, 70),
        ("neso_historic_generation_mix.csv", 5, 5, 5),
        ("electricitymaps_hourly_header.csv", 0, 0, 0),
        ("ember_yearly_2026-07_header.csv", 0, 0, 0),
        ("ember_long_pre_2026-07_header.csv", 0, 0, 0),
    ],
)
def test_captured_files_are_read_and_accounted_for(store, carbon, name, read, accepted, kept):
    report = ingest_intensity(store, [carbon / name])
    assert (report.rows_read, report.rows_accepted) == (read, accepted)
    assert report.rows_quarantined == read - accepted
    assert len(rows(store)) == kept
    [entered] = store.catalogue.files()
    assert (entered.kind, entered.cluster, entered.rows_read) == ("intensity", None, read)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("ci_error_500.json", "error of the API"),
        ("ci_factors.json", "no half-hours"),
        ("desnz_flat_header_CONSTRUCTED.csv", "no factor of electricity"),
    ],
)
def test_what_holds_no_intensity_is_refused_in_one_line(store, carbon, name, what):
    with pytest.raises(InputError, match=what) as refused:
        ingest_intensity(store, [carbon / name])
    assert refused.value.where is not None
    assert refused.value.where.endswith(name)
    assert rows(store) == []


def test_the_name_of_a_region_counts_before_its_number(store, carbon):
    ingest_intensity(store, [carbon / "ci_regional_postcode_EC1V.json"])
    assert values(store) == [("GB-13", 107.0, None, "")]


def test_a_regional_answer_has_all_eighteen_and_zeros_stand(store, carbon):
    ingest_intensity(store, [carbon / "ci_api_regional_intensity_fw24h_period_keyed.json"])
    found = {row["region"]: row["forecast"] for row in rows(store)}
    assert set(found) == {"GB", *(f"GB-{number}" for number in range(1, 18))}
    assert found["GB-1"] == 0.0
    assert all(row["actual"] is None for row in rows(store))


def test_the_known_bad_values_of_the_operator_are_refused_and_flagged(store, carbon):
    report = ingest_intensity(store, [carbon / "neso_national_ci_forecast_excerpt.csv"])
    assert report.reasons == {"no_value": 2}
    flagged = {row["begin"].strftime("%Y-%m-%d %H:%M"): row for row in rows(store) if row["flags"]}
    assert flagged["2018-12-14 23:30"]["forecast"] is None
    assert flagged["2018-12-14 23:30"]["actual"] == 171.0
    assert flagged["2018-12-14 23:30"]["flags"] == "forecast_refused"
    assert flagged["2023-06-07 09:30"]["actual"] is None
    assert flagged["2023-06-07 09:30"]["forecast"] == 185.0
    assert flagged["2023-06-07 09:30"]["flags"] == "actual_zero"
    assert len(flagged) == 5


def test_small_negatives_of_regions_are_taken_for_zero_and_flagged(store, carbon):
    report = ingest_intensity(store, [carbon / "neso_regional_ci_forecast_excerpt.csv"])
    assert report.reasons == {"no_value": 2}
    clipped = [row for row in rows(store) if row["flags"]]
    assert len(clipped) == 4
    assert {row["forecast"] for row in clipped} == {0.0}
    assert {row["flags"] for row in clipped} == {"forecast_clipped"}
    wales = [row for row in rows(store) if row["region"] == "GB-6"]
    assert wales[0]["forecast"] == 157.0


@pytest.mark.parametrize(
    ("region", "forecast", "kept"),
    [
        ("GB", 0.0, None), ("GB", 0.001, 0.001), ("GB", 999.9, 999.9), ("GB", 1000.0, None),
        ("GB", -1.0, None), ("GB-8", 0.0, 0.0), ("GB-8", -50.0, 0.0), ("GB-8", -50.1, None),
        ("GB-8", 1000.0, None), ("GB-8", float("nan"), None), ("GB-8", float("inf"), None),
    ],
)  # fmt: skip
def test_the_bounds_of_the_gate(region, forecast, kept):
    row = {"line": 1, "source": "neso", "region": region, "begin": datetime(2024, 1, 1, tzinfo=UTC),
           "end": datetime(2024, 1, 1, 0, 30, tzinfo=UTC), "forecast": forecast}  # fmt: skip
    found = judge(told([row]))
    assert (found.accepted, len(found.rejects)) == ((1, 0) if kept is not None else (0, 1))
    assert found.frame["forecast"].to_list() == ([kept] if kept is not None else [])


def test_a_later_file_completes_and_revises_and_takes_nothing_away(store, tmp_path):
    line = "2024-01-15T00:00:00,{},{},low\n"
    early = written(tmp_path, NATIONAL + line.format("245.0", ""), "early.csv")
    late = written(tmp_path, NATIONAL + line.format("250.0", "239.0"), "late.csv")
    bare = written(tmp_path, NATIONAL + line.format("", "240.0"), "bare.csv")
    ingest_intensity(store, [early])
    assert values(store) == [("GB", 245.0, None, "")]
    ingest_intensity(store, [late])
    assert values(store) == [("GB", 250.0, 239.0, "")]
    ingest_intensity(store, [bare])
    assert values(store) == [("GB", 250.0, 240.0, "")]
    assert ingest_intensity(store, [bare]).files[0].unchanged == 1


def test_the_later_of_two_lines_of_a_file_stands(store, tmp_path):
    line = "2024-01-15T00:00:00,{},,low\n"
    report = ingest_intensity(
        store, [written(tmp_path, NATIONAL + line.format(1) + line.format(2))]
    )
    assert (report.rows_read, report.rows_accepted) == (2, 2)
    assert values(store) == [("GB", 2.0, None, "")]


def test_the_portal_and_the_api_are_one_source(store, tmp_path):
    api = {
        "data": [
            {
                "from": HALF,
                "to": "2024-01-15T00:30Z",
                "intensity": {"forecast": 245, "actual": None},
            }
        ]
    }
    ingest_intensity(store, [written(tmp_path, json.dumps(api), "api.json")])
    ingest_intensity(store, [written(tmp_path, NATIONAL + "2024-01-15T00:00:00,,239.0,\n")])
    assert values(store) == [("GB", 245.0, 239.0, "")]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"from": HALF, "to": "2024-01-15T00:30Z"}, "no_intensity"),
        ({"from": "yesterday", "to": HALF, "intensity": {"forecast": 1}}, "bad_time"),
        (
            {"from": "2024-01-15T00:00", "to": "2024-01-15T00:30", "intensity": {"forecast": 1}},
            "bad_time",
        ),
        ({"from": HALF, "to": "2024-01-15T01:00Z", "intensity": {"forecast": 1}}, "bad_interval"),
        ({"from": HALF, "to": "2024-01-15T00:30Z", "intensity": {"forecast": None}}, "no_value"),
        ({"from": HALF, "to": "2024-01-15T00:30Z", "intensity": {"forecast": True}}, "no_value"),
        (
            {"from": HALF, "to": "2024-01-15T00:30Z", "intensity": {"forecast": 2856}},
            "out_of_range",
        ),
    ],
)
def test_a_record_that_says_nothing_is_set_aside_with_its_reason(store, tmp_path, record, reason):
    good = {"from": "2024-01-15T01:00Z", "to": "2024-01-15T01:30Z", "intensity": {"forecast": 100}}
    path = written(tmp_path, json.dumps({"data": [record, good]}), "api.json")
    report = ingest_intensity(store, [path])
    assert (report.rows_read, report.rows_accepted, report.reasons) == (2, 1, {reason: 1})


def test_a_region_that_the_api_does_not_have_is_set_aside(store, tmp_path):
    half = {"from": HALF, "to": "2024-01-15T00:30Z", "intensity": {"forecast": 100}}
    answer = {"data": [{"regionid": 99, "shortname": "Atlantis", "data": [half]}]}
    report = ingest_intensity(store, [written(tmp_path, json.dumps(answer), "api.json")])
    assert report.reasons == {"unknown_region": 1}


def test_times_of_the_portal_that_are_no_half_hours_are_set_aside(store, tmp_path):
    text = NATIONAL + "2024-01-15T00:07:00,1,1,low\nsoon,1,1,low\n2024-01-15 00:30:00,5,6,low\n\n"
    report = ingest_intensity(store, [written(tmp_path, text)])
    assert (report.rows_read, report.rows_accepted, report.reasons) == (3, 1, {"bad_time": 2})
    assert [row["begin"].hour for row in rows(store)] == [0]


MAPS = (
    "Datetime (UTC),Country,Zone {n},Zone {i},Carbon intensity gCO₂eq/kWh (direct),"
    "Carbon intensity gCO₂eq/kWh ({life}),Data source,Data {e}\n"
)


@pytest.mark.parametrize(
    "header",
    [MAPS.format(n="name", i="id", life="Life cycle", e="estimated"),
     MAPS.format(n="Name", i="Id", life="LCA", e="Estimated"),
     MAPS.format(n="name", i="id", life="Life cycle", e="estimated").replace("₂", "\u2082")],
)  # fmt: skip
def test_electricity_maps_by_the_hour(store, tmp_path, header):
    lines = [
        "2024-01-01 00:00:00,Ireland,Northern Ireland,GB-NIR,200.5,250.5,x,false",
        "2024-01-01 01:00:00,Ireland,Northern Ireland,GB-NIR,210.5,260.5,x,true",
        "2024-01-01 00:00:00,South Africa,South Africa,ZA,700,750,x,false",
        "2024-01-01 00:05:00,Ireland,Northern Ireland,GB-NIR,1,1,x,false",
    ]
    report = ingest_intensity(store, [written(tmp_path, header + "\n".join(lines) + "\n")])
    assert (report.rows_read, report.rows_accepted, report.rows_steps) == (4, 2, 1)
    assert report.reasons == {"bad_time": 1}
    direct = [row for row in rows(store) if row["source"] == "electricity-maps-direct"]
    assert [(row["forecast"], row["actual"], row["flags"]) for row in direct] == [
        (None, 200.5, ""),
        (210.5, None, "estimated"),
    ]
    assert {(row["end"] - row["begin"]).total_seconds() for row in rows(store)} == {3600.0}
    life = [row["actual"] for row in rows(store) if row["source"] == "electricity-maps-life-cycle"]
    assert life == [250.5, None]


def test_electricity_maps_by_the_month(store, tmp_path):
    header = MAPS.format(n="name", i="id", life="Life cycle", e="estimated")
    lines = [f"2024-0{month}-01 00:00:00,Germany,Germany,DE,300,350,x,false" for month in (1, 2, 3)]
    ingest_intensity(store, [written(tmp_path, header + "\n".join(lines))])
    lengths = [(row["end"] - row["begin"]).days for row in rows(store)][:3]
    assert lengths == [31, 29, 31]


EMBER_WIDE = (
    "Area,ISO 3 code,Year,Area type,Electricity source,Is aggregated source,Generation (TWh),"
    "Emissions intensity (gCO2e/kWh)\n"
)
EMBER_LONG = "Area,ISO 3 code,Year,Area type,Category,Subcategory,Variable,Unit,Value\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("form", ["wide", "long"])
def test_both_forms_of_ember_give_the_same_factors(store, tmp_path, form, end):
    wide = [
        "United Kingdom,GBR,2025,Country or economy,Total generation,True,280,201.5",
        "United Kingdom,GBR,2025,Country or economy,Gas,False,80,490",
        "World,,2025,Region,Total generation,True,30000,470",
        "South Africa,ZAF,2025,Country or economy,Total generation,True,220,700",
        "Germany,DEU,2025,Country or economy,Total generation,True,500,",
    ]
    long = [
        "United Kingdom,GBR,2025,Country,Power sector emissions,CO2 intensity,CO2 intensity,gCO2/kWh,201.5",
        "United Kingdom,GBR,2025,Country,Electricity generation,Fuel,Gas,TWh,80",
        "World,,2025,Region,Power sector emissions,CO2 intensity,CO2 intensity,gCO2/kWh,470",
        "South Africa,ZAF,2025,Country,Power sector emissions,CO2 intensity,CO2 intensity,gCO2/kWh,700",
        "Germany,DEU,2025,Country,Power sector emissions,CO2 intensity,CO2 intensity,gCO2/kWh,",
    ]
    lines, header = (wide, EMBER_WIDE) if form == "wide" else (long, EMBER_LONG)
    path = tmp_path / "ember.csv"
    path.write_bytes((header + "\n".join(lines) + "\n").replace("\n", end).encode())
    report = ingest_intensity(store, [path])
    assert (report.rows_read, report.rows_accepted, report.rows_steps) == (5, 1, 3)
    assert report.reasons == {"no_value": 1}
    [row] = rows(store)
    assert (row["source"], row["region"], row["actual"]) == ("ember", "GB", 201.5)
    assert (row["begin"].year, row["end"].year) == (2025, 2026)


def test_embers_monthly_file_is_told_apart(store, tmp_path):
    text = EMBER_WIDE.replace("Year", "Date") + "UK,GBR,2025-01-01,C,Total generation,True,1,200\n"
    with pytest.raises(InputError, match="monthly"):
        ingest_intensity(store, [written(tmp_path, text)])


DESNZ = [
    "ID",
    "Scope",
    "Level 1",
    "Level 2",
    "Level 3",
    "Level 4",
    "Column Text",
    "UOM",
    "GHG/Unit",
]
FACTORS = [
    ["1", "Scope 2", "UK electricity", "Electricity generated", "Electricity: UK", "", "", "kWh", "kg CO2e", "0.177"],
    ["2", "Scope 2", "UK electricity", "Electricity generated", "Electricity: UK", "", "", "kWh", "kg CO2e of CO2 per unit", "0.175"],
    ["3", "Scope 3", "Transmission and distribution", "T&D- UK electricity", "Electricity: UK", "", "", "kWh", "kg CO2e", "0.01853"],
    ["4", "Scope 1", "Fuels", "Gaseous fuels", "Natural gas", "", "", "kWh", "kg CO2e", "0.18"],
]  # fmt: skip


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_the_governments_factors_are_a_series_of_their_own(store, tmp_path, form):
    header = [*DESNZ, "GHG Conversion Factor 2025"]
    above = [["UK Government GHG Conversion Factors"], ["Version 1"], ["", ""], ["x"], ["y"]]
    table = [*above, header, *FACTORS]
    path = tmp_path / f"flat.{form}"
    if form == "csv":
        path.write_text("\n".join(",".join(row) for row in table) + "\n", encoding="utf-8")
    else:
        with xlsxwriter.Workbook(str(path)) as book:
            book.add_worksheet("Introduction").write_row(0, 0, ["ID", "of something else"])
            sheet = book.add_worksheet("Factors by Category")
            for number, row in enumerate(table):
                sheet.write_row(number, 0, row)
    report = ingest_intensity(store, [path])
    assert (report.rows_read, report.rows_accepted, report.rows_steps) == (4, 2, 2)
    found = [
        (row["source"], row["region"], row["actual"], row["begin"].year) for row in rows(store)
    ]
    assert found == [
        ("desnz", "GB", pytest.approx(177.0), 2025),
        ("desnz-losses", "GB", pytest.approx(18.53), 2025),
    ]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"a,b\n1,2\n", "no column of a known file"),
        (b'{"data": [', "JSON cannot be read"),
        (b"[1, 2]", "no answer of the Carbon Intensity API"),
        (b"PK\x03\x04 damaged", "workbook cannot be read"),
        (b"\x00\x01\x02", "neither JSON nor CSV"),
        (b"datetime,datetime\n1,2\n", "two columns"),
        (b"datetime,wind\n2024-01-15T00:00:00,2\n", "no carbon intensities in columns"),
        (b"datetime,forecast,actual\n2024-01-15T00:00:00,1,2,3,4\n", "CSV cannot be read"),
    ],
)
def test_a_file_that_is_none_is_refused_in_one_line(store, tmp_path, data, what):
    path = tmp_path / "file"
    path.write_bytes(data)
    with pytest.raises(InputError, match=what) as refused:
        ingest_intensity(store, [path])
    assert refused.value.where == str(path)
    assert "\n" not in str(refused.value)


def test_one_bad_file_leaves_the_store_as_it_was(store, tmp_path):
    good = written(tmp_path, NATIONAL + "2024-01-15T00:00:00,1,2,low\n", "good.csv")
    with pytest.raises(InputError):
        ingest_intensity(store, [good, written(tmp_path, "a,b\n", "bad.csv")])
    assert rows(store) == []
    assert store.catalogue.files() == []


cells = st.sampled_from(["", "0", "0.0", "185", "-3", "2856", "x", "nan", "1e9"])


@given(st.lists(st.tuples(st.integers(0, 40), cells, cells), max_size=30))
def test_every_line_is_accepted_or_set_aside_and_only_believable_values_stay(lines):
    from ingest.formats.intensity_formats import read_intensity

    text = "".join(
        f"2024-01-15T{n // 2 % 24:02}:{n % 2 * 30:02}:00,{forecast},{actual},low\n"
        for n, forecast, actual in lines
    )
    _, read = read_intensity((NATIONAL + text).encode())
    judged = judge(read.frame)
    assert judged.accepted + len(judged.rejects) + len(read.rejects) == len(lines)
    for name in ("forecast", "actual"):
        kept = judged.frame[name].drop_nulls()
        assert ((kept > 0) & (kept < 1000)).all()
    assert judged.frame.select(pl.struct(INTENSITY.key)).is_unique().all()
