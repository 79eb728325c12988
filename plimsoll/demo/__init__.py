"""The demonstration: a synthetic estate, written as the text that real clusters export."""
