"""The facts (Delta Lake) and the catalogue (SQLAlchemy): only this layer touches them."""

from store.catalogue import Catalogue
from store.jobs import JobWriter
from store.kept import KeptSums
from store.parts import FactPart, FactParts
from store.records import (
    Cluster,
    Compaction,
    FileRecord,
    Quarantined,
    Run,
    SourceState,
    TableInfo,
    WriteCounts,
)
from store.saved_views import SavedView, SavedViews
from store.store import Store, open_store

__all__ = [
    "Catalogue",
    "Cluster",
    "Compaction",
    "FactPart",
    "FactParts",
    "FileRecord",
    "JobWriter",
    "KeptSums",
    "Quarantined",
    "Run",
    "SavedView",
    "SavedViews",
    "SourceState",
    "Store",
    "TableInfo",
    "WriteCounts",
    "open_store",
]
