"""Carries `config/` into a wheel as data of `model`; an editable install reads the folder."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ConfigHook(BuildHookInterface[Any]):
    """Adds `config/` to a wheel. A copy in an editable install would go stale."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the folder unless `version`, hatch's name for the kind of build, is editable."""
        if version != "editable":
            build_data["force_include"]["config"] = "model/config"
