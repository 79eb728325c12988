"""`plimsoll demo`: from nothing to findings, and again at once."""

import pytest

SCALE = ("--scale", "0.01")


@pytest.fixture
def demo(plimsoll):
    done = plimsoll("demo", "--no-serve", *SCALE)
    assert done.code == 0, done.err
    return done


def test_the_three_findings_are_printed_and_labelled(demo):
    for title in (
        "How far grants fell short of requests, by round",
        "Inference nodes beside the training nodes",
        "Public research GPUs by country on 1 November 2026",
        "What is quoted about capacity, checked against the registry",
    ):
        assert title in demo.out
    assert "34,816" in demo.out
    assert "SYNTHETIC DATA" in demo.err


def test_a_second_run_takes_the_estate_as_it_stands(plimsoll, demo):
    again = plimsoll("demo", "--no-serve", *SCALE)
    assert again.code == 0
    assert again.out == demo.out
    assert "as it was" in again.err
    assert "rows read" not in again.err


@pytest.mark.usefixtures("demo")
def test_another_scale_is_made_anew(plimsoll):
    other = plimsoll("demo", "--no-serve", "--scale", "0.012")
    assert other.code == 0, other.err
    assert "rows read" in other.err


def test_a_killed_demo_goes_on(plimsoll, demo, tmp_path):
    marker = tmp_path / "plimsoll-demo" / "made-as.txt"
    marker.write_text(marker.read_text().removeprefix("done: "))
    again = plimsoll("demo", "--no-serve", *SCALE)
    assert again.code == 0, again.err
    assert again.out == demo.out


def test_a_folder_of_other_things_is_left_alone(plimsoll, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.tex").write_text("x")
    done = plimsoll("demo", "--no-serve", "--folder", folder)
    assert done.code == 2
    assert [path.name for path in folder.iterdir()] == ["thesis.tex"]
