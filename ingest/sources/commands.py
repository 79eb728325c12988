"""Commands as sources: Slurm's own on this machine, or on another one over ssh."""

import shlex
from typing import BinaryIO, Final

from ingest.sources.base import Ask
from ingest.sources.process import Ended, run
from ingest.sources.slurm_commands import ENVIRONMENT, SlurmCommand
from model.errors import InputError, UnavailableError
from model.source_settings import CommandSource, SshSource, length

_IDS_AT_ONCE: Final = 400
_SSH_FAILED: Final = 255
_ACCOUNTING: Final = ("slurmdbd", "database", "persist_conn")
_WORDS_SHOWN: Final = 300


class LocalCommand:
    """A command of this machine."""

    def __init__(self, settings: CommandSource) -> None:
        self._command = SlurmCommand(settings.feeds, settings.command)
        self._timeout_s = length(settings.timeout).total_seconds()
        self.name = self._command.program
        self.windowed = self._command.windowed
        self.ids_at_once = _IDS_AT_ONCE * self._command.asks_by_id

    def fetch(self, ask: Ask, into: BinaryIO) -> tuple[str, ...]:
        """Write what the command prints."""
        start = into.tell()
        arguments = self._command.arguments(ask)
        ended = run(arguments, into, timeout_s=self._timeout_s, environment=ENVIRONMENT)
        if ended.code and self._command.lacks_newer_fields(ended.said):
            into.seek(start)
            into.truncate()
            return self.fetch(ask, into)
        return _checked(ended, self.name, self._timeout_s)


class RemoteCommand:
    """A command on another machine, by ssh that never asks and knows the host already."""

    def __init__(self, settings: SshSource) -> None:
        self._command = SlurmCommand(settings.feeds, settings.command)
        self._settings = settings
        self._timeout_s = length(settings.timeout).total_seconds()
        self.name = f"{self._command.program} on {_address(settings)}"
        self.windowed = self._command.windowed
        self.ids_at_once = _IDS_AT_ONCE * self._command.asks_by_id

    def fetch(self, ask: Ask, into: BinaryIO) -> tuple[str, ...]:
        """Write what the command prints there."""
        start = into.tell()
        said = [f"{name}={value}" for name, value in ENVIRONMENT.items()]
        remote = shlex.join(["env", *said, *self._command.arguments(ask)])
        ended = run([*ssh_arguments(self._settings), remote], into, timeout_s=self._timeout_s)
        if ended.code == _SSH_FAILED:
            raise _ssh_fault(ended, self._settings)
        if ended.code and self._command.lacks_newer_fields(ended.said):
            into.seek(start)
            into.truncate()
            return self.fetch(ask, into)
        return _checked(ended, self.name, self._timeout_s)


def ssh_arguments(settings: SshSource) -> list[str]:
    """The call of ssh up to the address: no questions, no forwarding, known hosts only."""
    options = [
        "BatchMode=yes",
        "StrictHostKeyChecking=yes",
        "UpdateHostKeys=no",
        "ClearAllForwardings=yes",
        "ForwardAgent=no",
        "ConnectTimeout=20",
        "ServerAliveInterval=15",
        "ServerAliveCountMax=4",
    ]
    if settings.known_hosts:
        options += [f"UserKnownHostsFile={settings.known_hosts}", "GlobalKnownHostsFile=/dev/null"]
    if settings.identity_file:
        options += [f"IdentityFile={settings.identity_file}", "IdentitiesOnly=yes"]
    flags = [part for option in options for part in ("-o", option)]
    port = ["-p", str(settings.port)] if settings.port else []
    return ["ssh", "-T", *flags, *port, "--", _address(settings)]


def _address(settings: SshSource) -> str:
    return f"{settings.user}@{settings.host}" if settings.user else settings.host


def _checked(ended: Ended, name: str, timeout_s: float) -> tuple[str, ...]:
    """What was said beside a whole answer. Raises where the answer is not whole."""
    if ended.timed_out:
        raise UnavailableError(
            f"no end after {timeout_s:.0f} s",
            where=name,
            hint="make the source's window shorter, or its timeout longer.",
        )
    troubled = any(word in ended.said.lower() for word in _ACCOUNTING)
    if troubled and "error" in ended.said.lower():
        raise UnavailableError(
            f"the accounting database does not answer: {ended.last_words[:_WORDS_SHOWN]}",
            where=name,
            hint="is slurmdbd running?",
        )
    if ended.code:
        raise InputError(
            f"failed ({ended.code}): {ended.last_words[:_WORDS_SHOWN]}",
            where=name,
            hint="run it by hand as the same user.",
        )
    return (f"{name} said: {ended.last_words[:_WORDS_SHOWN]}",) * bool(ended.said.strip())


def _ssh_fault(ended: Ended, settings: SshSource) -> InputError:
    where = f"ssh {_address(settings)}"
    file = settings.known_hosts or "~/.ssh/known_hosts"
    said = ended.said
    if ended.timed_out:
        return UnavailableError("no answer in time", where=where)
    if "HOST IDENTIFICATION HAS CHANGED" in said:
        return InputError(
            "the host key has changed: the machine was set up anew, or somebody stands in between",
            where=where,
            hint=f"compare the new key with what its administrators say; only then "
            f"`ssh-keygen -R {settings.host} -f {file}` and enter the new one.",
        )
    if "Host key verification failed" in said:
        return InputError(
            "the host key is not known here",
            where=where,
            hint=f"`ssh-keyscan {settings.host} >> {file}` after comparing its fingerprint.",
        )
    if "Permission denied" in said:
        return InputError(
            "the host refused our key",
            where=where,
            hint="put the public key into authorized_keys there; a passphrase cannot be asked for.",
        )
    return UnavailableError(
        f"no connection: {ended.last_words[:_WORDS_SHOWN]}",
        where=where,
        hint="is the host up, and reachable from here?",
    )
