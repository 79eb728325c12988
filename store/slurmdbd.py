"""Reads jobs from slurmdbd's own database: rows as they stand, in bounded pages."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    TableClause,
    and_,
    column,
    create_engine,
    event,
    inspect,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, NoSuchTableError, SQLAlchemyError

from model.errors import InputError, UnavailableError

PAGE_ROWS: Final = 2000
"""Rows that one query may bring."""

_CONNECT_S: Final = 20
_QUERY_S: Final = 120
_NEEDED: Final = (
    "job_db_inx",
    "id_job",
    "id_assoc",
    "id_qos",
    "id_resv",
    "id_array_job",
    "id_array_task",
    "array_task_str",
    "array_max_tasks",
    "het_job_id",
    "het_job_offset",
    "account",
    "partition",
    "job_name",
    "cpus_req",
    "state",
    "state_reason_prev",
    "timelimit",
    "time_submit",
    "time_eligible",
    "time_start",
    "time_end",
    "time_suspended",
    "nodelist",
    "nodes_alloc",
    "tres_alloc",
    "tres_req",
)
_LATER: Final = ("container",)
"""Columns that Slurm's database gained after 20.11."""

_REFUSED: Final = {
    1044: "the account may not use this database",
    1045: "the database refused the user or the password",
    1049: "there is no such database",
    1142: "the account may not read a table",
    1698: "the database refused the user or the password",
}
_GRANT: Final = "GRANT SELECT ON slurm_acct_db.* is enough; docs/how-to/schedule.md has the lines."

Row = dict[str, Any]


class SlurmDatabase:
    """The jobs of one cluster, by an account that needs no more than SELECT.

    Every query goes by an index of slurmdbd's own and has a LIMIT and a time limit; the session
    is read-only. All methods raise UnavailableError where the database does not answer, and
    InputError where it answers, but not with what is wanted.
    """

    def __init__(
        self, url: str, *, cluster: str, password: str | None = None, page_rows: int = PAGE_ROWS
    ) -> None:
        address = make_url(url).set(drivername="mysql+pymysql", password=password)
        self.name = address.render_as_string(hide_password=True)
        self._cluster = cluster
        self._page_rows = page_rows
        self._engine = create_engine(
            address,
            connect_args={
                "connect_timeout": _CONNECT_S,
                "read_timeout": _QUERY_S + _CONNECT_S,
                "charset": "utf8mb4",
            },
            pool_size=1,
            max_overflow=0,
            pool_pre_ping=True,
        )
        _gently(self._engine)

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def facts(self) -> Row:
        """What rows need to be read: `cluster`, the database's own `now` (epoch seconds), and
        `tres`, the names of numeric TRES ids.
        """
        with _asking(self.name), self._engine.connect() as connection:
            now = connection.execute(text("SELECT UNIX_TIMESTAMP()")).scalar_one()
            rows = connection.execute(text("SELECT id, type, name FROM tres_table")).all()
        tres = {str(number): f"{kind}/{name}" if name else str(kind) for number, kind, name in rows}
        return {"cluster": self._cluster, "now": int(now), "tres": tres}

    def ended(self, begin_s: int, end_s: int) -> Iterator[list[Row]]:
        """Pages of the jobs that ended in [begin, end), in epoch seconds, by their end."""
        return self._pages(begin_s, end_s)

    def open(self) -> Iterator[list[Row]]:
        """Pages of the jobs that have not ended."""
        return self._pages(0, 1)

    def by_id(self, job_ids: Sequence[int]) -> Iterator[list[Row]]:
        """Pages of all runs of some jobs, by raw id."""
        with _asking(self.name), self._engine.connect() as connection:
            jobs = _Jobs(connection, self._cluster)
            for start in range(0, len(job_ids), self._page_rows):
                part = job_ids[start : start + self._page_rows]
                query = jobs.query(jobs.at("id_job").in_(part))
                yield jobs.rows(query.order_by(jobs.at("id_job"), jobs.at("job_db_inx")))

    def _pages(self, begin_s: int, end_s: int) -> Iterator[list[Row]]:
        """Pages by keyset in the order of slurmdbd's index on (time_end, time_eligible)."""
        with _asking(self.name), self._engine.connect() as connection:
            jobs = _Jobs(connection, self._cluster)
            key = [jobs.at(name) for name in ("time_end", "time_eligible", "job_db_inx")]
            last = [begin_s, -1, -1]
            page: list[Row] = []
            while not page or len(page) == self._page_rows:
                where = and_(key[0] >= last[0], key[0] < end_s, _after(key, last))
                page = jobs.rows(jobs.query(where).order_by(*key).limit(self._page_rows))
                if page:
                    last = [page[-1][column.name] for column in key]
                    yield page
                else:
                    return


