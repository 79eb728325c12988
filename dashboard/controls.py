"""The controls of the filter bar; each writes one key of the address."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import dash_mantine_components as dmc
from dash import html

from dashboard.aria import aria
from dashboard.choices import SHOWN, accounts, gpu_models, matching
from dashboard.filters import Filters
from dashboard.reader import Reader
from reports.wording import day, number

LIST: Final[dict[str, Any]] = {
    "comboboxProps": {"withinPortal": False},
    "withScrollArea": False,
    "styles": {"options": {"maxHeight": 280, "overflowY": "auto"}},
    "attributes": {"options": {"tabIndex": 0}},
}
"""The list opens inside the form, a landmark, and scrolls itself: a screen reader finds it."""


def date_field(key: str, label: str, value: date | None, *, hint: str) -> dmc.TextInput:
    """A day in words ("1 May 2026") that is typed, or chosen from the browser's own calendar.

    A browser writes the dates of its own field as its language does, American ones too: this
    field reads what people type, and says the day in full. `hint` is what an empty field stands
    for.
    """
    return dmc.TextInput(
        id={"filter": key, "default": ""},
        label=label,
        value=day(value) if value else "",
        description=f"1 May 2026, or empty: {hint.removeprefix('empty: ')}",
        inputWrapperOrder=["label", "input", "error", "description"],
        inputProps={"autoComplete": "off", "spellCheck": "false"},
        rightSection=html.Button(
            type="button", className="pl-pick", **aria(label=f"{label}: choose from a calendar")
        ),
        rightSectionPointerEvents="all",
        debounce=True,
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
        **LIST,
        className="pl-control",
    )


def long_choice(
    key: str, label: str, value: str | None, names: Sequence[str], *, everything: str
) -> dmc.Select:
    """One of very many names: a part of the name is typed, and the server lists what fits."""
    return dmc.Select(
        id={"filter": key, "default": ""},
        label=label,
        value=value,
        data=matching(names, None, keep=value),
        placeholder=everything,
        searchable=True,
        nothingFoundMessage="No such name",
        description=f"{number(len(names))}: type to find one" if len(names) > SHOWN else None,
        inputWrapperOrder=["label", "input", "description"],
        clearable=True,
        clearButtonProps={"aria-label": f"Clear {label.lower()}"},
        **LIST,
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
        **LIST,
        className="pl-control pl-wide",
    )


ESTATE: Final = ("period", "cluster", "tier", "account", "gpu_model")
"""The filters of `estate_controls`, as `dashboard.applies` names them."""


def estate_controls(reader: Reader, filters: Filters) -> list[Any]:
    """Period, clusters, tier, account and GPU model: what pages on the store's data filter by."""
    clusters = reader.clusters()
    if not clusters:
        return []
    tiers = sorted({cluster.tier for cluster in clusters if cluster.tier})
    names = [cluster.name for cluster in clusters]
    return [
        date_field("from", "From", filters.since, hint="first day on record"),
        date_field("to", "Until (not included)", filters.until, hint="last day on record"),
        several("cluster", "Clusters", filters.clusters, names, everything="All clusters"),
        choice("tier", "Tier", filters.tier, {t: t for t in tiers}, everything="All tiers"),
        long_choice(
            "account", "Account", filters.account, accounts(reader), everything="All accounts"
        ),
        model_choice(filters, gpu_models(reader)),
    ]


def model_choice(filters: Filters, models: Mapping[str, str]) -> dmc.Select:
    """One GPU model; one in the address that is not known is listed as it stands there."""
    chosen = filters.gpu_model
    listed = models if chosen is None or chosen in models else {**models, chosen: chosen}
    return choice("gpu_model", "GPU model", chosen, listed, everything="All models")
