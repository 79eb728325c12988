"""The form on which a reader says what a report is to hold."""

from typing import Any, Final

import dash_mantine_components as dmc
from dash import html

from dashboard.aria import aria
from model.report_parts import SECTIONS
from reports.writers import FORMATS

_KEEP: Final[dict[str, Any]] = {"persistence": True, "persistence_type": "session"}
"""What was chosen stays when the page is drawn again for another period, and on the way back."""

_TEMPLATES: Final = {
    "full": "The whole report: every section with its charts and tables",
    "brief": "A brief: key findings on two pages",
}
PROTECTED: Final = (
    "Cells that rest on few people or on one body are withheld: the report may be published."
)
OPEN: Final = (
    "Disclosure control is off: nothing is withheld. Such a report is for use within the "
    "organisation, not to publish."
)


def form(organisation: str | None) -> html.Section:
    """Template, sections, formats, whose report it is, disclosure control, and the button."""
    return html.Section(
        [
            html.H2("Make a capacity report", id="report-form"),
            html.Div(
                [
                    _template(),
                    _formats(),
                    _publisher(organisation),
                    _disclosure(),
                    _sections(),
                ],
                className="pl-report-form",
            ),
            html.Button("Make the report", id="report-make", type="button", className="pl-button"),
            html.P(id="report-fault", role="alert", className="pl-report-fault"),
        ],
        className="pl-panel",
        **aria(labelledby="report-form"),
    )


def _template() -> html.Fieldset:
    buttons = [dmc.Radio(text, value=name, mb=6) for name, text in _TEMPLATES.items()]
    group = dmc.RadioGroup(buttons, id="report-template", value="full", **_KEEP)
    return _fieldset("How much", group)


def _formats() -> html.Fieldset:
    return _fieldset("Files", _checkboxes("report-formats", format_names(), ["pdf"]))


def format_names() -> dict[str, str]:
    """Each format as a reader knows it, with its ending."""
    return {
        key: f"{known.name[:1].upper()}{known.name[1:]} (.{key})" for key, known in FORMATS.items()
    }


def _sections() -> html.Fieldset:
    chosen = _checkboxes("report-sections", dict(SECTIONS), list(SECTIONS))
    fold = html.Details([html.Summary("All of them, unless you choose"), chosen])
    return _fieldset("Sections", fold, wide=True)


def _checkboxes(key: str, options: dict[str, str], chosen: list[str]) -> dmc.CheckboxGroup:
    boxes = [dmc.Checkbox(label=text, value=name, mb=6) for name, text in options.items()]
    columns = html.Div(boxes, className="pl-choices")
    return dmc.CheckboxGroup(columns, id=key, value=chosen, **_KEEP)


def _publisher(organisation: str | None) -> html.Fieldset:
    field = dmc.TextInput(
        id="report-organisation",
        label="Organisation",
        placeholder=organisation or "",
        description="on the cover; empty: that of the settings"
        if organisation
        else "on the cover, if given",
        inputWrapperOrder=["label", "input", "description"],
        inputProps={"maxLength": 120, "autoComplete": "organization"},
        value="",
        className="pl-control pl-wide",
        **_KEEP,
    )
    return _fieldset("Whose report it is", field)


def _disclosure() -> html.Fieldset:
    return _fieldset(
        "Disclosure control",
        html.Div(
            [
                dmc.Checkbox(
                    id="report-protected",
                    label="Withhold what would disclose persons or one body",
                    checked=True,
                ),
                html.P(PROTECTED, id="report-disclosure", role="status", className="pl-under"),
            ]
        ),
    )


def _fieldset(legend: str, content: Any, *, wide: bool = False) -> html.Fieldset:
    extent = " pl-whole" if wide else ""
    return html.Fieldset([html.Legend(legend), content], className=f"pl-fieldset{extent}")
