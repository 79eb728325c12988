"""Findings: one sentence with its number for each panel and each section of a report."""
