"""Where the glossary explains a table or one of its columns."""

from typing import Final

PAGE: Final = "about"


def anchor(table: str, column: str | None = None) -> str:
    """The id of a table's part of the glossary, or of one column's."""
    return f"glossary-{table}-{column}" if column else f"glossary-{table}"


def address(base: str, table: str, column: str | None = None) -> str:
    """The address of a table's part of the glossary, or of one column's."""
    return f"{base}{PAGE}#{anchor(table, column)}"
