"""What an edition of a report bears: its day, and its organisation's colours and logo."""

import os
from datetime import UTC, date, datetime
from typing import Final

from model.errors import InputError
from model.settings import Reports
from reports.document import Branding
from reports.logo import logo_of

EPOCH_VARIABLE: Final = "SOURCE_DATE_EPOCH"


def epoch_day() -> date | None:
    """The day of SOURCE_DATE_EPOCH, None where it is not set; InputError where it is no moment."""
    text = os.environ.get(EPOCH_VARIABLE)
    if not text:
        return None
    try:
        return datetime.fromtimestamp(int(text), UTC).date()
    except (ValueError, OverflowError, OSError):
        raise InputError(
            f"{EPOCH_VARIABLE} is {text!r}", hint="seconds since 1970, or leave it unset."
        ) from None


def branding_of(named: Reports, organisation: str | None) -> Branding:
    """The colours and the logo of the settings. InputError for a logo that cannot be drawn."""
    logo = logo_of(named.logo, organisation) if named.logo else None
    return Branding(named.colours.accent, named.colours.on_accent, logo)
