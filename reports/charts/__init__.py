"""Charts as descriptions, drawn by the dashboard and by reports."""

from reports.charts.description import Band, Chart, Series

__all__ = ["Band", "Chart", "Series"]
