"""Views of the dashboard that somebody named: a page and its query, under a name."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from unicodedata import category

from sqlalchemy import Connection, Engine, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from model.errors import InputError
from store import catalogue_tables as tables
from store.database import for_writing

LONGEST_NAME: Final = 120
LONGEST_QUERY: Final = 4000
MOST_VIEWS: Final = 500
"""As many views as a store keeps: nobody reads a longer list."""


@dataclass(frozen=True)
class SavedView:
    """A page, "" for the first, with the query of its address, "" or from "?" on."""

    view_id: int
    name: str
    page: str
    query: str
    saved_at: datetime


class SavedViews:
    """Reads and writes the views of a catalogue; each write is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> list[SavedView]:
        """Every view, by name in any case."""
        query = select(tables.saved_views)
        with self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        return sorted((SavedView(**row) for row in rows), key=lambda view: view.name.casefold())

    def save(self, name: str, *, page: str, query: str) -> None:
        """Keep a view. InputError for a name that is none or taken, and where none can be kept."""
        if len(query) > LONGEST_QUERY:
            raise InputError("this view has too many filters to be kept", hint="choose fewer.")
        checked = checked_view_name(name)
        values = {"name": checked, "page": page, "query": query, "saved_at": datetime.now(UTC)}
        with _writing(self._engine, checked) as connection:
            kept = connection.execute(select(func.count()).select_from(tables.saved_views)).scalar()
            if (kept or 0) >= MOST_VIEWS:
                raise InputError(
                    f"the store keeps {MOST_VIEWS} views already", hint="delete one of them."
                )
            connection.execute(insert(tables.saved_views).values(**values))

    def rename(self, view_id: int, name: str) -> None:
        """Give a view another name. InputError as `save`, and for a view that is gone."""
        checked = checked_view_name(name)
        named = tables.saved_views.c.view_id == view_id
        with _writing(self._engine, checked) as connection:
            changed = connection.execute(
                update(tables.saved_views).where(named).values(name=checked)
            )
            if not changed.rowcount:
                raise InputError("this view was deleted meanwhile")

    def delete(self, view_id: int) -> None:
        """Forget a view; one that is gone is no fault. InputError where nothing can be written."""
        with _writing(self._engine) as connection:
            connection.execute(
                delete(tables.saved_views).where(tables.saved_views.c.view_id == view_id)
            )


@contextmanager
def _writing(engine: Engine, name: str = "") -> Iterator[Connection]:
    """A transaction whose faults a reader is told in a sentence."""
    try:
        with for_writing(engine).begin() as connection:
            yield connection
    except IntegrityError as fault:
        raise InputError(
            f"there is a view “{name}” already", hint="choose another name."
        ) from fault
    except SQLAlchemyError as fault:
        raise InputError(
            f"the store's catalogue cannot be written: {str(fault).splitlines()[0]}",
            hint="whoever runs the dashboard can let it write to the store.",
        ) from fault


def checked_view_name(name: str) -> str:
    """The name without blanks around it. InputError for none, a long one, and control signs."""
    asked = " ".join(name.split())
    if not asked:
        raise InputError("a view needs a name")
    if len(asked) > LONGEST_NAME:
        raise InputError(f"a view's name has at most {LONGEST_NAME} letters")
    if any(category(letter) in {"Cc", "Cf", "Cs", "Co"} for letter in asked):
        raise InputError("a view's name holds letters, digits and signs that can be seen")
    return asked
