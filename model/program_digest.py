"""What the program is that reckons: a digest of its code, its packaged data and its engines."""

from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Final

from model.resources import config_path

_PACKAGES: Final = ("analytics", "model", "reports")
_ENGINES: Final = ("polars", "narwhals")


@cache
def program_digest() -> str:
    """A digest that changes whenever a figure might: by another release, or an edited file."""
    digest = sha256(" ".join(f"{name} {version(name)}" for name in _ENGINES).encode())
    root, packaged = Path(__file__).parent.parent, config_path("machines").parent
    files = [file for name in _PACKAGES for file in (root / name).glob("**/*.py")]
    for file in sorted(files) + sorted(each for each in packaged.glob("**/*") if each.is_file()):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
