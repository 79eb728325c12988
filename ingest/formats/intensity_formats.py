"""The formats of carbon intensities, each recognised by its content."""

from typing import Final

from ingest.formats.document import is_document, read_document
from ingest.formats.intensity_api import CarbonIntensityApi
from ingest.formats.intensity_base import Told
from ingest.formats.intensity_maps import ElectricityMaps
from ingest.formats.intensity_neso import NesoGenerationMix, NesoNational, NesoRegional
from ingest.formats.intensity_table import book_table, csv_table
from ingest.formats.intensity_yearly import Desnz, EmberLong, EmberWide
from model.errors import InputError

TABLE_FORMATS: Final = (
    NesoNational(),
    NesoRegional(),
    NesoGenerationMix(),
    ElectricityMaps(),
    EmberWide(),
    EmberLong(),
    Desnz(),
)
DESNZ_SHEET: Final = "Factors by Category"

_USE: Final = "docs/how-to/carbon-intensity.md lists what is read."


def read_intensity(data: bytes) -> tuple[str, Told]:
    """The name of a file's format, and what the file tells. Raises InputError."""
    if not data.strip():
        raise InputError("the file is empty", hint="was it fetched in full?")
    if data.startswith(b"PK\x03\x04"):
        table = book_table(data, sheet=DESNZ_SHEET)
    elif is_document(data):
        api = CarbonIntensityApi()
        return api.name, api.read(read_document(data))
    elif b"\x00" in data[:4096]:
        raise InputError("this is neither JSON nor CSV nor XLSX", hint=_USE)
    else:
        table = csv_table(data)
    for form in TABLE_FORMATS:
        if form.recognises(table):
            return form.name, form.read(table)
    columns = ", ".join(table.names[:6])
    raise InputError(f"no carbon intensities in columns such as {columns}", hint=_USE)
