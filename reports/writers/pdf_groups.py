"""What the end of a page does not part: a finding from the words and the exhibit that follow it."""

from collections.abc import Iterable, Iterator

from reports.writers.pdf_text import Part


def grouped(parts: Iterable[Part]) -> Iterator[list[Part]]:
    """The parts of a section in groups that each stand on one page.

    A heading opens a group; its paragraphs belong to it, and the first chart, or the first table
    that is not to be broken over pages. Anything else stands alone.
    """
    group: list[Part] = []
    for part in parts:
        if _is_heading(part):
            if group:
                yield group
            group = [part]
        elif not group:
            yield [part]
        elif part["kind"] == "paragraph":
            group.append(part)
        else:
            yield from ([[*group, part]] if _joins(part) else [group, [part]])
            group = []
    if group:
        yield group


def _is_heading(part: Part) -> bool:
    return bool(part["kind"] == "subheading" or (part["kind"] == "finding" and part["as_heading"]))


def _joins(part: Part) -> bool:
    if part["kind"] == "table":
        return bool(part["whole"] and not part["turned"])
    return bool(part["kind"] == "chart")
