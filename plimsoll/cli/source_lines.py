"""A source in one line: for people, or as a JSON object."""

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from store import SourceState

if TYPE_CHECKING:
    from ingest.pull import Pulled

LogFormat = Literal["json", "text"]


def log_line(pulled: "Pulled", log_format: LogFormat) -> str:
    """One source's line: for people, or a JSON object."""
    return json.dumps(_members(pulled)) if log_format == "json" else _sentence(pulled)


def source_members(state: SourceState, *, now: datetime) -> dict[str, Any]:
    """A source as `ingest status --json` lists it; `age_s` is how old its watermark is."""
    reached = state.watermark or state.last_success
    return {
        "source": state.source,
        "cluster": state.cluster,
        "feed": state.feed,
        "kind": state.kind,
        "watermark": _iso(state.watermark),
        "last_run": _iso(state.last_run),
        "last_success": _iso(state.last_success),
        "status": state.last_status,
        "message": state.message,
        "rows_read": state.rows_read,
        "rows_accepted": state.rows_accepted,
        "rows_steps": state.rows_steps,
        "rows_quarantined": state.rows_quarantined,
        "seconds": round(state.seconds, 3),
        "age_s": int((now - reached).total_seconds()) if reached else None,
    }


def source_line(state: SourceState, *, now: datetime) -> str:
    """A source as `ingest status` prints it."""
    reached = state.watermark or state.last_success
    age = f"{_ago(now - reached)} old" if reached else "never read"
    said = f": {state.message}" if state.message else ""
    return (
        f"{state.source}  {age}  last run {_iso(state.last_run) or 'never'} "
        f"{state.last_status or ''}{said}  accepted {state.rows_accepted}, "
        f"quarantined {state.rows_quarantined}"
    )


def _members(pulled: "Pulled") -> dict[str, Any]:
    now = datetime.now(UTC)
    level = {"done": "info", "failed": "error", "fault": "error"}
    members = source_members(pulled.state, now=now)
    status = "not due" if pulled.skipped else members.pop("status")
    return {
        "time": _iso(now),
        "level": level.get(str(status), "info"),
        "event": "source",
        **members,
        "status": status,
        "notes": pulled.notes,
    }


def _sentence(pulled: "Pulled") -> str:
    state = pulled.state
    if pulled.skipped:
        return f"{pulled.name}: not due yet"
    if state.last_status != "done":
        return f"{pulled.name}: {state.last_status}: {state.message}"
    reached = f", up to {_iso(state.watermark)}" if state.watermark else ""
    notes = "".join(f" Note: {note}." for note in pulled.notes)
    return (
        f"{pulled.name}: {state.rows_read:,} rows read, {state.rows_accepted:,} accepted, "
        f"{state.rows_quarantined:,} quarantined{reached}, {state.seconds:.1f} s.{notes}"
    )


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else None


def _ago(age: timedelta) -> str:
    minutes = max(0, int(age.total_seconds() // 60))
    if minutes < 120:  # noqa: PLR2004
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} d"  # noqa: PLR2004
