"""`datapackage.json`: the tables of a package as Frictionless Data describes them."""

from typing import Any, Final

import polars as pl

from reports.document import Column, Document, TableBlock
from reports.palette import SYNTHETIC
from reports.writers.package_cells import missing_values, symbols_instead
from reports.writers.package_parts import (
    CSV_TYPE,
    Parts,
    Resource,
    description,
    key_columns,
    package_name,
    package_title,
    package_version,
    publisher,
)
from reports.writers.package_sources import Publication, licences, publications

PROFILE: Final = "https://datapackage.org/profiles/2.0/datapackage.json"
_NOT_BELOW_ZERO: Final = {"count", "hours"}

Described = dict[str, Any]


def datapackage(parts: Parts) -> Described:
    """The descriptor: what the package is, whose, from what, and the schema of every table."""
    document = parts.document
    return {
        "$schema": PROFILE,
        "name": package_name(document),
        "title": package_title(document),
        "description": f"{document.subtitle}. The figures in full. Period: {document.period}.",
        "version": package_version(document),
        "created": f"{document.edition}T00:00:00Z",
        "keywords": _keywords(document),
        "contributors": [_contributor(document)],
        "licenses": licences(document),
        "sources": [_source(each) for each in publications(document)],
        "plimsoll": _provenance(document),
        "resources": [_resource(each) for each in parts.resources],
    }


def _keywords(document: Document) -> list[str]:
    made_up = [SYNTHETIC.lower()] if document.synthetic else []
    return ["GPU", "high-performance computing", "research capacity", *made_up]


def _contributor(document: Document) -> Described:
    told = {"title": publisher(document), "roles": ["publisher"]}
    contact = document.contact or ""
    return told | ({"email": contact} if "@" in contact and " " not in contact else {})


def _source(publication: Publication) -> Described:
    told = {
        "title": publication.title,
        "path": publication.url,
        "version": publication.date,
        "publisher": publication.publisher,
        "grade": publication.grade,
        "of": publication.of,
    }
    return {key: value for key, value in told.items() if value}


def _provenance(document: Document) -> Described:
    """What a later edition reads of this one, and a reader must know to make it again."""
    return {
        "edition": str(document.edition),
        "period": document.period,
        "from": str(document.since) if document.since else None,
        "to": str(document.until) if document.until else None,
        "clusters": list(document.clusters),
        "dataAsOf": document.data_as_of.isoformat() if document.data_as_of else None,
        "dataAsOfAssumed": document.as_of_assumed,
        "storeVersion": document.store_version,
        "programVersion": document.program_version,
        "synthetic": document.synthetic,
        "disclosure": document.disclosure,
        "command": document.command,
    }


def _resource(resource: Resource) -> Described:
    table = resource.table
    told = {
        "name": resource.name,
        "type": "table",
        "path": resource.path,
        "title": table.caption,
        "description": description(table),
        "format": "csv",
        "mediatype": CSV_TYPE,
        "encoding": "utf-8",
        "bytes": len(resource.content),
        "hash": f"sha256:{resource.sha256}",
        "command": table.command,
        "schema": _schema(table),
    }
    return {key: value for key, value in told.items() if value is not None}


def _schema(table: TableBlock) -> Described:
    keys = key_columns(table)
    told: Described = {
        "fields": [_field(column, table) for column in table.columns],
        "missingValues": missing_values(table),
    }
    return told | ({"primaryKey": list(keys)} if keys else {})


def _field(column: Column, table: TableBlock) -> Described:
    values = table.frame[column.name]
    told = {
        "name": column.name,
        "type": field_type(values.dtype),
        "title": column.heading,
        "description": column.definition,
        "unit": column.unit or ("fraction of 1" if column.kind == "share" else None),
        "formula": column.formula,
        "source": column.source,
        "constraints": _constraints(column, table) or None,
    }
    return {key: value for key, value in told.items() if value is not None}


def field_type(dtype: pl.DataType) -> str:
    """The type of a field by that of a frame's column."""
    if dtype.is_integer():
        return "integer"
    if dtype.is_numeric():
        return "number"
    names = {pl.Boolean(): "boolean", pl.Date(): "date"}
    return "datetime" if isinstance(dtype, pl.Datetime) else names.get(dtype, "string")


def _constraints(column: Column, table: TableBlock) -> Described:
    """What is so by the meaning of a column, and in this table."""
    values = table.frame[column.name]
    told: Described = {}
    withheld = {name for _, name in symbols_instead(table)}
    if column.header and values.len() and not values.null_count() and column.name not in withheld:
        told["required"] = True
    if column.kind in _NOT_BELOW_ZERO and values.dtype.is_numeric():
        least = values.min()
        if least is None or float(least) >= 0:  # type: ignore[arg-type]  # a number's least
            told |= {"minimum": 0}
    return told
