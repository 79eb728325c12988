"""The form of an impact statement: a card, its hours, a place, and the file that is wanted."""

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.aria import aria
from dashboard.controls import LIST
from dashboard.pages.reports_form import format_names
from dashboard.reader import Reader


def impact_form(reader: Reader) -> html.Section:
    """What is asked of a proposal; nothing of it is kept."""
    return html.Section(
        [
            html.H2("An impact statement for a proposal", id="impact-form"),
            html.P(
                "Energy, operational and embodied carbon of work that has not run yet, each low, "
                "central and high, with every assumption and its source.",
                className="pl-lead",
            ),
            html.Div(_fields(reader), className="pl-filters"),
            html.Button(
                "Make the statement", id="impact-make", className="pl-button", type="button"
            ),
            html.P(id="impact-said", role="status", className="pl-report-fault"),
            dcc.Download(id="impact-file"),
            html.P(
                [
                    "By command: ",
                    html.Code(
                        "plimsoll report impact --gpu h100-sxm --gpu-hours 20000 "
                        '--region "West Midlands" --output impact-statement.pdf'
                    ),
                ],
                className="pl-more",
            ),
        ],
        className="pl-panel",
        **aria(labelledby="impact-form"),
    )


def _fields(reader: Reader) -> list[dmc.Select | dmc.TextInput]:
    cards = {key: card.name for key, card in reader.registry.gpus.cards.items()}
    first = "h100-sxm" if "h100-sxm" in cards else next(iter(cards), None)
    return [
        _select("impact-gpu", "Card", cards, first),
        dmc.TextInput(
            id="impact-hours",
            label="GPU-hours",
            value="20000",
            inputProps={"inputMode": "decimal"},
            className="pl-control",
        ),
        dmc.TextInput(
            id="impact-place",
            label="Grid region or country",
            value="",
            placeholder="West Midlands",
            className="pl-control",
        ),
        _select("impact-format", "File", format_names(), "pdf"),
    ]


def _select(key: str, label: str, options: dict[str, str], value: str | None) -> dmc.Select:
    return dmc.Select(
        id=key,
        label=label,
        value=value,
        data=[{"value": name, "label": text} for name, text in options.items()],
        allowDeselect=False,
        className="pl-control",
        **LIST,
    )
