"""Attributes whose names are no Python names: of accessibility, and data for scripts."""

from typing import Any


def aria(**attributes: str) -> dict[str, Any]:
    """`aria(label="Pages")` as the keyword that a Dash component takes it under."""
    return {f"aria-{name}": value for name, value in attributes.items()}


def data(**attributes: str) -> dict[str, Any]:
    """`data(version="jobs@1")` as the keyword of an attribute that scripts read."""
    return {f"data-{name}": value for name, value in attributes.items()}
