"""What a job's name gives away, its keyed hash, and pseudonyms of users."""

import hashlib
import hmac
from collections.abc import Callable
from typing import Final

import polars as pl

SERVICES: Final = (
    ("vllm", r"vllm"),
    ("triton", r"triton"),
    ("tgi", r"(?:^|[^a-z])tgi(?:[^a-z]|$)|text[-_]generation[-_](?:inference|server|launcher)"),
    ("ollama", r"ollama"),
    ("sglang", r"sglang"),
    ("ray-serve", r"ray[-_ ]?serve"),
    ("llama.cpp", r"llama[-_.]?(?:cpp|server)"),
    ("lmdeploy", r"lmdeploy"),
    ("torchserve", r"torchserve"),
    ("jupyter", r"jupyter|ipython|notebook"),
    ("rstudio", r"rstudio|rserver"),
    ("vscode", r"vs[-_]?code|code[-_]server"),
    ("desktop", r"desktop|\bvnc\b|\bxfce|\bmate\b|nomachine|\bvdi\b"),
    ("interactive", r"^interactive$|^_interactive$|^sinteractive|^salloc$|^sys/dashboard/"),
)
"""Services by what stands in a job's or container's name, the first match counting."""

_HINTS: Final = [
    "vllm",
    "triton",
    "tgi",
    "text-gen",
    "text_gen",
    "ollama",
    "sglang",
    "ray-serve",
    "rayserve",
    "ray_serve",
    "llama",
    "lmdeploy",
    "torchserve",
    "jupyter",
    "ipython",
    "notebook",
    "rstudio",
    "rserver",
    "vscode",
    "vs-code",
    "vs_code",
    "code-server",
    "code_server",
    "desktop",
    "vnc",
    "xfce",
    "mate",
    "nomachine",
    "vdi",
    "interactive",
    "salloc",
    "sys/dashboard",
]
_FIXED_KEY: Final = b"plimsoll job names"
_NAME_BYTES: Final = 16
_SAMPLE: Final = 2_000
_MOSTLY: Final = 0.8
_USER_BYTES: Final = 8


def services(column: pl.Series) -> pl.Series:
    """The service that each name gives away: `vllm`, `triton`, `jupyter`, ...; else null."""
    hinted = column.str.contains_any(_HINTS, ascii_case_insensitive=True)
    if not hinted.any():
        return pl.Series(column.name, [None], dtype=pl.String).new_from_index(0, column.len())
    name = pl.col("name")
    found = pl.coalesce(
        pl.when(name.str.contains(f"(?i){pattern}")).then(pl.lit(service))
        for service, pattern in SERVICES
    )
    return (
        column.alias("name")
        .to_frame()
        .with_columns(hinted=hinted)
        .select(pl.when("hinted").then(found))
        .to_series()
        .rename(column.name)
    )


class Hashes:
    """Keyed hashes of texts, each distinct text of a column hashed once."""

    def __init__(self, digest: Callable[[bytes], bytes], *, prefix: str = "") -> None:
        self._digest = digest
        self._prefix = prefix

    def table(self, column: pl.Series) -> pl.DataFrame:
        """The distinct texts of a column as `text`, with their `hash` in hexadecimal."""
        texts = column.unique().drop_nulls().alias("text")
        return pl.DataFrame([texts, self.each(texts)])

    def each(self, column: pl.Series) -> pl.Series:
        """The `hash` of each value of a column without nulls, one by one."""
        digests = [self._digest(text) for text in column.cast(pl.Binary)]
        hashes = pl.Series("hash", digests, dtype=pl.Binary).bin.encode("hex")
        return (self._prefix + hashes).rename("hash")

    def read(self, column: pl.Series) -> pl.Series:
        """The hash of each value, null where the value is null."""
        return _looked_up(column, self.table(column))["hash"].rename(column.name)


class Names:
    """Reads job names: their hashes and the services that they give away."""

    def __init__(self, key: bytes | None) -> None:
        self._hashes = name_hashes(key)

    def read(self, column: pl.Series) -> list[pl.Series]:
        """Columns `name_hash` and `service`, null where there is no name, or no service."""
        if _mostly_distinct(column):
            return [self._hashes.each(column).rename("name_hash"), _service(column)]
        table = self._hashes.table(column)
        table = table.with_columns(_service(table["text"]))
        found = _looked_up(column, table)
        return [found["hash"].rename("name_hash"), found["service"]]


def name_hashes(key: bytes | None) -> Hashes:
    """Hashes of job names: keyed where the site has a key, else equal in every store."""
    secret = hashlib.sha256(key).digest() if key else _FIXED_KEY
    begun = hashlib.blake2b(digest_size=_NAME_BYTES, key=secret)

    def digest(text: bytes) -> bytes:
        named = begun.copy()
        named.update(text)
        return named.digest()

    return Hashes(digest)


def user_pseudonyms(key: bytes) -> Hashes:
    """Pseudonyms of users: the first half of HMAC-SHA-256 under the site's key."""
    return Hashes(lambda text: hmac.digest(key, text, "sha256")[:_USER_BYTES], prefix="u")


def _service(column: pl.Series) -> pl.Series:
    return services(column).rename("service")


def _mostly_distinct(column: pl.Series) -> bool:
    """Whether finding the distinct values first would cost more than it saves."""
    sample = column.head(_SAMPLE)
    return not column.has_nulls() and sample.n_unique() > _MOSTLY * _SAMPLE


def _looked_up(column: pl.Series, table: pl.DataFrame) -> pl.DataFrame:
    asked = column.alias("text").to_frame()
    return asked.join(table, on="text", how="left", maintain_order="left")
