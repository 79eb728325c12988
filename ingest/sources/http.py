"""GET over HTTP: no redirects, no proxies, no address that only a machine's own cloud answers."""

import http.client
import ssl
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import urlencode, urlsplit

from model.errors import InputError, UnavailableError

_TIMEOUT_S: Final = 300.0
_BLOCK_BYTES: Final = 1 << 20
_FAULT_BYTES: Final = 4000
_WORDS_SHOWN: Final = 300
_TOKEN_BYTES: Final = 16_384
_METADATA: Final = frozenset(
    [ip_address("100.100.100.200"), ip_address("192.0.0.192"), ip_address("fd00:ec2::254")]
)
_OK: Final = 200
_REDIRECTS: Final = range(300, 400)
_SERVER_FAULTS: Final = range(500, 600)
_LATER: Final = {408, 425, 429}
_REFUSALS: Final = {401, 403}


@dataclass(frozen=True)
class Site:
    """A server, and what every question to it carries."""

    url: str
    headers: Mapping[str, str]
    timeout_s: float = _TIMEOUT_S

    def get(self, path: str, query: Mapping[str, str], into: BinaryIO) -> None:
        """Write the body of an answer of 200. Raises UnavailableError and InputError."""
        base = urlsplit(self.url)
        target = base.path.rstrip("/") + path + (f"?{urlencode(query)}" if query else "")
        try:
            with closing(self._connection()) as connection:
                connection.request("GET", target, headers=dict(self.headers))
                with closing(connection.getresponse()) as answer:
                    if answer.status != _OK:
                        said = answer.read(_FAULT_BYTES).decode("utf-8", "replace")
                        raise self._fault(answer, said)
                    _copy(answer, into)
        except ssl.SSLCertVerificationError as error:
            raise InputError(
                f"the certificate is not to be trusted: {error.verify_message}",
                where=self.url,
                hint="put its authority into the system's certificates.",
            ) from error
        except _WritingError:
            raise
        except (OSError, http.client.HTTPException) as error:
            raise UnavailableError(
                f"no answer: {str(error) or type(error).__name__}",
                where=self.url,
                hint="is it running, and reachable from here?",
            ) from error

    def _connection(self) -> http.client.HTTPConnection:
        base = urlsplit(self.url)
        host = base.hostname or ""
        kind = _GuardedTls if base.scheme == "https" else _Guarded
        return kind(host, base.port, timeout=self.timeout_s)

    def _fault(self, answer: http.client.HTTPResponse, said: str) -> InputError:
        words = " ".join(said.split())[:_WORDS_SHOWN]
        if answer.status in _REDIRECTS:
            return InputError(
                f"answers with a redirect to {answer.getheader('Location')}, which is not followed",
                where=self.url,
                hint="name the address that it means as the source's url.",
            )
        if answer.status in _REFUSALS or "authentication" in words.lower():
            return InputError(
                f"the token was refused ({answer.status})",
                where=self.url,
                hint="it may have expired: `scontrol token username=... lifespan=...` makes one.",
            )
        if answer.status in _SERVER_FAULTS or answer.status in _LATER:
            return UnavailableError(f"answers {answer.status}: {words}", where=self.url)
        return InputError(f"answers {answer.status} {answer.reason}: {words}", where=self.url)


class _WritingError(OSError):
    """Our own file could not be written."""


def read_token(file: Path | None) -> str | None:
    """The token of a file, bare or as `SLURM_JWT=...`. Raises InputError."""
    if file is None:
        return None
    try:
        text = file.read_bytes()[:_TOKEN_BYTES].decode("ascii").strip()
    except OSError as error:
        raise InputError(
            f"the token cannot be read: {error.strerror}",
            where=str(file),
            hint="the user that runs plimsoll must be able to read it.",
        ) from error
    except UnicodeDecodeError as error:
        raise InputError("this is no token", where=str(file)) from error
    token = text.removeprefix("SLURM_JWT=")
    if not token or not token.isprintable() or " " in token:
        raise InputError("this file does not hold one token", where=str(file))
    return token


def refused_address(address: str) -> bool:
    """Whether an address is link-local, multicast or a cloud's metadata service."""
    found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return found.is_link_local or found.is_multicast or found.is_unspecified or found in _METADATA


class _Guarded(http.client.HTTPConnection):
    """Looks at whom it is connected to before it says a word: names may resolve to anything."""

    def connect(self) -> None:
        super().connect()
        peer = self.sock.getpeername()[0]
        if refused_address(peer):
            self.close()
            raise InputError(
                f"{self.host} is at {peer}, an address of this machine's surroundings only",
                hint="name the server's own address.",
            )


class _GuardedTls(http.client.HTTPSConnection, _Guarded):
    """The same, with TLS begun only after the look."""


def _copy(answer: http.client.HTTPResponse, into: BinaryIO) -> None:
    expected = answer.length
    start = into.tell()
    while block := answer.read(_BLOCK_BYTES):
        try:
            into.write(block)
        except OSError as error:
            raise _WritingError(*error.args) from error
    if expected is not None and into.tell() - start != expected:
        raise http.client.IncompleteRead(b"", expected - (into.tell() - start))
