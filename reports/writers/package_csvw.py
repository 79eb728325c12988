"""`csv-metadata.json`: the tables of a package as CSV on the Web (W3C) describes them."""

from typing import Any, Final

import polars as pl

from reports.document import Column
from reports.writers.package_cells import missing_values
from reports.writers.package_frictionless import field_type
from reports.writers.package_parts import (
    Parts,
    Resource,
    description,
    key_columns,
    package_title,
    publisher,
)

CONTEXT: Final = "http://www.w3.org/ns/csvw"
_TYPES: Final = {"number": "double", "datetime": "dateTime"}

Described = dict[str, Any]


def table_group(parts: Parts) -> Described:
    """All tables as one group; what Dublin Core and schema.org have a word for, in theirs."""
    document = parts.document
    return {
        "@context": [CONTEXT, {"@language": document.language}],
        "@type": "TableGroup",
        "dc:title": package_title(document),
        "dc:publisher": publisher(document),
        "dc:issued": {"@value": str(document.edition), "@type": "xsd:date"},
        "tables": [_table(each) for each in parts.resources],
    }


def _table(resource: Resource) -> Described:
    table = resource.table
    keys = key_columns(table)
    schema: Described = {"columns": [_column(c, table.frame[c.name]) for c in table.columns]}
    if keys:
        schema["primaryKey"] = list(keys)
    return {
        "@type": "Table",
        "url": resource.path,
        "dc:title": table.caption,
        "dc:description": description(table),
        "null": missing_values(table),
        "tableSchema": schema,
    }


def _column(column: Column, values: pl.Series) -> Described:
    kind = field_type(values.dtype)
    told = {
        "@type": "Column",
        "name": column.name,
        "titles": column.name,
        "datatype": _TYPES.get(kind, kind),
        "dc:title": column.heading,
        "dc:description": column.definition,
        "schema:unitText": column.unit,
    }
    return {key: value for key, value in told.items() if value is not None}
