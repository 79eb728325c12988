"""Connections to the catalogue, and its migrations."""

from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from model.errors import InputError

HEAD: Final = "0003"
"""The newest migration of `migrations/versions`."""

_MIGRATION_LOCK: Final = 0x506C696D  # any number that all programs of this kind agree on
_BUSY_S: Final = 30


def connect(url: str | URL) -> Engine:
    """An engine for a catalogue's URL, migrated to the newest revision.

    Raises InputError for a URL that cannot be used, a database that does not answer, and a
    catalogue written by a newer program.
    """
    address = _address(url)
    engine = _sqlite(address) if address.get_backend_name() == "sqlite" else _postgresql(address)
    try:
        _bring_up_to_date(engine)
    except InputError:
        engine.dispose()
        raise
    except SQLAlchemyError as fault:
        engine.dispose()
        raise InputError(
            f"the catalogue cannot be opened: {str(fault).splitlines()[0]}",
            where=address.render_as_string(hide_password=True),
            hint="check the catalogue's URL, and that its database answers.",
        ) from fault
    return engine


def for_writing(engine: Engine) -> Engine:
    """The same database, whose transactions take SQLite's write lock when they begin."""
    return engine.execution_options(plimsoll_writes=True)


def _address(url: str | URL) -> URL:
    try:
        address = make_url(url)
    except ArgumentError as fault:
        raise InputError(
            "the catalogue's URL cannot be read",
            hint="for example postgresql://user@host/plimsoll",
        ) from fault
    backend = address.get_backend_name()
    if backend not in {"sqlite", "postgresql"}:
        raise InputError(
            f"the catalogue cannot be kept in {backend}", hint="use SQLite or PostgreSQL."
        )
    return address.set(drivername="postgresql+psycopg") if backend == "postgresql" else address


def _sqlite(address: URL) -> Engine:
    # A file opens in no time, and a connection that is not kept is never left behind.
    engine = create_engine(address, connect_args={"timeout": _BUSY_S}, poolclass=NullPool)
    _own_transactions(engine)
    return engine


def _postgresql(address: URL) -> Engine:
    return create_engine(address, connect_args={"connect_timeout": _BUSY_S}, pool_pre_ping=True)


def _own_transactions(engine: Engine) -> None:
    """Begin and end SQLite's transactions here: the driver would commit before each DDL."""

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("plimsoll_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _bring_up_to_date(engine: Engine) -> None:
    with engine.connect() as connection:
        if _is_current(connection):
            return
    with for_writing(engine).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        if not _is_current(connection):
            _upgrade(connection)


def _is_current(connection: Connection) -> bool:
    if not inspect(connection).has_table("alembic_version"):
        return False
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found is not None and str(found) > HEAD:
        raise InputError(
            f"this catalogue was written by a newer plimsoll (revision {found}; "
            f"this program knows revisions up to {HEAD})",
            where=connection.engine.url.render_as_string(hide_password=True),
            hint="upgrade plimsoll.",
        )
    return found == HEAD


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
