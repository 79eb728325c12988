"""What a person may say about a job log beside the log itself."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class JobOptions:
    """How to read a job log, and what of its people may be kept.

    `window` is the span that the log was asked for (`sacct -S -E`), as two aware moments.
    `timezone` is the zone of naive times; None means the cluster's own. `fields` names the
    columns of a log without a header. `name_key` keys the hashes of job names, and of users
    where `pseudonymise_users` asks for it; without a key, names are hashed under a fixed one.
    `tres_names` says what a site's numeric TRES ids mean, in logs that count by them.
    """

    format: str = "auto"
    timezone: str | None = None
    window: tuple[datetime, datetime] | None = None
    fields: tuple[str, ...] | None = None
    delimiter: str | None = None
    keep_job_names: bool = False
    pseudonymise_users: bool = False
    name_key: bytes | None = None
    tres_names: Mapping[int, str] | None = None

    def fingerprint(self) -> str:
        """A short text, equal for options that read equal bytes into equal rows in one zone."""
        key = hashlib.sha256(self.name_key).hexdigest() if self.name_key else None
        window = tuple(moment.timestamp() for moment in self.window) if self.window else None
        fields = tuple(name.lower() for name in self.fields) if self.fields else None
        said = (
            self.format,
            window,
            fields,
            self.delimiter,
            self.keep_job_names,
            self.pseudonymise_users,
            key,
            *([sorted(self.tres_names.items())] if self.tres_names else []),
        )
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]
