"""Every fixture with nodes, events or awards is read to the last row, or refused with a reason."""

import pytest
from other_files import AWARD_FILES, EVENT_FILES, NODE_FILES, read_awards, read_events, read_nodes

from ingest.report import FileReport
from model.errors import InputError

KINDS = {
    "nodes": (NODE_FILES, read_nodes),
    "events": (EVENT_FILES, read_events),
    "awards": (AWARD_FILES, read_awards),
}
AT_LEAST_READ = {"nodes": 150, "events": 20, "awards": 10}


def outcome(read, path):
    try:
        return read(path)
    except InputError as refused:
        return refused


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_file_is_read_or_refused(shared, kind):
    patterns, read = KINDS[kind]
    assert [pattern for pattern in patterns if not any(shared.glob(pattern))] == []
    paths = sorted({path for pattern in patterns for path in shared.glob(pattern)})
    outcomes = {path: outcome(read, path) for path in paths}
    refused = [each for each in outcomes.values() if isinstance(each, InputError)]
    reports = [each for each in outcomes.values() if isinstance(each, FileReport)]
    assert [each for each in refused if not each.hint or "\n" in str(each)] == []
    for each in reports:
        kept = each.rows_accepted + each.rows_steps + sum(each.reasons.values())
        assert each.rows_read == kept, each.path
    assert len(reports) >= AT_LEAST_READ[kind]
