"""Configuration, registry and sources: what is not set up, and what did not run."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from model.cluster_settings import ClusterSettings
from model.registry import check_registry
from model.source_settings import CommandSource, FileSource
from reports.doctor.evidence import Evidence
from reports.doctor.symptom import Symptom
from reports.wording import plural

_OTHERS_MAY_READ: Final = 0o044
_SECRETS: Final = ("token_file", "password_file", "identity_file")
_CORRECT: Final = "correct {} in plimsoll.yaml"
_FILES: Final = (*_SECRETS, "known_hosts")


def settings_file(evidence: Evidence) -> Iterator[Symptom]:
    """No plimsoll.yaml: time zones, node roles and GPU aliases have nowhere to stand."""
    if evidence.settings_file is None:
        yield Symptom(
            "settings",
            "note",
            None,
            "no plimsoll.yaml: time zones, node roles and GPU aliases are defaults",
            "plimsoll init",
        )


def clusters_agree(evidence: Evidence) -> Iterator[Symptom]:
    """Clusters that only the settings or only the store knows."""
    set_up = {cluster.name for cluster in evidence.settings.clusters}
    known = set(evidence.known)
    for name in sorted(set_up - known):
        yield Symptom(
            "settings",
            "warning",
            name,
            "it is in plimsoll.yaml, and the store has nothing of it",
            f"plimsoll ingest jobs FILE --cluster {name}",
        )
    if evidence.settings_file is None:
        return
    for name in sorted(known - set_up):
        yield Symptom(
            "settings",
            "note",
            name,
            "it is in the store but not in plimsoll.yaml",
            f"- name: {name}  # under clusters, in plimsoll.yaml",
        )


def sources_can_be_read(evidence: Evidence) -> Iterator[Symptom]:
    """Sources whose files or programs are not there, and secrets that others may read."""
    for cluster in evidence.settings.clusters:
        for source in cluster.sources:
            if isinstance(source, FileSource) and not _matches(source.paths):
                what = f"no file is named {source.paths}"
                yield Symptom("sources", "warning", cluster.name, what, _CORRECT.format("paths"))
        for what, remedy in _faulty_sources(cluster):
            yield Symptom("sources", "error", cluster.name, what, remedy)


def _faulty_sources(cluster: ClusterSettings) -> Iterator[tuple[str, str]]:
    for source in cluster.sources:
        command = getattr(source, "command", None)
        if isinstance(source, CommandSource) and command and shutil.which(command[0]) is None:
            yield f"the program {command[0]} is not here", "name it with its full path"
        for key in _FILES:
            if (file := getattr(source, key, None)) is not None:
                yield from _faulty_file(key, file)


def _matches(pattern: str) -> bool:
    whole = Path(pattern).absolute()
    return any(Path(whole.anchor).glob(str(whole.relative_to(whole.anchor))))


def _faulty_file(key: str, file: Path) -> Iterator[tuple[str, str]]:
    if not file.is_file():
        yield f"{key} {file} is not there", _CORRECT.format(key)
    elif key in _SECRETS and file.stat().st_mode & _OTHERS_MAY_READ:
        yield f"others may read {key} {file}", f"chmod 600 {file}"


def sources_that_failed(evidence: Evidence) -> Iterator[Symptom]:
    """Sources whose last reading did not end well."""
    names = {cluster.name for cluster in evidence.clusters}
    for source in evidence.sources:
        if source.cluster in names and source.last_status not in {None, "done"}:
            when = f"{source.last_run:%Y-%m-%d %H:%M} UTC" if source.last_run else "its last run"
            yield Symptom(
                "sources",
                "error",
                source.cluster,
                f"{source.kind} for {source.feed} ended as {source.last_status} at {when}: "
                f"{source.message or 'without a word'}",
                f"plimsoll ingest run --cluster {source.cluster}",
            )


def runs_that_failed(evidence: Evidence) -> Iterator[Symptom]:
    """The last run of all, where it failed or was killed."""
    if not evidence.runs:
        return
    last = evidence.runs[-1]
    if last.status == "failed" or last.finished_at is None:
        end = "failed" if last.status == "failed" else "did not end, or is at work"
        yield Symptom(
            "sources",
            "warning",
            None,
            f"the last ingest ({last.command}, {last.started_at:%Y-%m-%d %H:%M} UTC) {end}",
            "run it again: what was read twice changes nothing",
        )


def registry(evidence: Evidence) -> Iterator[Symptom]:
    """Faults of the capacity registry."""
    if findings := check_registry(evidence.registry):
        yield Symptom(
            "registry",
            "warning",
            None,
            f"{plural(len(findings), 'fault')} in the capacity registry",
            "plimsoll machines check",
        )


def machines(evidence: Evidence) -> Iterator[Symptom]:
    """Clusters that no machine of the registry stands for."""
    for cluster in evidence.clusters:
        named = cluster.settings and cluster.settings.machine
        if cluster.settings and not named and not cluster.synthetic:
            yield Symptom(
                "registry",
                "note",
                cluster.name,
                "no machine of the registry is named for it: `show delivered` leaves it out",
                f"machine: ID  # in plimsoll.yaml, under cluster {cluster.name}; the ids are in "
                "`plimsoll machines list`",
            )
