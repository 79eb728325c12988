"""Running text as HTML: figures as machine-readable data, links, code."""

from collections.abc import Collection
from datetime import date
from html import escape

from reports.document import Code, Figure, Link, Run, Runs, Strong


def runs_html(runs: Runs, anchors: Collection[str]) -> str:
    """The runs; a link to a part that is not among `anchors` becomes plain words."""
    return "".join(_run(run, anchors) for run in runs)


def _run(run: Run, anchors: Collection[str]) -> str:
    text = escape(run.text)
    match run:
        case Figure(value=date()):
            return f'<time datetime="{run.value}">{text}</time>'
        case Figure():
            return f'<data value="{escape(str(run.value))}">{text}</data>'
        case Link():
            return _link(run, text, anchors)
        case Code():
            return f"<code>{text}</code>"
        case Strong():
            return f"<strong>{text}</strong>"
        case _:
            return text


def _link(run: Link, text: str, anchors: Collection[str]) -> str:
    if run.href.startswith("#") and run.href[1:] not in anchors:
        return text
    return f'<a href="{escape(run.href)}">{text}</a>'
