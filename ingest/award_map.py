"""A map from the columns of somebody's own awards file to ours, written in YAML by the user."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from ingest.award_columns import COLUMNS, AwardHeader
from ingest.formats.table_file import TableFile
from model.errors import InputError
from model.units import resolve_unit, unit_hint
from model.yaml_source import Fault, load_yaml, validate_tree

_AMOUNTS: Final = frozenset({"requested", "recommended", "granted", "offered"})
_EXAMPLE: Final = "columns: {application_id: Project, granted: Allocated}, constants: {unit: ...}."


class AwardMap(BaseModel):
    """Our column from theirs, and values that hold for every row.

    `factors` bring amounts into the unit; `cluster` is the one that bare account names are of.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: dict[str, str]
    constants: dict[str, str] = Field(default_factory=dict)
    factors: dict[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    cluster: str | None = None


class MappedColumns:
    """A map as its file has it, so that what a table lacks is told with the line to mend."""

    def __init__(self, path: str | Path) -> None:
        self._tree = load_yaml(Path(path))
        self.map = validate_tree(self._tree, AwardMap, checks=_checks)

    def header(self, table: TableFile) -> AwardHeader:
        """Where our columns stand; InputError, with the map's line, for one that is not there."""
        places = {ours: self._place(table, ours, name) for ours, name in self.map.columns.items()}
        unread = tuple(
            f"column {name.strip()!r} is not in the map, and not read"
            for place, name in enumerate(table.header)
            if name.strip() and place not in places.values()
        )
        given = self.map
        return AwardHeader(places, unread, given.constants, given.factors, given.cluster)

    def _place(self, table: TableFile, ours: str, name: str) -> int:
        wanted = name.strip().casefold()
        found = [i for i, each in enumerate(table.header) if each.strip().casefold() == wanted]
        if len(found) == 1:
            return found[0]
        what = "stands twice in" if found else "is not in"
        where = f"{self._tree.path}:{self._tree.line(('columns', ours))}"
        there = ", ".join(repr(each.strip()) for each in table.header if each.strip())
        raise InputError(f"column {name!r} {what} the file", where=where, hint=f"it has {there}.")


def _checks(award_map: AwardMap) -> Iterator[Fault]:
    yield from _unknown_columns(award_map)
    given = {*award_map.columns, *award_map.constants}
    for name in ("application_id", "unit"):
        if name not in given:
            yield Fault(("columns",), f"nothing gives {name}. For example {_EXAMPLE}")
    if "application_id" in award_map.constants:
        yield Fault(("constants", "application_id"), "every row would be the same application.")
    unit = award_map.constants.get("unit")
    if unit is not None and resolve_unit(unit) is None:
        yield Fault(("constants", "unit"), f"unknown unit {unit!r}: {unit_hint(unit)}")
    for name in award_map.factors:
        if name not in _AMOUNTS or name not in award_map.columns:
            yield Fault(("factors", name), f"{name!r} is no amount that is mapped.")


def _unknown_columns(award_map: AwardMap) -> Iterator[Fault]:
    for part, names in (("columns", award_map.columns), ("constants", award_map.constants)):
        for name in names:
            if name not in COLUMNS:
                yield Fault((part, name), f"no column {name!r}. One of {', '.join(COLUMNS)}.")
            elif part == "constants" and name in award_map.columns:
                yield Fault((part, name), f"{name!r} is mapped as well. Keep one of the two.")
