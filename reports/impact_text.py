"""An impact statement as text, Markdown, CSV or JSON."""

import json
from collections.abc import Iterator
from math import floor, log10
from typing import Final, Literal, get_args

from reports.impact import Statement

Style = Literal["text", "md", "csv", "json"]
STYLES: Final[tuple[Style, ...]] = get_args(Style)

_DIGITS: Final = 3
_TITLE: Final = "Environmental impact of the proposed computation"


def rendered(statement: Statement, style: Style) -> str:
    """The statement in a style; CSV and JSON carry full precision, the others three digits."""
    match style:
        case "json":
            return _json(statement)
        case "csv":
            return statement.figures.write_csv()
        case "md":
            return "\n".join(_markdown(statement)) + "\n"
        case "text":
            return "\n".join(_text(statement)) + "\n"


def shown(value: float) -> str:
    """Three digits that mean something: 1,230; 45.6; 0.00789."""
    if value == 0:
        return "0"
    decimals = max(0, _DIGITS - 1 - floor(log10(abs(value))))
    return f"{round(value, _DIGITS - 1 - floor(log10(abs(value)))):,.{decimals}f}"


def _json(statement: Statement) -> str:
    told = {
        "asked": statement.asked,
        "figures": statement.figures.to_dicts(),
        "assumptions": list(statement.assumptions),
        "attribution": list(statement.attribution),
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _markdown(statement: Statement) -> Iterator[str]:
    yield f"# {_TITLE}\n"
    yield from (f"- {name}: {value}" for name, value in statement.asked.items())
    yield "\n| | low | central | high | unit | source |\n| --- | ---: | ---: | ---: | --- | --- |"
    for row in statement.figures.iter_rows(named=True):
        cells = [row["quantity"], *(shown(row[end]) for end in ("low", "central", "high"))]
        yield "| " + " | ".join([*cells, row["unit"], row["source"].replace("|", "\\|")]) + " |"
    yield "\n## Assumptions\n"
    yield from (f"- {line}" for line in statement.assumptions)
    yield "\n## Attribution\n"
    yield from (f"- {line}" for line in statement.attribution)


def _text(statement: Statement) -> Iterator[str]:
    yield _TITLE
    yield "  ".join(f"{name}: {value}" for name, value in statement.asked.items())
    yield ""
    rows = [
        (f"{row['quantity']}{', ' + row['unit'] if row['unit'] else ''}",
         *(shown(row[end]) for end in ("low", "central", "high")))
        for row in statement.figures.iter_rows(named=True)
    ]  # fmt: skip
    table = [("", "low", "central", "high"), *rows]
    widths = [max(len(row[place]) for row in table) for place in range(4)]
    for name, *ends in table:
        padded = (text.rjust(width) for text, width in zip(ends, widths[1:], strict=True))
        yield "  ".join([name.ljust(widths[0]), *padded])
    yield "\nAssumptions"
    yield from (f"- {line}" for line in statement.assumptions)
    yield "\nSources of equivalents and factors: --format md names them."
