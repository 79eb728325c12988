"""Where a capacity report goes if nobody says."""

from click.testing import CliRunner

from plimsoll.cli.root import cli


def test_a_report_goes_to_the_working_folder_under_its_own_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked = ("--format", "md", "--template", "brief", "--edition", "2026-11-01")
    got = CliRunner().invoke(cli, ["report", "capacity", *asked])
    assert got.exit_code == 0, got.output
    assert "wrote capacity-report.md" in got.output
    written = (tmp_path / "capacity-report.md").read_text(encoding="utf-8")
    assert "--output capacity-report.md" in written
    assert [file.name for file in tmp_path.iterdir()] == ["capacity-report.md"]
