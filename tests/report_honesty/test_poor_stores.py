"""Stores that lack something: the report comes out, and says what is missing where it is."""

import json
import re
import zipfile
from pathlib import Path

import pytest

from reports.capacity_report.selection import SECTIONS

OUTPUTS = ("--output", "r.html", "--output", "r.md", "--output", "r.zip")
ADVICE = {
    "No store yet": "plimsoll init",
    "No awards yet": "plimsoll ingest awards",
    "No node inventory yet": "plimsoll ingest nodes",
    "no cluster names its machine": "machine: uk-baskerville",
    "No inference nodes found": "node_roles:",
    "No jobs in this period": "plimsoll ingest jobs",
}
LACKING = {
    "plimsoll": {
        "findings": "No store yet",
    },
    "of_jobs": {
        "shortfall": "No awards yet",
        "utilisation": "No node inventory yet",
        "commitments": "no cluster names its machine",
    },
    "of_one_job": {"shortfall": "No awards yet", "utilisation": "No node inventory yet"},
    "of_jobs_and_nodes": {
        "shortfall": "No awards yet",
        "utilisation": "No inference nodes found",
        "commitments": "no cluster names its machine",
    },
}
STORES = pytest.mark.parametrize("name", LACKING)


def sections(text: str) -> dict[str, str]:
    """The text of each section of the Markdown report by its key."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    said = dict(zip(parts[1::2], parts[2::2], strict=True))
    found = {}
    for key, heading in SECTIONS.items():
        title = next((t for t in said if t.startswith(heading)), None)
        found[key] = said.get(title, "")
    return found


@STORES
def test_the_report_comes_out_and_says_what_is_missing_in_its_place(request, name):
    plimsoll = request.getfixturevalue(name)
    done = plimsoll("report", "capacity", *OUTPUTS, "--no-disclosure-control")
    assert done.code == 0, done.err
    told = sections(Path("r.md").read_text(encoding="utf-8"))
    page = Path("r.html").read_text(encoding="utf-8")
    for section, words in LACKING[name].items():
        assert words in told[section].replace("\\", ""), section
        assert words in page
        assert ADVICE[words] in told[section], section
    assert "| nan" not in page.lower()
    assert not re.search(r"\b(?:NaN|None|inf)\b", Path("r.md").read_text(encoding="utf-8"))
    if name in {"of_jobs", "of_one_job"}:
        assert "0.0%" not in told["utilisation"], "unknown is no zero"
    if name == "plimsoll":
        assert "GPU-hours" not in told["utilisation"]
        assert "no data of clusters: the registry alone" in told["citing"]
    with zipfile.ZipFile("r.zip") as package:
        assert package.testzip() is None
        assert json.loads(package.read("datapackage.json"))["resources"]


def test_a_single_job_is_told_as_one(of_one_job):
    done = of_one_job("report", "capacity", "--output", "r.md", "--no-disclosure-control")
    assert done.code == 0, done.err
    text = Path("r.md").read_text(encoding="utf-8")
    assert re.search(r"\b1 jobs\b", text) is None


def test_a_single_job_is_not_published(of_one_job):
    """With disclosure control on, what one person did is in no table of the package."""
    assert of_one_job("report", "capacity", "--output", "r.zip").code == 0
    with zipfile.ZipFile("r.zip") as package:
        texts = {n: package.read(n).decode() for n in package.namelist() if "waits" in n}
    assert not [name for name, text in texts.items() if "3600" in text]


def test_few_people_are_told_to_be_the_reason(of_jobs):
    assert of_jobs("report", "capacity", "--output", "r.md").code == 0
    told = sections(Path("r.md").read_text(encoding="utf-8"))
    assert "Too few people to show this" in told["waits"]


def test_a_brief_comes_out_of_nothing(plimsoll):
    done = plimsoll("report", "capacity", "--template", "brief", "--output", "brief.md")
    assert done.code == 0, done.err
    assert "No store yet" in Path("brief.md").read_text(encoding="utf-8")
