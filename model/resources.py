"""Where the data of `config/` lies: beside the packages, or inside `model` in a wheel."""

from pathlib import Path

from model.errors import PlimsollError

_PACKAGED = Path(__file__).parent / "config"
_CHECKOUT = Path(__file__).parent.parent / "config"


def config_path(*parts: str) -> Path:
    """The path of a file or folder of `config/`, such as `config_path("machines")`."""
    root = _PACKAGED if _PACKAGED.is_dir() else _CHECKOUT
    path = root.joinpath(*parts)
    if not path.exists():
        raise PlimsollError(f"no such file: config/{'/'.join(parts)}", hint="reinstall plimsoll.")
    return path
