"""Accessibility attributes, whose names are no Python names."""

from typing import Any


def aria(**attributes: str) -> dict[str, Any]:
    """`aria(label="Pages")` as the keyword that a Dash component takes it under."""
    return {f"aria-{name}": value for name, value in attributes.items()}