class _Jobs:
    """The job table of a cluster, joined to what names its accounts, users, QOS, reservations."""

    def __init__(self, connection: Connection, cluster: str) -> None:
        self._connection = connection
        self._jobs = _job_table(connection, cluster)
        self._users = table(
            f"{cluster}_assoc_table", column("id_assoc"), column("user"), column("acct")
        )
        self._qos = table("qos_table", column("id"), column("name"))
        self._reservations = table(f"{cluster}_resv_table", column("id_resv"), column("resv_name"))

    def at(self, name: str) -> ColumnElement[Any]:
        return self._jobs.c[name]

    def query(self, where: ColumnElement[bool]) -> Select[Any]:
        names = [*_NEEDED, *(name for name in _LATER if name in self._jobs.c)]
        return (
            select(
                *(self._jobs.c[name] for name in names),
                self._users.c.user.label("user"),
                self._users.c.acct.label("acct"),
                self._qos.c.name.label("qos"),
            )
            .outerjoin(self._users, self._jobs.c.id_assoc == self._users.c.id_assoc)
            .outerjoin(self._qos, self._jobs.c.id_qos == self._qos.c.id)
            .where(self._jobs.c.deleted == 0, where)
        )

    def rows(self, query: Select[Any]) -> list[Row]:
        found = [dict(row) for row in self._connection.execute(query).mappings()]
        self._connection.rollback()  # holds no snapshot between pages
        names = self._reservation_names({row["id_resv"] for row in found if row["id_resv"]})
        return [{**row, "reservation": names.get(row["id_resv"])} for row in found]

    def _reservation_names(self, ids: Iterable[int]) -> dict[int, str]:
        wanted = sorted(ids)
        if not wanted:
            return {}
        of = self._reservations.c
        query = select(of.id_resv, of.resv_name).where(of.id_resv.in_(wanted)).distinct()
        return {int(number): str(name) for number, name in self._connection.execute(query)}


def _job_table(connection: Connection, cluster: str) -> TableClause:
    """The table as the database has it: Slurm's versions differ. Raises InputError."""
    name = f"{cluster}_job_table"
    try:
        found = [each["name"] for each in inspect(connection).get_columns(name)]
    except NoSuchTableError:
        raise InputError(
            f"slurmdbd keeps no cluster {cluster!r} here{_clusters(connection)}",
            hint="name the cluster in plimsoll.yaml as Slurm's ClusterName does.",
        ) from None
    lacking = [each for each in (*_NEEDED, "deleted") if each not in found]
    if lacking:
        raise InputError(
            f"{name} has no column {', '.join(lacking)}",
            hint="slurmdbd of Slurm 20.11 or newer is read; older ones by sacct -P.",
        )
    return table(name, *(column(each) for each in found))


def _clusters(connection: Connection) -> str:
    suffix = "_job_table"
    names = [each for each in inspect(connection).get_table_names() if each.endswith(suffix)]
    return f" (but {', '.join(each.removesuffix(suffix) for each in names)})" if names else ""


def _after(key: Sequence[ColumnElement[Any]], last: Sequence[int]) -> ColumnElement[bool]:
    """Rows that stand after `last` in the order of `key`."""
    first, *more = zip(key, last, strict=True)
    if not more:
        return first[0] > first[1]
    return or_(first[0] > first[1], and_(first[0] == first[1], _after(key[1:], last[1:])))


def _gently(engine: Engine) -> None:
    """Sessions that cannot write, and whose queries the server gives up on in time."""

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
            if "MariaDB" in connection.get_server_info():
                cursor.execute(f"SET SESSION max_statement_time = {_QUERY_S}")
            else:
                cursor.execute(f"SET SESSION max_execution_time = {_QUERY_S * 1000}")


class _asking:  # noqa: N801
    """Turns the database's faults into lines that say whether asking again may help."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, fault: BaseException | None, trace: object) -> None:
        if isinstance(fault, InputError):
            fault.where = fault.where or self._name
        if not isinstance(fault, SQLAlchemyError):
            return
        code, said = _cause(fault)
        if code in _REFUSED:
            raise InputError(f"{_REFUSED[code]}: {said}", where=self._name, hint=_GRANT) from fault
        raise UnavailableError(
            f"the database does not answer: {said}",
            where=self._name,
            hint="is it running, and reachable from here?",
        ) from fault


def _cause(fault: SQLAlchemyError) -> tuple[int | None, str]:
    """The server's error number and words."""
    origin = fault.orig if isinstance(fault, DBAPIError) else None
    arguments = origin.args if origin is not None else ()
    if len(arguments) > 1 and isinstance(arguments[0], int):
        return arguments[0], str(arguments[1])
    return None, str(origin or fault).splitlines()[0]
