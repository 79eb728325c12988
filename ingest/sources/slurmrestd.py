"""slurmrestd as a source: the newest data parser that it offers, one window a question."""

import io
import json
import re
from typing import Any, BinaryIO, Final

from ingest.sources.base import Ask
from ingest.sources.http import Site, read_token
from model.errors import InputError
from model.source_settings import SlurmrestdSource

_SPEC: Final = ("/openapi/v3", "/openapi")
_SPEC_LIMIT: Final = 64 << 20
_JOBS: Final = re.compile(r"/slurmdb/v(\d+)\.(\d+)\.(\d+)/jobs/?")
_NODES: Final = re.compile(r"/slurm/v(\d+)\.(\d+)\.(\d+)/nodes/?")
_WHOLE: Final = {
    "skip_steps": "true",
    "show_duplicates": "true",
    "disable_truncate_usage_time": "true",
}
"""Asked for where the version knows it: each run of a job, with its own times.

Before show_duplicates there was, a question with any parameter showed them.
"""


class Slurmrestd:
    """One slurmrestd. Its version is asked for once, at the first question."""

    ids_at_once = 1

    def __init__(self, settings: SlurmrestdSource) -> None:
        self._settings = settings
        self._form = _JOBS if settings.feeds == "jobs" else _NODES
        self._offer: tuple[str, frozenset[str]] | None = None
        self.name = f"slurmrestd {settings.url}"
        self.windowed = settings.feeds == "jobs"

    def fetch(self, ask: Ask, into: BinaryIO) -> tuple[str, ...]:
        """Write the JSON of one question."""
        site = self._site()
        if self._offer is None:
            self._offer = newest_offer(_specification(site), self._form)
        path, parameters = self._offer
        if ask.job_ids:
            path = f"{path.rstrip('/').removesuffix('jobs')}job/{ask.job_ids[0]}"
            parameters = frozenset()
        site.get(path, _query(ask, parameters), into)
        return ()

    def _site(self) -> Site:
        headers = {"Accept": "application/json"}
        if token := read_token(self._settings.token_file):
            headers["X-SLURM-USER-TOKEN"] = token
        if self._settings.user:
            headers["X-SLURM-USER-NAME"] = self._settings.user
        return Site(self._settings.url, headers)


def newest_offer(
    specification: dict[str, Any], form: re.Pattern[str]
) -> tuple[str, frozenset[str]]:
    """The path of the newest version, and the parameters that it knows. Raises InputError."""
    paths = specification.get("paths")
    found = [
        (tuple(map(int, match.groups())), path)
        for path in (paths if isinstance(paths, dict) else {})
        if (match := form.fullmatch(path))
    ]
    if not found:
        kind = "accounting (slurmdb)" if form is _JOBS else "nodes"
        raise InputError(
            f"this slurmrestd offers no {kind}",
            hint="start it with the dbv0.0.38 or slurmdbd plugin: `slurmrestd -s`.",
        )
    _, path = max(found)
    listed = specification["paths"][path].get("get", {}).get("parameters", [])
    return path, frozenset(each["name"] for each in listed if isinstance(each.get("name"), str))


def _query(ask: Ask, parameters: frozenset[str]) -> dict[str, str]:
    query = {name: value for name, value in _WHOLE.items() if name in parameters}
    if ask.window:
        begin, end = (int(moment.timestamp()) for moment in ask.window)
        query |= {"start_time": f"uts{begin}", "end_time": f"uts{end}"}
    return query


def _specification(site: Site) -> dict[str, Any]:
    fault: InputError | None = None
    for path in _SPEC:
        text = io.BytesIO()
        try:
            site.get(path, {}, text)
            return _as_object(text.getvalue()[:_SPEC_LIMIT], site.url)
        except InputError as error:
            fault = fault or error
            if " 404 " not in error.what:
                raise
    raise fault or InputError("no answer", where=site.url)


def _as_object(text: bytes, url: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise InputError(
            "this is no slurmrestd: its specification is not JSON",
            where=url,
            hint="name slurmrestd's own address, without a path.",
        )
    return found
