"""An impact statement as text, CSV or JSON."""

import json
from collections.abc import Iterator
from typing import Final, Literal, get_args

from reports.impact import Statement
from reports.wording import three_digits

Style = Literal["text", "csv", "json"]
STYLES: Final[tuple[Style, ...]] = get_args(Style)

_TITLE: Final = "Environmental impact of the proposed computation"


def rendered(statement: Statement, style: Style) -> str:
    """The statement in a style; CSV and JSON carry full precision, text has three digits."""
    match style:
        case "json":
            return _json(statement)
        case "csv":
            return statement.figures.write_csv()
        case "text":
            return "\n".join(_text(statement)) + "\n"


def _json(statement: Statement) -> str:
    told = {
        "asked": statement.asked,
        "figures": statement.figures.to_dicts(),
        "assumptions": list(statement.assumptions),
        "attribution": list(statement.attribution),
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _text(statement: Statement) -> Iterator[str]:
    yield _TITLE
    yield "  ".join(f"{name}: {value}" for name, value in statement.asked.items())
    yield ""
    rows = [
        (f"{row['quantity']}{', ' + row['unit'] if row['unit'] else ''}",
         *(three_digits(row[end]) for end in ("low", "central", "high")))
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
