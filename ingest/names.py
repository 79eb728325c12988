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
_CACHE_LIMIT: Final = 1_000_000
_NAME_BYTES: Final = 16
_USER_HEX: Final = 16


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
    """Keyed hashes of a column's values, each distinct value hashed once."""

    def __init__(self, digest: Callable[[bytes], str]) -> None:
        self._digest = digest
        self._known: dict[str, str] = {}

    def read(self, column: pl.Series) -> pl.Series:
        """The hash of each value, null where the value is null."""
        if len(self._known) > _CACHE_LIMIT:
            self._known.clear()
        texts = column.unique().drop_nulls().to_list()
        for text in texts:
            if text not in self._known:
                self._known[text] = self._digest(text.encode("utf-8", "surrogatepass"))
        table = pl.DataFrame(
            {"text": texts, "hash": [self._known[text] for text in texts]},
            schema={"text": pl.String, "hash": pl.String},
        )
        asked = column.alias("text").to_frame()
        joined = asked.join(table, on="text", how="left", maintain_order="left")
        return joined["hash"].rename(column.name)


def name_hashes(key: bytes | None) -> Hashes:
    """Hashes of job names: keyed where the site has a key, else equal in every store."""
    secret = hashlib.sha256(key).digest() if key else _FIXED_KEY
    return Hashes(
        lambda text: hashlib.blake2b(text, digest_size=_NAME_BYTES, key=secret).hexdigest()
    )


def user_pseudonyms(key: bytes) -> Hashes:
    """Pseudonyms of users: the first half of HMAC-SHA-256 under the site's key."""
    return Hashes(lambda text: "u" + hmac.new(key, text, hashlib.sha256).hexdigest()[:_USER_HEX])
