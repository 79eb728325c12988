"""The root command: global options, and how every fault becomes one line and an exit code."""

import logging
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Final, NoReturn

import click

from model.errors import PlimsollError
from plimsoll.cli.context import Session
from plimsoll.cli.lazy import LazyGroup

COMMANDS: Final = {
    name: f"plimsoll.cli.{name}:{name}"
    for name in (
        "awards",
        "carbon",
        "demo",
        "doctor",
        "ingest",
        "init",
        "machines",
        "report",
        "serve",
        "show",
        "store",
        "survey",
    )
}


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(version("plimsoll"), prog_name="plimsoll")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    envvar="PLIMSOLL_CONFIG",
    help="Settings file.  [default: ./plimsoll.yaml, where there is one]",
)
@click.option(
    "--store",
    type=click.Path(path_type=Path),
    envvar="PLIMSOLL_STORE",
    help="Folder of the store.  [default: ./plimsoll-data]",
)
@click.option("--quiet", is_flag=True, help="Print results only, no progress and no notes.")
@click.option("--debug", is_flag=True, help="Show a traceback where the program itself fails.")
@click.pass_context
def cli(
    context: click.Context, config: Path | None, store: Path | None, *, quiet: bool, debug: bool
) -> None:
    """How much GPU capacity researchers asked for, got, were refused and left idle.

    First steps: `plimsoll demo` shows everything on an invented estate; `plimsoll init` prints
    the lines to run on your cluster; `plimsoll show capacity` compares the UK with the world.
    """
    context.obj = Session(config_file=config, store_folder=store, quiet=quiet, debug=debug)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line; every fault ends as one line on stderr and an exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    logging.captureWarnings(capture=True)
    try:
        sys.exit(cli.main(arguments, prog_name="plimsoll", standalone_mode=False) or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(2)
    except click.UsageError as error:
        _complain(_one_line(error.format_message()), hint=_usage_hint(error))
        sys.exit(2)
    except click.ClickException as error:
        _complain(_one_line(error.format_message()))
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        _complain("interrupted; what was committed stays, run it again to go on")
        sys.exit(130)
    except PlimsollError as error:
        _complain(str(error))
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        if "--debug" in arguments:
            raise
        _complain(
            f"a fault of the program: {type(error).__name__}: {_one_line(str(error))}",
            hint="run again as `plimsoll --debug ...` and report the traceback.",
        )
        sys.exit(1)


def _complain(text: str, *, hint: str | None = None) -> None:
    click.echo(f"plimsoll: {text}{f' Hint: {hint}' if hint else ''}", err=True)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _usage_hint(error: click.UsageError) -> str:
    command = error.ctx.command_path if error.ctx else "plimsoll"
    return f"see `{command} --help`."
