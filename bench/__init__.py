"""Measurements: speed as ratios to a bare Polars run of the same work, and peak memory."""
