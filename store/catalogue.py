"""The catalogue: clusters, the ledger of what was ingested, quarantine, maps and settings."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime
from typing import Any, Final, Literal

import polars as pl
from sqlalchemy import (
    Connection,
    CursorResult,
    Engine,
    Select,
    Table,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from model.errors import InputError
from store import catalogue_tables as tables
from store.database import for_writing
from store.delta import checked_name
from store.records import Cluster, FileRecord, Quarantined, Run, SourceState
from store.saved_views import SavedViews

TEXT_LIMIT: Final = 4000
"""Characters of a quarantined row that are kept."""

CLUSTERS_SCHEMA: Final = pl.Schema(
    {
        "cluster": pl.String(),
        "timezone": pl.String(),
        "tier": pl.String(),
        "machine": pl.String(),
        "synthetic": pl.Boolean(),
    }
)
ACCOUNT_PROJECTS_SCHEMA: Final = pl.Schema(
    {"cluster": pl.String(), "account": pl.String(), "project": pl.String()}
)

RunStatus = Literal["done", "quarantined", "refused", "failed"]


class Catalogue:
    """Reads and writes the catalogue, each write in one transaction; `views` are saved views."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writing = for_writing(engine)
        self.views = SavedViews(engine)

    # Clusters

    def save_cluster(self, cluster: Cluster) -> Cluster:
        """Add a cluster, or replace what is known of it; `added_at` stays as it was."""
        checked_name(cluster.name)
        with self._writing.begin() as connection:
            known = _cluster(connection, cluster.name)
            added = known.added_at if known else cluster.added_at
            saved = replace(cluster, added_at=added or _now())
            _put(connection, tables.clusters, asdict(saved))
        return saved

    def cluster(self, name: str) -> Cluster | None:
        """One cluster, or None if it is not known."""
        with self._engine.connect() as connection:
            return _cluster(connection, name)

    def clusters(self) -> list[Cluster]:
        """All clusters, by name."""
        query = select(tables.clusters).order_by(tables.clusters.c.name)
        return [Cluster(**row) for row in self._rows(query)]

    def clusters_frame(self) -> pl.DataFrame:
        """All clusters as a frame: `cluster, timezone, tier, machine, synthetic`."""
        rows = [(c.name, c.timezone, c.tier, c.machine, c.synthetic) for c in self.clusters()]
        return pl.DataFrame(rows, schema=CLUSTERS_SCHEMA, orient="row")

    # The ledger

    def begin_run(self, command: str) -> int:
        """Note the beginning of a run; its id names it in the ledger and in the Delta log."""
        with self._writing.begin() as connection:
            added = connection.execute(
                insert(tables.runs).values(command=command, started_at=_now())
            )
            return _id_of(added)

    def finish_run(self, run_id: int, *, status: RunStatus = "done") -> None:
        """Note how a run ended."""
        with self._writing.begin() as connection:
            connection.execute(
                update(tables.runs)
                .where(tables.runs.c.run_id == run_id)
                .values(finished_at=_now(), status=status)
            )

    def runs(self) -> list[Run]:
        """All runs, in the order of their beginning."""
        return [Run(**row) for row in self._rows(select(tables.runs).order_by("run_id"))]

    def record_file(self, record: FileRecord, quarantine: Iterable[Quarantined] = ()) -> FileRecord:
        """Enter a file and its quarantined rows in one transaction; gives back its `file_id`."""
        entered = replace(record, ingested_at=record.ingested_at or _now(), file_id=None)
        values = asdict(entered)
        del values["file_id"]
        values["assumptions"] = list(entered.assumptions)
        with self._writing.begin() as connection:
            added = connection.execute(insert(tables.files).values(**values))
            file_id = _id_of(added)
            rows = [_quarantine_row(file_id, row) for row in quarantine]
            if rows:
                connection.execute(insert(tables.quarantine), rows)
        return replace(entered, file_id=file_id)

    def find_file(
        self, cluster: str | None, kind: str, sha256: str, options: str
    ) -> FileRecord | None:
        """The last entry of a file of the same content, read with the same options."""
        files = tables.files.c
        query = (
            select(tables.files)
            .where(files.sha256 == sha256, files.kind == kind, files.options == options)
            .where(files.cluster.is_(None) if cluster is None else files.cluster == cluster)
            .order_by(files.file_id.desc())
            .limit(1)
        )
        return next((_file_record(row) for row in self._rows(query)), None)

    def files(
        self, run_id: int | None = None, *, cluster: str | None = None, kind: str | None = None
    ) -> list[FileRecord]:
        """Entries of the ledger in the order of entry, of one run, cluster or kind if named."""
        query = select(tables.files).order_by(tables.files.c.file_id)
        for column, value in (("run_id", run_id), ("cluster", cluster), ("kind", kind)):
            if value is not None:
                query = query.where(tables.files.c[column] == value)
        return [_file_record(row) for row in self._rows(query)]

    def quarantine(
        self, file_id: int, limit: int | None = None, *, reason: str | None = None
    ) -> list[Quarantined]:
        """Quarantined rows of one file by line, those of one reason if named."""
        rows = tables.quarantine.c
        query = (
            select(rows.line, rows.reason, rows.text, rows.rows)
            .where(rows.file_id == file_id)
            .order_by(rows.line, rows.id)
            .limit(limit)
        )
        if reason is not None:
            query = query.where(rows.reason == reason)
        return [Quarantined(**row) for row in self._rows(query)]

    def windows(
        self, cluster: str, *, kind: str = "jobs", assumed: bool = False
    ) -> list[tuple[datetime, datetime]]:
        """The distinct windows [from, to) that were stated at ingest, by time.

        With `assumed`, also those that were taken from the first and last record of a log.
        """
        files = tables.files.c
        query = (
            select(files.window_from, files.window_to)
            .where(files.cluster == cluster, files.kind == kind)
            .where(files.window_from.is_not(None), files.window_to.is_not(None))
            .distinct()
            .order_by(files.window_from, files.window_to)
        )
        if not assumed:
            query = query.where(files.window_assumed.is_(False))
        return [(row["window_from"], row["window_to"]) for row in self._rows(query)]

    def last_ingest(self, cluster: str, *, kind: str = "jobs") -> datetime | None:
        """When a file of this cluster was last entered in the ledger."""
        files = tables.files.c
        query = select(func.max(files.ingested_at)).where(
            files.cluster == cluster, files.kind == kind
        )
        with self._engine.connect() as connection:
            found: datetime | None = connection.execute(query).scalar()
        return found

    def ledger_version(self) -> str:
        """What changes whenever the ledger does, also where the facts stay as they are."""
        files, runs, sources = tables.files.c, tables.runs.c, tables.sources.c
        query = select(
            select(func.max(files.file_id)).scalar_subquery(),
            select(func.max(runs.run_id)).scalar_subquery(),
            select(func.count(runs.finished_at)).scalar_subquery(),
            select(func.max(sources.last_run)).scalar_subquery(),
        )
        with self._engine.connect() as connection:
            return " ".join(str(part) for part in connection.execute(query).one())

    def facts_version(self) -> str:
        """What changes with every file read and with what is known of a cluster.

        A file may say no more than that nothing happened: its facts leave the tables as they are.
        """
        with self._engine.connect() as connection:
            latest = connection.execute(select(func.max(tables.files.c.file_id))).scalar()
        known = "; ".join(
            f"{c.name} {c.timezone} {c.tier} {c.machine} {c.synthetic}" for c in self.clusters()
        )
        return f"{latest} {known}"

    # Sources

    def source(self, source: str) -> SourceState | None:
        """How far one source was read; None for one that was never asked."""
        query = select(tables.sources).where(tables.sources.c.source == source)
        return next((SourceState(**row) for row in self._rows(query)), None)

    def sources(self) -> list[SourceState]:
        """All sources that were ever asked, by cluster, feed and name."""
        order = tables.sources.c
        query = select(tables.sources).order_by(order.cluster, order.feed, order.source)
        return [SourceState(**row) for row in self._rows(query)]

    def save_source(self, state: SourceState) -> None:
        """Note how far a source was read, in place of what was noted of it."""
        with self._writing.begin() as connection:
            _put(connection, tables.sources, asdict(state))

    # Maps and settings

    def save_account_projects(self, pairs: Iterable[tuple[str, str, str]]) -> None:
        """Enter (cluster, account, project) triples; a newer one replaces that of its account."""
        with self._writing.begin() as connection:
            for cluster, account, project in pairs:
                row = {"cluster": cluster, "account": account, "project": project}
                _put(connection, tables.account_projects, row)

    def account_projects(self) -> pl.DataFrame:
        """The map of accounts to projects: `cluster, account, project`."""
        table = tables.account_projects
        rows = [tuple(row.values()) for row in self._rows(select(table).order_by(*table.c))]
        return pl.DataFrame(rows, schema=ACCOUNT_PROJECTS_SCHEMA, orient="row")

    def setting(self, key: str) -> str | None:
        """The value of a setting, or None."""
        query = select(tables.settings.c.value).where(tables.settings.c.key == key)
        with self._engine.connect() as connection:
            return connection.execute(query).scalar()

    def save_setting(self, key: str, value: str) -> None:
        """Set a setting."""
        with self._writing.begin() as connection:
            _put(connection, tables.settings, {"key": key, "value": value})

    def belongs_to(self, store_id: str) -> None:
        """Bind a new catalogue to its store. Raises InputError for the catalogue of another."""
        bound = self.setting("store_id") or self._bind(store_id)
        if bound != store_id:
            raise InputError(
                "this catalogue belongs to another store",
                where=self._engine.url.render_as_string(hide_password=True),
                hint="give each store a catalogue of its own.",
            )

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def _bind(self, store_id: str) -> str | None:
        with self._writing.begin() as connection:
            row = {"key": "store_id", "value": store_id}
            _put(connection, tables.settings, row, replacing=False)
        return self.setting("store_id")

    def _rows(self, query: Select[Any]) -> list[dict[str, Any]]:
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


