"""The demonstration: a synthetic estate, written as the text that real clusters export."""

from plimsoll.demo.generate import Estate, generate_estate

__all__ = ["Estate", "generate_estate"]
