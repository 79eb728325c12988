"""Writes the reference pages from the program itself, so that they cannot fall behind it."""

import json
from collections.abc import Iterator
from pathlib import Path

import click
from pydantic import BaseModel

from dashboard.unit import DASHBOARD_SERVICE, dashboard_unit
from docs.machines_page import machines_page
from ingest.schedule import Place, systemd_units
from model.cluster_settings import ClusterSettings
from model.gpus import GpuFile
from model.machines import MachineFile
from model.metrics import load_metrics
from model.registry import load_registry
from model.report_schedule import ScheduledReport
from model.settings import Reports, Settings
from model.source_settings import CommandSource
from plimsoll.cli.root import cli

REFERENCE = Path(__file__).parent / "reference"
DEPLOY = Path(__file__).parent.parent / "deploy"
CONFIG = Path(__file__).parent.parent / "config"
GENERATED = "<!-- Written by `make docs`. Do not edit. -->"


def pages() -> dict[Path, str]:
    """Every generated page and its text."""
    return {
        REFERENCE / "commands.md": commands_page(),
        REFERENCE / "machines.md": machines_page(load_registry(), head=GENERATED),
        REFERENCE / "metrics.md": metrics_page(),
        REFERENCE / "settings.md": settings_page(),
        CONFIG / "machines.schema.json": schema(MachineFile),
        CONFIG / "gpus.schema.json": schema(GpuFile),
        **{DEPLOY / name: text for name, text in example_units().items()},
    }


def schema(model: type[BaseModel]) -> str:
    """The JSON Schema of a configuration file, by which an editor completes and checks it."""
    return json.dumps(model.model_json_schema(), indent=2, ensure_ascii=False) + "\n"


def example_units() -> dict[str, str]:
    """The systemd units of a configuration that asks Slurm's commands and makes a report."""
    source = CommandSource(kind="command", feeds="jobs")
    report = ScheduledReport(name="quarterly", folder=Path("/var/lib/plimsoll/reports"))
    settings = Settings(
        clusters=(ClusterSettings(name="mycluster", sources=(source,)),),
        reports=Reports(schedule=(report,)),
    )
    place = Place(
        program=Path("/opt/plimsoll/bin/plimsoll"),
        config=Path("/etc/plimsoll/plimsoll.yaml"),
        store=Path("/var/lib/plimsoll/store"),
    )
    return systemd_units(settings, place) | {DASHBOARD_SERVICE: dashboard_unit(place, port=8050)}


def commands_page() -> str:
    """The help of every command, as the program prints it."""
    context = click.Context(cli, info_name="plimsoll", max_content_width=100, terminal_width=100)
    parts = ["# Commands", GENERATED]
    parts.append(
        "Exit codes: 0 done; 1 a fault of the program; 2 the call, the configuration or the input"
        " is wrong; 3 done, but something was quarantined and `--strict` was given; 4 another"
        " ingest holds the lock."
    )
    for inner in _walk(context):
        parts.append(f"## `{inner.command_path}`")
        parts.append(f"```text\n{inner.get_help()}\n```")
    return "\n\n".join(parts) + "\n"


def _walk(context: click.Context) -> Iterator[click.Context]:
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            assert command is not None  # noqa: S101
            yield from _walk(
                click.Context(
                    command,
                    parent=context,
                    info_name=name,
                    max_content_width=100,
                    terminal_width=100,
                )
            )


def metrics_page() -> str:
    """Every table and column with its definition, unit and source."""
    parts = ["# Tables and columns", GENERATED]
    for table, metrics in load_metrics().by_table().items():
        parts.append(f"## `{table}`")
        rows = [
            f"| `{metric.name}` | {metric.unit or ''} | {_cell(metric.definition)} "
            f"{_formula(metric.formula)}| {_cell(metric.source or '')} |"
            for metric in metrics
        ]
        head = "| column | unit | definition | source |\n|---|---|---|---|\n"
        parts.append(head + "\n".join(rows))
    return "\n\n".join(parts) + "\n"


def _formula(formula: str | None) -> str:
    return f"`{_cell(formula)}` " if formula else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def settings_page() -> str:
    """Every setting of plimsoll.yaml, from the settings classes."""
    schema = Settings.model_json_schema()
    parts = ["# Settings of `plimsoll.yaml`", GENERATED]
    parts.append(_settings_table("top level", schema))
    for name, definition in sorted(schema.get("$defs", {}).items()):
        if "properties" in definition:
            parts.append(_settings_table(name, definition))
    return "\n\n".join(parts) + "\n"


def _settings_table(title: str, schema: dict[str, object]) -> str:
    properties = schema.get("properties", {})
    assert isinstance(properties, dict)  # noqa: S101
    rows = [
        f"| `{key}` | {_kind(value)} | {_cell(str(value.get('description', '')))} |"
        for key, value in properties.items()
    ]
    return f"## {title}\n\n| key | type | what it is |\n|---|---|---|\n" + "\n".join(rows)


def _kind(value: dict[str, object]) -> str:
    if "$ref" in value:
        return str(value["$ref"]).rpartition("/")[2]
    if "anyOf" in value:
        options = value["anyOf"]
        assert isinstance(options, list)  # noqa: S101
        return " or ".join(_kind(option) for option in options)
    if value.get("type") == "array":
        items = value.get("items", {})
        assert isinstance(items, dict)  # noqa: S101
        return f"list of {_kind(items)}"
    return str(value.get("type", "any"))


def main() -> None:
    """Write every page."""
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        click.echo(f"wrote {path.name}")


if __name__ == "__main__":
    main()
