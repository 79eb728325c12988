"""Running text as the template of the PDF reads it."""

from collections.abc import Collection, Iterable
from typing import Any

from reports.document import Code, Link, Run, Runs, Strong

Part = dict[str, Any]


def runs_parts(runs: Runs, anchors: Collection[str]) -> list[Part]:
    """The runs; a link to a part that is not among `anchors` becomes plain words."""
    return [_run(run, anchors) for run in runs]


def plain_part(text: str) -> Part:
    """Words."""
    return {"kind": "words", "text": text}


def part_link(text: str, key: str, anchors: Collection[str]) -> Part:
    """Words that lead to a part of the document, bare where it was left out."""
    return {"kind": "part", "text": text, "href": key} if key in anchors else plain_part(text)


def listed(names: Iterable[Part]) -> list[Part]:
    """Names as a sentence lists them: one, another and a third."""
    parts: list[Part] = []
    each = list(names)
    for place, name in enumerate(each):
        if place:
            parts.append(plain_part(" and " if place == len(each) - 1 else ", "))
        parts.append(name)
    return parts


def _run(run: Run, anchors: Collection[str]) -> Part:
    match run:
        case Link() if run.href.startswith("#"):
            return part_link(run.text, run.href.removeprefix("#"), anchors)
        case Link():
            return {"kind": "page", "text": run.text, "href": run.href}
        case Code():
            return {"kind": "code", "text": run.text}
        case Strong():
            return {"kind": "strong", "text": run.text}
        case _:
            return plain_part(run.text)
