"""What every command shares: settings, registry and store, each opened when first asked for."""

import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import click

from model.registry import Registry, load_registry
from model.settings import Settings, load_settings
from store import Store, open_store

DEFAULT_STORE = Path("plimsoll-data")


@dataclass
class Session:
    """One run of the command line."""

    config_file: Path | None
    store_folder: Path | None
    quiet: bool
    debug: bool

    @cached_property
    def settings(self) -> Settings:
        """The settings of --config, or the defaults."""
        return load_settings(self.config_file)

    @cached_property
    def registry(self) -> Registry:
        """The capacity registry that comes with the program."""
        return load_registry()

    @property
    def store_path(self) -> Path:
        """The folder of the store: --store, else the settings' own, else the default."""
        return self.store_folder or self.settings.store or DEFAULT_STORE

    def open_store(self, *, create: bool = False) -> Store:
        """The store; `create` makes it where there is none."""
        return open_store(self.store_path, create=create, catalogue_url=self.settings.catalogue_url)

    def store_if_any(self) -> Store | None:
        """The store, None where there is none at the default place and none was asked for."""
        asked = self.store_folder or self.settings.store
        return self.open_store() if asked or DEFAULT_STORE.exists() else None

    def note(self, text: str) -> None:
        """Say something beside the result, on stderr, unless --quiet."""
        if not self.quiet:
            click.echo(text, err=True)

    @property
    def shows_progress(self) -> bool:
        """Whether a progress bar has somebody to look at it."""
        return not self.quiet and sys.stderr.isatty()


pass_session = click.make_pass_decorator(Session)
