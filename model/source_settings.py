"""What `plimsoll.yaml` says of a cluster's sources: where records come from, and how often."""

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from model.origin import Record, Text

Feed = Literal["jobs", "nodes", "events", "telemetry", "awards"]
"""What a source brings."""

_UNITS: Final = {"min": "minutes", "h": "hours", "d": "days"}


def _without_password(url: str) -> str:
    if urlsplit(url).password:
        raise ValueError("holds a password. Give it in a file or an environment variable.")
    return url


Url = Annotated[str, Field(pattern=r"^https?://"), AfterValidator(_without_password)]
DatabaseUrl = Annotated[
    str, Field(pattern=r"^(mysql|mariadb)(\+pymysql)?://"), AfterValidator(_without_password)
]
Interval = Annotated[str, Field(pattern=r"^[1-9][0-9]*(min|h|d)$")]
"""A length of time: 15min, 1h, 1d."""

Host = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$")]
LoginName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]*$")]


def length(interval: str) -> timedelta:
    """The time that an interval such as 15min, 1h or 1d stands for."""
    number = interval.rstrip("dhimn")
    return timedelta(**{_UNITS[interval.removeprefix(number)]: int(number)})


class _Source(Record):
    """What every source has: `every` is how often it is asked, at the most."""

    every: Interval | None = None


class _Windowed(_Source):
    """A source that is asked for one window of time after another.

    `window` is the longest span of one question; `overlap` is what is asked again because records
    come late, once a day `late` in its place; `reach` is how old a job that is still open may be
    to be asked for again; `since` is the first day, by default as far back as `reach`.
    """

    window: Interval = "1d"
    overlap: Interval = "2h"
    late: Interval = "3d"
    reach: Interval = "30d"
    since: date | None = None


class FileSource(_Source):
    """Files that something else writes: a shell pattern of paths."""

    kind: Literal["files"]
    feeds: Feed
    paths: Text


class CommandSource(_Windowed):
    """A command of this machine whose output is read; by default Slurm's own for the feed.

    In its arguments `{start}` and `{end}` stand for the window, as 2026-05-01T00:00:00 in UTC.
    """

    kind: Literal["command"]
    feeds: Literal["jobs", "nodes", "events", "awards"]
    command: Annotated[tuple[Text, ...], Field(min_length=1)] | None = None
    timeout: Interval = "30min"


class SshSource(_Windowed):
    """A command on another machine; its host key must be known beforehand."""

    kind: Literal["ssh"]
    feeds: Literal["jobs", "nodes", "events", "awards"]
    host: Host
    user: LoginName | None = None
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    identity_file: Path | None = None
    known_hosts: Path | None = None
    command: Annotated[tuple[Text, ...], Field(min_length=1)] | None = None
    timeout: Interval = "30min"


class SlurmrestdSource(_Windowed):
    """A slurmrestd; its token lies in a file."""

    kind: Literal["slurmrestd"]
    feeds: Literal["jobs", "nodes"]
    url: Url
    token_file: Path | None = None
    user: LoginName | None = None


class SlurmdbdSource(_Windowed):
    """The database of slurmdbd, by an account that may only read; its password lies in a file."""

    kind: Literal["slurmdbd"]
    feeds: Literal["jobs"] = "jobs"
    url: DatabaseUrl
    password_file: Path | None = None


class PrometheusSource(_Windowed):
    """A Prometheus; its token lies in a file.

    `query` chooses series, by default all metrics of GPUs that are of use; `step_s` is how far
    apart, in seconds, the points of an answer lie.
    """

    kind: Literal["prometheus"]
    feeds: Literal["telemetry"] = "telemetry"
    url: Url
    token_file: Path | None = None
    query: Text | None = None
    step_s: Annotated[int, Field(ge=1, le=3600)] = 30
    window: Interval = "1h"
    overlap: Interval = "1h"
    late: Interval = "3h"
    reach: Interval = "7d"


WindowedSource = CommandSource | SshSource | SlurmrestdSource | SlurmdbdSource | PrometheusSource
Source = Annotated[FileSource | WindowedSource, Field(discriminator="kind")]

PATH_KEYS: Final = ("paths", "identity_file", "known_hosts", "token_file", "password_file")
"""Keys of a source that hold paths, relative to the folder of the settings file."""
