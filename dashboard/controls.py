"""The controls of the filter bar; each writes one key of the address."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import dash_mantine_components as dmc

from dashboard.filters import Filters
from dashboard.reader import Reader
from reports.wording import day

_LIST: Final[dict[str, Any]] = {
    "comboboxProps": {"withinPortal": False},
    "withScrollArea": False,
    "styles": {"options": {"maxHeight": 280, "overflowY": "auto"}},
    "attributes": {"options": {"tabIndex": 0}},
}
"""The list opens inside the form, a landmark, and scrolls itself: a screen reader finds it."""


def date_field(key: str, label: str, value: date | None, *, hint: str = "") -> dmc.TextInput:
    """The browser's own date field, with the chosen day in words below it."""
    return dmc.TextInput(
        id={"filter": key, "default": ""},
        label=label,
        value=value.isoformat() if value else "",
        description=day(value) if value else hint,
        inputWrapperOrder=["label", "input", "description"],
        inputProps={"type": "date"},
        debounce=600,
        className="pl-control",
    )


def choice(
    key: str,
    label: str,
    value: str | None,
    options: Mapping[str, str],
    *,
    everything: str | None = None,
    default: str = "",
) -> dmc.Select:
    """One of several; `everything` is what an empty choice stands for, None forbids it.

    The address does not name the `default`.
    """
    return dmc.Select(
        id={"filter": key, "default": "" if everything else default},
        label=label,
        value=value,
        data=[{"value": name, "label": text} for name, text in options.items()],
        placeholder=everything,
        clearable=everything is not None,
        allowDeselect=everything is not None,
        clearButtonProps={"aria-label": f"Clear {label.lower()}"},
        **_LIST,
        className="pl-control",
    )


def several(
    key: str, label: str, values: Sequence[str], options: Sequence[str], *, everything: str
) -> dmc.MultiSelect:
    """Any of several names; none chosen stands for all."""
    return dmc.MultiSelect(
        id={"filter": key, "default": ""},
        label=label,
        value=list(values),
        data=list(options),
        placeholder="" if values else everything,
        clearable=True,
        clearButtonProps={"aria-label": f"Clear {label.lower()}"},
        **_LIST,
        className="pl-control pl-wide",
    )


def estate_controls(reader: Reader, filters: Filters) -> list[Any]:
    """Period, clusters and tier: what pages on the store's data filter by."""
    clusters = reader.clusters()
    if not clusters:
        return []
    tiers = sorted({cluster.tier for cluster in clusters if cluster.tier})
    names = [cluster.name for cluster in clusters]
    return [
        date_field("from", "From", filters.since, hint="the first day on record"),
        date_field("to", "Until (not included)", filters.until, hint="the last day on record"),
        several("cluster", "Clusters", filters.clusters, names, everything="All clusters"),
        choice("tier", "Tier", filters.tier, {t: t for t in tiers}, everything="All tiers"),
    ]
