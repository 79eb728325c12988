"""The one theme of charts and pages: the Analysis Function palette on light and dark ground."""

from dataclasses import dataclass
from typing import Final, Literal

Scheme = Literal["light", "dark"]
Role = Literal["main", "second", "third", "fourth", "fifth", "sixth", "pale", "quiet", "faint"]

SYNTHETIC: Final = "SYNTHETIC DATA"
"""What is burned into every image of made-up data."""

_DARK: Final = "#1b1f23"
_DARK_LIGHT: Final = 0.0137
_WHITE: Final = "#ffffff"

FONT: Final = "Arial, Helvetica, 'Liberation Sans', sans-serif"


@dataclass(frozen=True)
class Theme:
    """Colours of one scheme: ink on ground, grid lines, and a colour for each role of a series."""

    scheme: Scheme
    ink: str
    soft_ink: str
    grid: str
    ground: str
    watermark: str
    roles: dict[Role, str]


LIGHT: Final = Theme(
    scheme="light",
    ink="#1b1f23",
    soft_ink="#505a64",
    grid="#dcdfe3",
    ground="#ffffff",
    watermark="rgba(61,61,61,0.16)",
    roles={
        "main": "#12436D",
        "second": "#F46A25",
        "third": "#28A197",
        "fourth": "#801650",
        "fifth": "#A285D1",
        "sixth": "#3D3D3D",
        "pale": "#6BACE6",
        "quiet": "#8a939c",
        "faint": "#d3d8dd",
    },
)

DARK: Final = Theme(
    scheme="dark",
    ink="#eef1f4",
    soft_ink="#b3bcc5",
    grid="#39424b",
    ground="#171c21",
    watermark="rgba(238,241,244,0.16)",
    roles={
        "main": "#6BACE6",
        "second": "#F46A25",
        "third": "#28A197",
        "fourth": "#d77fb1",
        "fifth": "#A285D1",
        "sixth": "#c9ced3",
        "pale": "#2073BC",
        "quiet": "#8a939c",
        "faint": "#46515b",
    },
)


def theme(scheme: str) -> Theme:
    """The theme of a scheme; anything but "dark" is light."""
    return DARK if scheme == "dark" else LIGHT


def ink_on(colour: str) -> str:
    """Dark or white, whichever is read better on a colour such as "#12436D"."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return _DARK if (light + 0.05) ** 2 > (_DARK_LIGHT + 0.05) * 1.05 else _WHITE


def _linear(part: float) -> float:
    """A channel of sRGB as light, by WCAG 2.2."""
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004
