"""The numbers of tables, figures and footnotes: the same in every format."""

from dataclasses import dataclass

from reports.document.document import Document


@dataclass(frozen=True)
class Numbering:
    """From keys to numbers, from 1, in the order of reading."""

    tables: dict[str, int]
    charts: dict[str, int]
    findings: dict[str, int]


def numbering(document: Document) -> Numbering:
    """The numbers of a document's parts; a finding's is that of its footnote.

    A finding that is told twice, in the summary and in its section, has one footnote.
    """
    findings = dict.fromkeys(block.key for block in document.findings)
    return Numbering(
        tables={key: place for place, key in enumerate(document.tables, 1)},
        charts={block.key: place for place, block in enumerate(document.charts, 1)},
        findings={key: place for place, key in enumerate(findings, 1)},
    )
