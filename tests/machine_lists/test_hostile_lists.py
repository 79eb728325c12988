"""Lists that nobody meant well with: one clear line, or rows that are accounted for. No crash."""

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytics.listed_machines import judge, judged_frame
from analytics.listed_proposals import proposals
from ingest.machine_lists import epoch, top500
from model.errors import InputError
from model.listings import Listed, Listing
from model.machine_yaml import machines_yaml
from model.machines import MachineFile, MachineSource
from model.registry import check_files, load_registry
from model.yaml_source import read_model

REGISTRY = load_registry()
READERS = {"epoch": epoch.read_epoch, "top500": top500.read_top500}
NAMES = {"epoch": epoch.NAMES, "top500": top500.NAMES}
REAL = ["NVIDIA A100", "NVIDIA H100 SXM5 80GB", "AMD Instinct MI250X", "Germany", "Existing", "True",
        "2024-05-01", "100", "1e400", "-5", "nan", "1 584", "12,5", "2024-13-45", "1e5"]  # fmt: skip
CELLS = st.one_of(st.sampled_from(REAL), st.text(max_size=12), st.integers().map(str), st.just(""))


def accounted(listing: Listing, folder: Path) -> None:
    """Every row has a verdict and a reason, and what is proposed reads back and is accepted."""
    judged = judge(listing.rows, REGISTRY)
    frame = judged_frame(judged)
    assert frame.height == len(listing.rows)
    assert frame["reason"].str.len_chars().min() or frame.is_empty()
    proposed = proposals(judged, REGISTRY)
    path = folder / "proposals.yaml"
    path.write_text(machines_yaml(proposed, attribution=["x"], comments=[]), encoding="utf-8")
    assert list(read_model(path, MachineFile).machines) == proposed


@pytest.mark.parametrize("kind", READERS)
@given(data=st.data())
@settings(max_examples=60)
def test_any_cells_under_the_right_header(kind: str, data: st.DataObject):
    header = [headings[0] for headings in NAMES[kind].values()]
    rows = data.draw(st.lists(st.lists(CELLS, min_size=0, max_size=len(header) + 2), max_size=4))
    text = io.StringIO()
    csv.writer(text, delimiter=data.draw(st.sampled_from(",;\t"))).writerows([header, *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list_202506.csv"
        path.write_text(text.getvalue(), encoding="utf-8", newline="")
        try:
            listing = READERS[kind](path, REGISTRY.gpus)
        except InputError as refused:
            assert "\n" not in str(refused)  # noqa: PT017
        else:
            accounted(listing, Path(folder))


@pytest.mark.parametrize("kind", READERS)
@given(content=st.binary(max_size=300))
@settings(max_examples=60)
def test_any_bytes(kind: str, content: bytes):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        path.write_bytes(content)
        with pytest.raises(InputError):
            READERS[kind](path, REGISTRY.gpus)


@example(name="0\x85")
@example(name="two\nlines and\u2028three")
@given(name=st.text(min_size=1, max_size=20).filter(str.strip))
@settings(max_examples=150)
def test_any_name_is_written_so_that_it_reads_back(name: str):
    source = MachineSource(covers=("gpus",), title=name, date="2026", grade="C-epoch")
    row = Listed(row=1, name=name, keys=frozenset(), source=source, country="GB", gpus=1)
    proposed = proposals(judge([row], REGISTRY), REGISTRY)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "one.yaml"
        path.write_text(machines_yaml(proposed, attribution=[name], comments=[]), encoding="utf-8")
        assert list(read_model(path, MachineFile).machines) == proposed


@pytest.mark.parametrize(
    "name", ["1e5", "0x1F", "12:30:00", "~", "no", "2024-05-01", "- a", "#", "a: b"]
)
def test_names_that_yaml_would_take_for_something_else(tmp_path: Path, name: str):
    source = MachineSource(covers=("gpus",), title=name, date="2026", grade="C-epoch")
    row = Listed(row=1, name=name, keys=frozenset(), source=source, country="GB", gpus=1)
    path = tmp_path / "one.yaml"
    proposed = proposals(judge([row], REGISTRY), REGISTRY)
    path.write_text(machines_yaml(proposed, attribution=[name], comments=[]), encoding="utf-8")
    assert check_files([path]) == 1
    assert [each.name for each in read_model(path, MachineFile).machines] == [name]
