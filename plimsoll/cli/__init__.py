"""The command line."""

from plimsoll.cli.root import main

__all__ = ["main"]
