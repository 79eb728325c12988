"""TOP500 and Green500 lists in every shape that they come in: cards from accelerator cores."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
import xlsxwriter

from ingest.machine_lists.top500 import read_top500
from model.errors import InputError
from model.listings import Listed
from model.registry import load_gpus

GPUS = load_gpus()

HEADER = (
    "Rank", "First Appearance", "Name", "Computer", "Site", "Country", "Year", "Segment",
    "Accelerator/Co-Processor Cores", "Rmax [TFlop/s]", "Rpeak [TFlop/s]", "Power (kW)",
    "Accelerator/Co-Processor", "System ID",
)  # fmt: skip
SYSTEMS: Sequence[tuple[object, ...]] = (
    (1, 59, "Frontier", "HPE Cray EX235a, MI250X", "ORNL", "United States", 2021, "Research", 8451520, 1353000, 2055716.99, 24607.5, "AMD Instinct MI250X", 180047),
    (2, 65, "Isambard-AI phase 2", "HPE Cray EX254n, GH200", "University of Bristol", "United Kingdom", 2025, "Academic", 665280, 216500, 278576.93, None, "NVIDIA GH200 Superchip", 180388),
    (3, 58, "ARCHER2", "Cray XE, AMD EPYC", "EPSRC", "United Kingdom", 2021, "Research", None, 19539, 25804, None, "None", 180036),
    (4, 59, "Pegasus", "NEC LX", "Tsukuba", "Japan", 2022, "Academic", 19800, 3000.5, 8133.65, 120.25, "NVIDIA H100 PCIe 80GB", 180170),
    (5, 60, "Eagle", "Microsoft NDv5", "Azure", "United States", 2023, "Industry", 1900800, 561200, 846835.2, None, "NVIDIA H100", 180236),
    (6, 54, "Tianhe-2A", "TH-IVB", "NUDT", "China", 2018, "Research", 4554752, 61444.5, 100678.66, 18482, "Matrix-2000", 177999),
)  # fmt: skip


def cell(value: object, *, continental: bool = False) -> str:
    if value is None:
        return ""
    if not continental or not isinstance(value, int | float) or value < 3000:
        return str(value)
    text = f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"
    return text.replace(",", "\u00a0").replace(".", ",")


def text_list(delimiter: str, *, continental: bool = False) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(HEADER)
    writer.writerows([cell(value, continental=continental) for value in row] for row in SYSTEMS)
    return out.getvalue()


def as_xlsx(path: Path, *, above: int = 0) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for line in range(above):
            sheet.write(line, 0, "TOP500 List")
        for line, row in enumerate((HEADER, *SYSTEMS), start=above):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(line, column, value)
    return path


def as_csv(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def read(path: Path) -> dict[str, Listed]:
    return {row.name: row for row in read_top500(path, GPUS).rows}


@pytest.mark.parametrize("form", ["xlsx", "titled xlsx", "tsv", "csv", "wild csv", "utf-16"])
def test_every_shape_gives_the_same(tmp_path: Path, form: str):
    path = {
        "xlsx": lambda: as_xlsx(tmp_path / "TOP500_202506.xlsx"),
        "titled xlsx": lambda: as_xlsx(tmp_path / "TOP500_202506.xlsx", above=2),
        "tsv": lambda: as_csv(tmp_path / "top500-2025-06.tsv", text_list("\t")),
        "csv": lambda: as_csv(tmp_path / "top500_202506.csv", text_list(",")),
        "wild csv": lambda: as_csv(
            tmp_path / "top500_202506.csv", text_list(";", continental=True), "utf-8-sig"
        ),
        "utf-16": lambda: as_csv(tmp_path / "top500_202506.csv", text_list("\t"), "utf-16"),
    }[form]()
    rows = read(path)
    assert {name: row.gpus for name, row in rows.items()} == {
        "Frontier": 38416,
        "Isambard-AI phase 2": 5040,
        "ARCHER2": None,
        "Pegasus": None,
        "Eagle": 14400,
        "Tianhe-2A": None,
    }
    frontier = rows["Frontier"]
    assert [(part.gpu, part.count) for part in frontier.cards] == [("mi250x", 38416)]
    assert (frontier.rmax_pflops, frontier.rpeak_pflops) == (1353.0, pytest.approx(2055.71699))
    assert frontier.power is not None
    assert frontier.power.mw == pytest.approx(24.6075)
    assert (frontier.country, frontier.in_service, frontier.sector) == ("US", "2021", "academic")
    assert frontier.source.grade == "B-top500"
    assert frontier.source.date == "2025-06"
    assert frontier.source.title == "TOP500 list of 2025-06, system 180047"
    assert frontier.source.says == "8,451,520 cores / 220 = 38,416 cards."
    assert rows["Isambard-AI phase 2"].power is None
    assert rows["Eagle"].sector == "commercial"


def test_what_is_left_out_says_why(tmp_path: Path):
    rows = read(as_xlsx(tmp_path / "TOP500_202506.xlsx"))
    reasons = {name: row.set_aside.reason for name, row in rows.items() if row.set_aside}
    assert reasons == {
        "ARCHER2": "no accelerator",
        "Pegasus": "19,800 cores are no whole number of cards (173.68)",
        "Tianhe-2A": "no GPU of the catalogue: Matrix-2000",
    }
    assert rows["Pegasus"].flag == "non-integer"
    assert rows["Pegasus"].details["derived_devices"] == 173.684


def test_the_header_drifts_between_lists(tmp_path: Path):
    """2011 to 2016: no units in the headings, GFlop/s in the cells; Green500: ranks of its own."""
    old = tmp_path / "TOP500_201611.tsv"
    old.write_text(
        "Rank\tSite\tCountry\tSystem\tAccelerator/Co-Processor\tAccelerator Cores\tRMax\tR_peak\tYEAR\n"
        "8\tCSCS\tSwitzerland\tPiz Daint\tNVIDIA Tesla P100\t319424\t9779000\t15987968\t2016\n"
    )
    (row,) = read_top500(old, GPUS).rows
    assert (row.gpus, row.rmax_pflops, row.rpeak_pflops) == (5704, 9.779, 15.987968)
    assert row.source.title == "TOP500 list of 2016-11"
    assert row.keys == frozenset()
    green = tmp_path / "green500_top_202506.csv"
    green.write_text(
        "Rank,TOP500 Rank,Name,Site,Country,Total Cores,Accelerator/Co-Processor Cores,"
        "Accelerator/Co-Processor,Rmax [PFlop/s],Power [kW],Energy Efficiency [GFlops/Watts]\n"
        "1,259,JEDI,FZJ,Germany,19584,12672,NVIDIA GH200 Superchip,4.5,67.31,72.733\n"
    )
    (row,) = read_top500(green, GPUS).rows
    assert (row.gpus, row.rmax_pflops) == (96, 4.5)


def test_the_date_of_a_list_without_one_is_that_of_its_newest_entries(tmp_path: Path):
    listing = read_top500(as_csv(tmp_path / "list.csv", text_list(",")), GPUS)
    assert listing.rows[0].source.date == "2025-06"
    assert "taken to be that of 2025-06" in listing.assumptions[0]
    told = read_top500(tmp_path / "list.csv", GPUS, date="2024-11")
    assert (told.rows[0].source.date, told.assumptions) == ("2024-11", ())


def test_an_h100_that_is_not_said_to_be_a_pcie_card_counts_132(tmp_path: Path):
    path = tmp_path / "list_202506.csv"
    cores = {"both": 132 * 19 * 2, "pcie only": 114 * 5, "neither": 100}
    lines = [f"{name},Germany,NVIDIA H100,{count}" for name, count in cores.items()]
    path.write_text("\n".join(["Name,Country,Accelerator,Accelerator Cores", *lines]) + "\n")
    units = {row.name: row.details["units_per_device"] for row in read_top500(path, GPUS).rows}
    assert units == {"both": 132, "pcie only": 114, "neither": 132}


def test_a_mixture_has_no_cards_by_kind(tmp_path: Path):
    path = tmp_path / "list_202506.csv"
    path.write_text("Name,Country,Accelerator,Accelerator Cores\nMix,Italy,NVIDIA H100/H200,1320\n")
    (row,) = read_top500(path, GPUS).rows
    assert (row.gpus, row.cards, row.gpu_model) == (10, (), "NVIDIA H100/H200")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"%PDF-1.7", "neither CSV nor XLSX"),
        (b"PK\x03\x04 torn", "cannot be read"),
        (b"a,b\n1,2\n", "no column 'Accelerator/Co-Processor'"),
        (b"Rank,Name,Country\n1,x,Italy\n", "'Accelerator/Co-Processor Cores'"),
    ],
)
def test_what_is_no_list(tmp_path: Path, content: bytes, said: str):
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_top500(path, GPUS)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_devices_of_the_real_list_of_june_2025(shared: Path, tmp_path: Path):
    """All 225 accelerated systems: the same units, devices and flags as were derived by hand."""
    with (shared / "registry/upstream/top500_202506_derived_gpu_counts.csv").open() as file:
        derived = list(csv.DictReader(file))
    path = tmp_path / "top500_202506.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Rank", "Name", "Country", "Accelerator/Co-Processor",
                         "Accelerator/Co-Processor Cores", "Rpeak [TFlop/s]", "System ID"])  # fmt: skip
        for row in derived:
            rpeak = float(row["rpeak_tf_per_device"]) * float(row["derived_devices"])
            writer.writerow([row["rank"], row["name"], row["country"], row["accelerator"],
                             row["accelerator_cores"], rpeak, row["system_id"]])  # fmt: skip
    rows = read_top500(path, GPUS).rows
    assert len(rows) == len(derived) == 225
    for ours, theirs in zip(rows, derived, strict=True):
        assert ours.details["units_per_device"] == int(theirs["units_per_device"]), theirs
        assert ours.details["derived_devices"] == pytest.approx(
            float(theirs["derived_devices"]), abs=1e-3
        )
        assert (ours.flag or "") == theirs["flag"], theirs
        assert (ours.gpus is not None) == (theirs["integer"] == "True")
        assert ours.country, theirs


def test_the_real_samples_of_four_lists(shared: Path):
    upstream = shared / "registry" / "upstream"
    with (upstream / "top500_202506_derived_gpu_counts.csv").open() as file:
        derived = {row["system_id"]: float(row["derived_devices"]) for row in csv.DictReader(file)}
    june = read_top500(upstream / "top500_202506_sample.csv", GPUS).rows
    compared = [row for row in june if row.details["system_id"] in derived]
    assert len(compared) == 20
    for row in compared:
        assert row.gpus == derived[str(row.details["system_id"])], row.name
    assert {row.set_aside.reason for row in june if row.set_aside} == {"no accelerator"}
    counts = {
        month: {row.name: row.gpus for row in read_top500(upstream / name, GPUS).rows if row.gpus}
        for month, name in (
            ("2020-11", "top500_202011_sample_from_xlsx.csv"),
            ("2023-11", "top500_202311_sample_from_xlsx.csv"),
            ("2024-11", "top500_202411_sample_from_xlsx.csv"),
        )
    }
    assert counts["2020-11"]["Summit"] == 27648
    assert counts["2023-11"]["Wilkes-3"] == 192
    assert counts["2023-11"]["Eos NVIDIA DGX SuperPOD"] == 3328
    assert counts["2024-11"]["Baskerville"] == 208
    assert {name: len(rows) for name, rows in counts.items()} == {
        "2020-11": 7,
        "2023-11": 15,
        "2024-11": 17,
    }
