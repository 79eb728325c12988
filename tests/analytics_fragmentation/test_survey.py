"""Survey files: the template, and every fault in one report with file and line."""

import pytest
import yaml
from click.testing import CliRunner

from ingest.survey import read_surveys, survey_template
from model.errors import ConfigError, InputError
from model.settings import load_settings
from plimsoll.cli.root import cli
from plimsoll.cli.survey import survey

HEADER = "name;institution;gpus;year_from;year_to;source;grade"


def test_the_template_is_an_empty_survey(tmp_path):
    file = tmp_path / "s.csv"
    file.write_text(survey_template(), encoding="utf-8")
    assert read_surveys([file]).is_empty()


def test_all_faults_of_all_files_come_in_one_report(tmp_path):
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    rows = [
        "a;u;8;2021;;mail;",
        "b;u;eight;2021;;mail;",
        "c;u;0;2021;2020;mail;",
        "d;u;8;2021;;;",
        "e;u;8;2021;2020;mail;",
        "f;u;8",
        "g;u;8;1066;;mail;B-hearsay",
    ]
    one.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    two.write_text(f"# two\n{HEADER}\na;u;4;2023;;mail;\n", encoding="utf-8-sig")
    with pytest.raises(ConfigError) as found:
        read_surveys([one, two])
    faults = found.value.faults
    told = [(fault.split(":")[0], fault.split(":")[1]) for fault in faults]
    assert told == [
        (str(one), "3"), (str(one), "4"), (str(one), "5"), (str(one), "6"), (str(one), "7"),
        (str(one), "8"), (str(one), "8"), (str(two), "3"),
    ]  # fmt: skip
    assert "'source' is missing" in faults[2]
    assert "year_to 2020 lies before year_from 2021" in faults[3]
    assert "stands in" in faults[-1]
    assert "8:" in faults[5]


def test_slices_of_one_cluster_may_follow_each_other(tmp_path):
    file = tmp_path / "s.csv"
    rows = ["a;u;8;2019;2021;mail;", "a;u;16;2021;;mail;", "a;elsewhere;4;2020;;mail;"]
    file.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    assert read_surveys([file])["gpus"].to_list() == [8, 16, 4]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("name,institution,gpus\n", "missing columns year_from, source"),
        ("", "missing columns"),
        ("name,institution,gpus,year_from,source,colour\n", "no column 'colour'"),
        ("name,name,institution,gpus,year_from,source\n", "column name stands twice"),
        ('name,institution,gpus,year_from,source\n"a,u,1,2020,x\n', "CSV cannot be read"),
        (b"name\xff", "no UTF-8 text"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_is_no_survey_is_refused_in_one_line(tmp_path, text, what):
    file = tmp_path / "s.csv"
    if text is not None:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError, match=what) as found:
        read_surveys([file])
    assert str(file) in str(found.value)


def test_commands_print_the_template_and_check_files(tmp_path):
    run = CliRunner()
    file = tmp_path / "s.csv"
    assert "year_from" in run.invoke(survey, ["template"]).output
    assert run.invoke(survey, ["template", "--output", str(file)]).exit_code == 0
    again = run.invoke(survey, ["template", "--output", str(file)])
    assert "there already" in str(again.exception)
    file.write_text(f"{HEADER}\na;u;8;2019;;mail;\n", encoding="utf-8")
    assert run.invoke(survey, ["check", str(file)]).output == "1 rows, 8 GPUs, no fault\n"


def test_surveys_of_the_settings_lie_beside_their_file(tmp_path):
    (tmp_path / "s.csv").write_text(f"{HEADER}\nHydra;u;8;2019;;mail;\n", encoding="utf-8")
    settings = tmp_path / "plimsoll.yaml"
    settings.write_text(yaml.safe_dump({"surveys": ["s.csv"]}), encoding="utf-8")
    assert load_settings(settings).surveys == (tmp_path / "s.csv",)
    arguments = ["--config", str(settings), "show", "growth", "--on", "2026-01-01"]
    lines = CliRunner().invoke(cli, [*arguments, "--format", "csv"]).stdout.splitlines()
    assert lines[0].startswith("year,clusters,gpus,")
    assert lines[1].startswith("2019,1,8,8,1.0,1.0,1,1,8")
