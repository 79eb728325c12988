"""The catalogue's tables, alike on SQLite and PostgreSQL."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC, also where the database keeps no time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse a naive moment: nobody could tell when it was."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the moment back aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_BIG = BigInteger().with_variant(Integer, "sqlite")

settings = Table(
    "settings",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("value", Text, nullable=False),
)

clusters = Table(
    "clusters",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("timezone", String(100), nullable=False),
    Column("tier", String(100)),
    Column("machine", String(200)),
    Column("synthetic", Boolean, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
)

account_projects = Table(
    "account_projects",
    metadata,
    Column("cluster", String(200), primary_key=True),
    Column("account", String(200), primary_key=True),
    Column("project", String(500), nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("run_id", Integer, primary_key=True, autoincrement=True),
    Column("command", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("status", String(100)),
)

files = Table(
    "files",
    metadata,
    Column("file_id", Integer, primary_key=True, autoincrement=True),
    Column("run_id", Integer, ForeignKey("runs.run_id"), nullable=False, index=True),
    Column("cluster", String(200)),
    Column("kind", String(50), nullable=False),
    Column("path", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("format", String(100), nullable=False),
    Column("options", Text, nullable=False),
    Column("timezone", String(100)),
    Column("window_from", UtcDateTime),
    Column("window_to", UtcDateTime),
    Column("window_assumed", Boolean, nullable=False),
    Column("rows_read", BigInteger, nullable=False),
    Column("rows_accepted", BigInteger, nullable=False),
    Column("rows_steps", BigInteger, nullable=False),
    Column("rows_quarantined", BigInteger, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("assumptions", JSON, nullable=False),
    Column("inserted", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Column("unchanged", BigInteger, nullable=False),
    Column("store_version", Text),
    Column("ingested_at", UtcDateTime, nullable=False),
    Index("ix_files_sha256_kind_cluster", "sha256", "kind", "cluster"),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", _BIG, primary_key=True, autoincrement=True),
    Column("file_id", Integer, ForeignKey("files.file_id"), nullable=False, index=True),
    Column("line", BigInteger, nullable=False),
    Column("reason", String(100), nullable=False),
    Column("text", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
)

sources = Table(
    "sources",
    metadata,
    Column("source", String(500), primary_key=True),
    Column("cluster", String(200), nullable=False),
    Column("feed", String(50), nullable=False),
    Column("kind", String(50), nullable=False),
    Column("watermark", UtcDateTime),
    Column("last_run", UtcDateTime),
    Column("last_success", UtcDateTime),
    Column("last_status", String(50)),
    Column("message", Text),
    Column("rows_read", BigInteger, nullable=False),
    Column("rows_accepted", BigInteger, nullable=False),
    Column("rows_steps", BigInteger, nullable=False),
    Column("rows_quarantined", BigInteger, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("seen", JSON, nullable=False),
)

saved_views = Table(
    "saved_views",
    metadata,
    Column("view_id", Integer, primary_key=True, autoincrement=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("page", String(200), nullable=False),
    Column("query", Text, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
)
