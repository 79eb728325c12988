"""Documents as files, one module a format."""

from reports.writers.formats import FORMATS, format_of, writer

__all__ = ["FORMATS", "format_of", "writer"]
