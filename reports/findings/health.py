"""What the state of the data says, as sentences: its age, its doubts, what was set aside."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import polars as pl

from reports.wording import day, duration, number, plural, share

SEVERITIES: Final[Mapping[str, str]] = {
    "error": "Wrong: these figures cannot be trusted until it is mended",
    "warning": "Doubtful: figures may be wrong or missing",
    "note": "To know: assumed or unknown",
}


def ago(moment: datetime, now: datetime) -> str:
    """How long ago a moment was: "20 days ago"; one ahead of the clock is "in the future"."""
    age_s = (now - moment).total_seconds()
    return f"{duration(age_s)} ago" if age_s >= 0 else "in the future"


def observed_finding(observed: pl.DataFrame, *, now: datetime | None = None) -> str:
    """How far the jobs are known (`now` adds how long ago that was), and whether there are gaps."""
    latest = observed.group_by("cluster").agg(pl.col("observed_to").max())
    last = _moment(latest["observed_to"].max())
    behind = latest.filter(pl.col("observed_to") < last)
    gaps = observed.drop_nulls("gap_days")
    said = f"Jobs are known up to {day(last)}" + (f", {ago(last, now)}" if now else "")
    if behind.height:
        said += f"; of {number(behind.height)} of {plural(latest.height, 'cluster')} not so far"
    if gaps.is_empty():
        return f"{said}, without a gap"
    missing = plural(gaps.height, "gap")
    return f"{said}, with {missing} of {duration(86_400 * float(gaps['gap_days'].sum()))} in all"


def symptoms_finding(symptoms: pl.DataFrame) -> str:
    """How many things are wrong, doubtful, and assumed or unknown."""
    wrong, doubtful, known = (symptoms_of(symptoms, name).height for name in SEVERITIES)
    if not wrong + doubtful + known:
        return "Nothing is wrong, and nothing is unknown"
    parts = [
        f"{_things(wrong)} wrong" if wrong else "nothing is wrong",
        f"{_things(doubtful)} doubtful" if doubtful else "nothing is doubtful",
        f"{number(known)} assumed or unknown" if known else "nothing assumed or unknown",
    ]
    said = ", ".join(parts[:2]) + f" and {parts[2]}"
    return said[:1].upper() + said[1:]


def _things(count: int) -> str:
    return f"{plural(count, 'thing')} {'is' if count == 1 else 'are'}"


def symptoms_of(symptoms: pl.DataFrame, severity: str) -> pl.DataFrame:
    """The symptoms of one severity; what is said alike of several clusters is one line.

    `clusters` names them, `first` is the one that the remedy is for.
    """
    return (
        symptoms.filter(pl.col("severity") == severity)
        .group_by("check", "what", maintain_order=True)
        .agg(
            clusters=pl.col("cluster").drop_nulls(),
            first=pl.col("cluster").first(),
            remedy=pl.col("remedy").first(),
        )
    )


def files_finding(files: pl.DataFrame) -> str:
    """How many rows were read, and what became of them."""
    read, aside = int(files["rows_read"].sum()), int(files["rows_quarantined"].sum())
    said = f"{plural(read, 'row')} {'was' if read == 1 else 'were'} read from"
    kept = f"{number(aside)} set aside" if aside else "none was set aside"
    return f"{said} {plural(files.height, 'file')}; {kept}"


def sources_finding(sources: pl.DataFrame) -> str:
    """How many sources failed when they were last asked."""
    failed = sources.filter(pl.col("status") != "done").height
    if failed:
        return f"{number(failed)} of {plural(sources.height, 'source')} failed when last asked"
    return f"{plural(sources.height, 'source')} asked, none failed when last asked"


def quarantine_finding(quarantine: pl.DataFrame) -> str:
    """How many rows were set aside, and the commonest reason."""
    if quarantine.is_empty():
        return "No row was set aside"
    rows = int(quarantine["rows"].sum())
    by_reason = quarantine.group_by("reason").agg(pl.col("rows").sum()).sort("rows", "reason")
    code, most = by_reason.row(-1)
    reason = code.replace("_", " ")
    said = f"{plural(rows, 'row')} set aside"
    if by_reason.height == 1:
        return f"{said}, all as {reason}" if rows > 1 else f"{said} as {reason}"
    return f"{said}, {number(most)} of them as {reason}"


def telemetry_finding(seen: float | None, by_cluster: pl.DataFrame) -> str:
    """How much of what was allocated telemetry saw, and on how many clusters it saw any."""
    if not seen:
        return "No telemetry: whether allocated GPUs did anything is unknown"
    clusters = by_cluster.filter(pl.col("telemetry_coverage") > 0).height
    within = f"on {number(clusters)} of {plural(by_cluster.height, 'cluster')}"
    return f"Telemetry saw {share(seen, decimals=1)} of the GPU-hours allocated, {within}"


def _moment(value: Any) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError(value)
    return value
