"""The headline figures of Data health."""

from datetime import datetime

from dashboard.tiles import Tile
from model.question import Answer
from reports.findings.health import symptoms_of
from reports.wording import day, duration, large, plural, share


def health_tiles(
    observed: Answer, symptoms: Answer, files: Answer, covered: Answer | None, *, now: datetime
) -> list[Tile]:
    """How old the data are, what is doubtful, what was set aside, and what telemetry saw."""
    return [_age(observed, files, now), _doubts(symptoms), _aside(files), _telemetry(covered)]


def _age(observed: Answer, files: Answer, now: datetime) -> Tile:
    last = observed.frame["observed_to"].max()
    if not isinstance(last, datetime):
        return Tile("Age of the data", "", None, "No log was read yet", "observed", "observed_to")
    age_s = (now - last).total_seconds()
    read = files.frame["ingested_at"].max()
    when = f"; last read on {day(read)}" if isinstance(read, datetime) else ""
    figure = duration(age_s) if age_s >= 0 else "in the future"
    under = f"Jobs are known up to {day(last)}{when}"
    return Tile("Age of the data", figure, age_s, under, "observed", "observed_to")


def _doubts(symptoms: Answer) -> Tile:
    wrong, doubtful, known = (
        symptoms_of(symptoms.frame, severity).height for severity in ("error", "warning", "note")
    )
    under = f"{wrong} wrong, {doubtful} doubtful; {plural(known, 'more thing')} assumed or unknown"
    return Tile(
        "Wrong or doubtful", f"{wrong + doubtful}", wrong + doubtful, under, "symptoms", "severity"
    )


def _aside(files: Answer) -> Tile:
    read, aside = (int(files.frame[name].sum()) for name in ("rows_read", "rows_quarantined"))
    under = f"of {large(read)} rows read from {plural(files.frame.height, 'file')}"
    return Tile("Rows set aside", large(aside), aside, under, "files", "rows_quarantined")


def _telemetry(covered: Answer | None) -> Tile:
    name, at = "Seen by telemetry", ("utilisation", "telemetry_coverage")
    seen = covered.frame["telemetry_coverage"][0] if covered and covered.frame.height else None
    if covered is None or seen is None:
        return Tile(name, "", None, "No GPU-hours were allocated", *at)
    held = large(float(covered.frame["allocated_gpu_hours"][0]))
    return Tile(name, share(seen, decimals=1), seen, f"of {held} GPU-hours allocated", *at)
