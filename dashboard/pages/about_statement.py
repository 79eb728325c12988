"""The accessibility statement: what was tested and how, and what is known to be lacking."""

from typing import Final

from dash import html

_TESTED: Final = (
    (
        "With every change of the program, axe-core looks at every page in Chromium: 1400 and 320 "
        "pixels wide, light and dark, at rest and with a menu open. No finding is let through."
    ),
    (
        "The same tests follow links, filters, the Back button and downloads, check that focus "
        "moves to the heading of a new page, and that no page of 320 pixels scrolls sideways."
    ),
    (
        "Each chart has a sentence that says what it shows, and its numbers stand in a table with "
        "header cells."
    ),
    "Animations are switched off where the system asks for less motion.",
)
_LACKING: Final = (
    (
        "No person who uses a screen reader, a magnifier or speech input has tested these pages, "
        "and nobody outside the project has audited them. What programs find is a part of what "
        "there is."
    ),
    "Only Chromium is tested.",
    "The marks of a chart say their figures to a mouse alone; a keyboard finds them in the table.",
    (
        "Wide tables scroll sideways within their own frame on a narrow screen, as the guidelines "
        "allow, and must be scrolled to be read."
    ),
    "“SYNTHETIC DATA” across a chart of invented data lowers its contrast on purpose.",
)


def statement() -> html.Section:
    """What the pages aim at, what was tested, what is lacking, and whom to tell."""
    return html.Section(
        [
            html.H2("Accessibility statement"),
            html.P(
                "These pages aim at the Web Content Accessibility Guidelines 2.2 at level AA. "
                "They are believed to meet them but for what is listed below."
            ),
            html.H3("What was tested, and how"),
            html.Ul([html.Li(line) for line in _TESTED], className="pl-notes"),
            html.H3("What is known to be lacking"),
            html.Ul([html.Li(line) for line in _LACKING], className="pl-notes"),
            html.H3("If something cannot be used"),
            html.P(
                "Tell those who run this copy: they can send any table as a spreadsheet, and pass "
                "the fault on to the project."
            ),
        ],
        className="pl-panel",
        id="accessibility",
    )