def _cluster(connection: Connection, name: str) -> Cluster | None:
    query = select(tables.clusters).where(tables.clusters.c.name == name)
    row = connection.execute(query).mappings().first()
    return Cluster(**row) if row else None


def _put(
    connection: Connection, table: Table, values: Mapping[str, Any], *, replacing: bool = True
) -> None:
    """Insert a row; one of the same primary key is replaced, or else stands."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = dialect.insert(table).values(**values)
    key = [column.name for column in table.primary_key]
    rest = {name: value for name, value in values.items() if name not in key}
    connection.execute(
        row.on_conflict_do_update(index_elements=key, set_=rest)
        if replacing
        else row.on_conflict_do_nothing(index_elements=key)
    )


def _id_of(added: CursorResult[Any]) -> int:
    key = added.inserted_primary_key
    if key is None:
        raise RuntimeError("the database gave no id for a new row")
    return int(key[0])


def _file_record(row: Mapping[str, Any]) -> FileRecord:
    known = {field.name for field in fields(FileRecord)}
    values = {name: value for name, value in row.items() if name in known}
    return FileRecord(**{**values, "assumptions": tuple(row["assumptions"])})


def _quarantine_row(file_id: int, row: Quarantined) -> dict[str, Any]:
    # PostgreSQL's text holds no NUL, and neither database a lone surrogate.
    text = row.text[:TEXT_LIMIT].replace("\0", "\N{REPLACEMENT CHARACTER}")
    return {
        "file_id": file_id,
        "line": row.line,
        "reason": row.reason,
        "text": text.encode("utf-8", "replace").decode("utf-8"),
        "rows": row.rows,
    }


def _now() -> datetime:
    return datetime.now(UTC)
