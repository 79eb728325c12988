"""The formats of node inventories, each recognised by its content."""

from typing import Final

from ingest.formats.node_documents import SlurmNodeDocument
from ingest.formats.node_record import NodeFormat
from ingest.formats.node_text import refuse_what_is_no_text, what_else
from ingest.formats.scontrol_nodes import ScontrolNodes
from ingest.formats.sinfo_text import SinfoText

NODE_FORMATS: Final[tuple[NodeFormat, ...]] = (ScontrolNodes(), SlurmNodeDocument(), SinfoText())


def node_format(data: bytes) -> NodeFormat:
    """The format of an inventory; InputError, saying what it seems, where it is none."""
    refuse_what_is_no_text(data)
    for form in NODE_FORMATS:
        if form.recognises(data):
            return form
    raise what_else(data)
