"""Answers of Great Britain's Carbon Intensity API, national and regional, in all their shapes."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ingest.formats.base import Reject
from ingest.formats.intensity_base import Told, told
from model.errors import InputError
from model.grid_carbon import GREAT_BRITAIN, GridRegion, load_grid_carbon

SOURCE: Final = "neso"
_PERIOD: Final = timedelta(minutes=30)
_USE: Final = (
    "save the answer of /intensity/{from}/{to} or /regional/intensity/{from}/{to}/regionid/{id}."
)
_BULKY: Final = "generationmix"


@dataclass(frozen=True)
class CarbonIntensityApi:
    """JSON of api.carbonintensity.org.uk."""

    name: str = "carbon-intensity-api"

    def read(self, content: Any) -> Told:
        """The half-hours of an answer; an empty one has none.

        Raises:
            InputError: for an error of the API, and for JSON that is none of its answers.
        """
        rows: list[dict[str, Any]] = []
        rejects: list[Reject] = []
        for number, (period, region) in enumerate(_periods(content), start=1):
            fault = _fault(period, region)
            if fault:
                rejects.append(Reject(number, fault, _text(period)))
            else:
                rows.append(_row(number, period, region))
        notes = {} if rows or rejects else {"the API's answer is empty": 0}
        return Told(told(rows), rejects, notes=notes)


def _periods(content: Any) -> Iterator[tuple[Any, GridRegion | None]]:
    """Each half-hour of each region; a region is None where it is not known."""
    if isinstance(content, dict) and "error" in content:
        error = content["error"]
        said = error.get("message") if isinstance(error, dict) else error
        raise InputError(f"this is an error of the API, not an answer: {said}", hint=_USE)
    data = content.get("data", []) if isinstance(content, dict) else None
    if isinstance(data, dict):
        data = [data]
    if not isinstance(data, list):
        raise InputError("this JSON is no answer of the Carbon Intensity API", hint=_USE)
    if data and not any(_is_answer(each) for each in data):
        raise InputError("there are no half-hours in this answer of the API", hint=_USE)
    known = load_grid_carbon()
    for each in data:
        yield from _of(each, known.region(GREAT_BRITAIN))


def _is_answer(each: Any) -> bool:
    return isinstance(each, dict) and bool({"from", "regions", "data"} & each.keys())


def _of(each: Any, region: GridRegion | None) -> Iterator[tuple[Any, GridRegion | None]]:
    if isinstance(each, dict) and isinstance(each.get("regions"), list):
        for part in each["regions"]:
            inner = part if isinstance(part, dict) else {}
            span = {"from": each.get("from"), "to": each.get("to")}
            yield {**span, **inner}, _region(inner)
    elif isinstance(each, dict) and isinstance(each.get("data"), list):
        for period in each["data"]:
            yield period, _region(each)
    else:
        yield each, region


def _region(each: Mapping[str, Any]) -> GridRegion | None:
    """By its name: stored answers differ in the number of London."""
    known = load_grid_carbon()
    named = known.region(str(each.get("shortname") or ""))
    return named or known.region(str(each.get("regionid") or ""))


def _fault(period: Any, region: GridRegion | None) -> str | None:
    if not isinstance(period, dict) or not isinstance(period.get("intensity"), dict):
        return "no_intensity"
    if region is None:
        return "unknown_region"
    begin, end = _moment(period.get("from")), _moment(period.get("to"))
    if begin is None or end is None:
        return "bad_time"
    return None if end - begin == _PERIOD else "bad_interval"


def _row(number: int, period: Mapping[str, Any], region: GridRegion | None) -> dict[str, Any]:
    intensity = period["intensity"]
    return {
        "line": number,
        "source": SOURCE,
        "region": region.code if region else None,
        "begin": _moment(period["from"]),
        "end": _moment(period["to"]),
        "forecast": _number(intensity.get("forecast")),
        "actual": _number(intensity.get("actual")),
        "text": _text(period),
    }


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(period: Any) -> str:
    slim = {k: v for k, v in period.items() if k != _BULKY} if isinstance(period, dict) else period
    return json.dumps(slim, ensure_ascii=False)
