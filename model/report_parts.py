"""What a report is made of: its templates, its sections, and the formats of its files."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

Template = Literal["full", "brief"]
TEMPLATES: Final[tuple[Template, ...]] = get_args(Template)

FormatName = Literal["pdf", "html", "md", "docx", "xlsx", "ods", "zip"]

SECTIONS: Final[Mapping[str, str]] = {
    "findings": "Key findings",
    "changes": "What changed since the previous edition",
    "capacity": "Capacity and comparison",
    "commitments": "Targets, claims and commitments",
    "shortfall": "Requested against granted",
    "utilisation": "Utilisation and inference nodes",
    "waits": "Waits and unmet demand",
    "fragmentation": "Many small clusters or one",
    "carbon": "Energy and carbon",
    "quality": "Quality of the data",
    "methods": "Methods",
    "sources": "Sources and credits",
    "glossary": "Glossary",
    "citing": "How to cite this report, and make it again",
}
"""The sections of the capacity report by key, in the order of reading."""
