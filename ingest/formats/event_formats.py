"""The formats of node events and reservations, each recognised by its content."""

from typing import Final

from ingest.formats.event_record import EventFormat
from ingest.formats.reservations import ReservationDocument, ScontrolReservations
from ingest.formats.sacctmgr_events import EVENT_LINE, SacctmgrEvents, SacctmgrReservations
from model.errors import InputError

EVENT_FORMATS: Final[tuple[EventFormat, ...]] = (
    ScontrolReservations(),
    ReservationDocument(),
    SacctmgrEvents(),
    SacctmgrReservations(),
)


def event_format(data: bytes) -> EventFormat:
    """The format of a file of events; InputError, with the line to run, where it is none."""
    if not data.strip():
        raise InputError("the file is empty", hint=EVENT_LINE)
    for form in EVENT_FORMATS:
        if form.recognises(data):
            return form
    raise InputError("neither events nor reservations of Slurm", hint=EVENT_LINE)
