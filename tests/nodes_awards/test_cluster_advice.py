"""The lines that a site runs on its cluster."""

from datetime import date

import pytest

from ingest.advice import SACCT_FIELDS, advice, sacct_fields, sacct_line
from ingest.fields import CANONICAL, missing_required, missing_useful

SINCE, UNTIL = date(2026, 5, 1), date(2026, 6, 1)


def test_every_field_is_one_that_slurm_22_05_knows(shared):
    known = (shared / "slurm" / "captures" / "sacct-e.txt").read_text().split()
    assert set(SACCT_FIELDS) <= set(known)
    assert len(set(SACCT_FIELDS)) == len(SACCT_FIELDS)


def test_the_fields_are_all_that_a_log_needs():
    assert missing_required(SACCT_FIELDS) == []
    lacking = set(missing_useful(SACCT_FIELDS)) - {"Timelimit"}
    assert not lacking
    assert set(SACCT_FIELDS) <= set(CANONICAL.values())


def test_older_slurm_is_not_asked_for_what_it_does_not_know():
    assert "Container" not in sacct_fields((20, 11))
    assert sacct_fields((21, 8)) == SACCT_FIELDS


def test_the_sacct_line():
    line = sacct_line(since=SINCE, until=UNTIL)
    assert line.startswith("SLURM_TIME_FORMAT=%s sacct -a -D -P --delimiter=$'\\x1f' ")
    assert " -S 2026-05-01 -E 2026-06-01 -o JobIDRaw," in line
    assert " -X" not in line


def test_what_is_written_is_what_is_read():
    lines = advice("here", since=SINCE, until=UNTIL)
    assert lines.sacct.endswith("> here.sacct.txt.gz")
    assert lines.ingest_jobs == (
        "plimsoll ingest jobs here.sacct.txt.gz --cluster here --window 2026-05-01/2026-06-01"
    )
    assert lines.nodes.endswith("scontrol show node > here.nodes.txt")
    assert lines.ingest_nodes == "plimsoll ingest nodes here.nodes.txt --cluster here"
    for line in (lines.sacct, lines.nodes, lines.events, lines.ingest_jobs, *lines.ingest_awards):
        assert line in lines.text()


def test_a_name_cannot_slip_a_command_into_the_lines():
    lines = advice("x; rm -rf ~", since=SINCE, until=UNTIL)
    assert (
        lines.ingest_nodes
        == "plimsoll ingest nodes 'x; rm -rf ~.nodes.txt' --cluster 'x; rm -rf ~'"
    )


@pytest.mark.parametrize("until", [date(2024, 2, 29), date(2026, 1, 1), date(2026, 12, 31)])
def test_the_window_is_the_year_before_unless_said(until):
    assert (
        f"-S {until.year - 1}-{until.month:02}-01 -E {until}" in advice("here", until=until).sacct
    )


def test_the_text_fits_a_terminal_but_for_the_commands():
    words = [line for line in advice("here").text().splitlines() if not line.startswith("  ")]
    assert max(map(len, words)) <= 90
