"""What the ledger tells: rows set aside, with what to do, and what was assumed."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from ingest.advice import sacct_line
from ingest.jobs import ZONE_ASSUMED
from reports.doctor.evidence import ClusterEvidence
from reports.doctor.symptom import Symptom
from reports.wording import plural

_EXAMPLE: Final = 80
_BROKEN_ROWS: Final = frozenset({"too_many_fields", "too_few_fields", "bad_row", "bad_job_id"})
_CUT_OFF: Final = frozenset({"cut_off", "truncated"})
_TIMES: Final = frozenset(
    {"no_submit", "bad_submit", "bad_start", "bad_end", "no_start", "end_before_start"}
)


def quarantine(cluster: ClusterEvidence) -> Iterator[Symptom]:
    """Rows that were set aside, by kind of log and reason, with an example and a way out."""
    counts: Counter[tuple[str, str]] = Counter()
    for file in cluster.latest_files:
        counts.update({(file.kind, reason): rows for reason, rows in file.reasons.items()})
    for (kind, reason), rows in counts.most_common():
        yield Symptom(
            "quarantine",
            "warning",
            cluster.name,
            f"{plural(rows, 'row')} of {kind} set aside as {reason}"
            + _example(cluster, kind, reason),
            _way_out(kind, reason),
        )


def _example(cluster: ClusterEvidence, kind: str, reason: str) -> str:
    found = cluster.quarantined.get((kind, reason))
    if found is None:
        return ""
    file, row = found
    if not cluster.shows_people:
        return f", such as line {row.line} of {file.path}"
    text = " ".join(row.text.split())
    shown = text if len(text) <= _EXAMPLE else f"{text[:_EXAMPLE]}..."
    return f", such as line {row.line} of {file.path}: {shown!r}"


def _way_out(kind: str, reason: str) -> str:
    if kind != "jobs":
        return "look at that line: it was left out, the rest of the file was read"
    if reason in _BROKEN_ROWS:
        return f"a delimiter that no job name holds: {sacct_line()}"
    if reason in _CUT_OFF:
        return "the file ends in the middle of a row: copy it again, whole"
    if reason in _TIMES:
        return f"times that cannot be mistaken: {sacct_line()}"
    return "look at that row with sacct -D -j JOBID: nothing was guessed in its place"


def assumptions(cluster: ClusterEvidence) -> Iterator[Symptom]:
    """What was assumed at ingest, each once, with the number of files."""
    counts: Counter[str] = Counter()
    for file in cluster.latest_files:
        counts.update(each for each in file.assumptions if each != ZONE_ASSUMED)
    for sentence, files in counts.most_common():
        yield Symptom("assumed", "note", cluster.name, f"{sentence} ({plural(files, 'file')})")


def assumed_time_zone(cluster: ClusterEvidence) -> Iterator[Symptom]:
    """No time zone was stated: local times were read as UTC."""
    if cluster.zone_assumed:
        yield Symptom(
            "assumed",
            "note",
            cluster.name,
            "no time zone was stated: times without an offset were read as UTC, days are UTC's",
            f"timezone: Europe/London  # in plimsoll.yaml, under cluster {cluster.name}, if it is "
            "another; then read its logs into a new store",
        )


def assumed_window(cluster: ClusterEvidence) -> Iterator[Symptom]:
    """Logs without a stated window: observed from their first to their last record."""
    files = [each for each in cluster.latest_files if each.kind == "jobs" and each.window_assumed]
    if files:
        yield Symptom(
            "assumed",
            "note",
            cluster.name,
            f"{plural(len(files), 'log')} came without a window: taken as complete from the first "
            "record to the last",
            "plimsoll ingest jobs FILE --cluster "
            f"{cluster.name} --window FROM/TO  # what sacct -S and -E were",
        )
