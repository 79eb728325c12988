"""Awards files as rows of the awards table, whichever system they come from."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal, get_args

from ingest.award_map import MappedColumns
from ingest.award_rows import AwardRows, award_rows
from ingest.formats import award_coldfront as coldfront
from ingest.formats import award_sacctmgr as sacctmgr
from ingest.formats import award_waldur_csv as waldur_csv
from ingest.formats.award_source import AwardSource
from ingest.formats.award_waldur import read_waldur
from ingest.formats.document import is_document, read_document
from ingest.formats.table_file import TableFile, read_table_file
from ingest.formats.waldur_records import WaldurRecords
from ingest.formats.waldur_records import recognises as is_waldur
from ingest.whole_file import WholeFile
from model.errors import InputError

AwardFormat = Literal["auto", "csv", "waldur", "coldfront", "sacctmgr"]
AWARD_FORMATS: Final[tuple[AwardFormat, ...]] = get_args(AwardFormat)
_TEMPLATE: Final = "plimsoll awards template prints a file with every column."
_USE_CSV: Final = "save the sheet as CSV or XLSX; plimsoll awards template prints an empty one."
_WALDUR: Final = (
    "give together the JSON of proposal-proposals, proposal-requested-resources and "
    "marketplace-resources, or of proposal-archive-proposals."
)


@dataclass(frozen=True)
class AwardOptions:
    """What a person may say of awards files.

    `mapping` is a YAML file that maps their columns to ours; `cluster` the cluster whose
    accounts a source names without it.
    """

    format: AwardFormat = "auto"
    mapping: str | Path | None = None
    cluster: str | None = None


@dataclass(frozen=True)
class AwardFile:
    """What one file gave; every row read is accepted, left out or rejected."""

    file: WholeFile
    form: str
    rows: AwardRows
    accepted: int
    left_out: int = 0
    seconds: float = field(default=0.0, compare=False)

    @property
    def rows_read(self) -> int:
        """Rows, or records, of the file."""
        return self.accepted + self.left_out + len(self.rows.rejects)


def read_awards(files: Sequence[WholeFile], options: AwardOptions) -> list[AwardFile]:
    """The awards of some files; those of Waldur are read together, as parts of one answer.

    Raises InputError where a file is none, or its map is wrong.
    """
    if options.mapping is not None and options.format not in {"auto", "csv"}:
        raise InputError("--map is for CSV, XLSX and Parquet", hint="leave --format out.")
    mapping = MappedColumns(options.mapping) if options.mapping is not None else None
    waldur = _Waldur()
    found = [_read(file, options, mapping, waldur) for file in files]
    together = waldur.read()
    return [each if each is not None else next(together) for each in found]


def _read(
    file: WholeFile, options: AwardOptions, mapping: MappedColumns | None, waldur: "_Waldur"
) -> AwardFile | None:
    """One file's awards; None for a document of Waldur, which is kept for later."""
    began = time.perf_counter()
    try:
        read = _of_system(file, options, waldur) if mapping is None else _of_table(file, mapping)
    except InputError as fault:
        where = fault.where or file.path
        raise InputError(fault.what, where=where, hint=fault.hint) from fault
    return replace(read, seconds=time.perf_counter() - began) if read else None


def _of_system(file: WholeFile, options: AwardOptions, waldur: "_Waldur") -> AwardFile | None:
    wanted = options.format
    if wanted == "coldfront" or (wanted != "csv" and is_document(file.data)):
        return _of_document(file, read_document(file.data), options, waldur)
    if wanted == "sacctmgr" or (wanted == "auto" and sacctmgr.recognises(file.data)):
        return _entered(file, sacctmgr.read(file.data, options.cluster))
    return _of_table(file, None, export=wanted != "csv")


def _of_document(
    file: WholeFile, document: Any, options: AwardOptions, waldur: "_Waldur"
) -> AwardFile | None:
    if options.format in {"auto", "sacctmgr"} and sacctmgr.is_answer(document):
        return _entered(file, sacctmgr.read_answer(document, options.cluster))
    if options.format == "sacctmgr":
        raise InputError("no associations of Slurm in this document", hint=sacctmgr.ASSOC_LINE)
    if options.format != "waldur" and coldfront.recognises(document):
        return _entered(file, coldfront.read(document, options.cluster))
    if options.format == "coldfront":
        raise InputError("no allocations of ColdFront", hint=f"{coldfront.ALLOCATIONS}.")
    if options.format == "auto" and not is_waldur(document):
        raise InputError("a document of no system that is known here", hint=_TEMPLATE)
    waldur.add(file, document)
    return None


def _of_table(file: WholeFile, mapping: MappedColumns | None, *, export: bool = False) -> AwardFile:
    table = read_table_file(file.data, file.path, hint=_USE_CSV)
    if export and waldur_csv.recognises(table.header):
        return _entered(file, waldur_csv.read_export(table))
    header = mapping.header(table) if mapping else None
    return _of_rows(file, table, award_rows(table, file.path, header=header))


def _of_rows(file: WholeFile, table: TableFile, rows: AwardRows) -> AwardFile:
    return AwardFile(file, table.form, rows, accepted=rows.frame.height)


def _entered(file: WholeFile, source: AwardSource) -> AwardFile:
    """A source's awards after the checks that every award passes."""
    table = source.table()
    checked = award_rows(table, file.path, header=source.header)
    by_line = {each.line: each for each in (*checked.rejects, *source.rejects)}
    rejects = [by_line[line] for line in sorted(by_line)]
    accepted = len({line for line, _ in source.awards} - set(by_line))
    rows = AwardRows(checked.frame, rejects, {**source.notes, **checked.notes})
    return AwardFile(file, source.form, rows, accepted + source.context, source.left_out)


class _Waldur:
    """Documents of Waldur, gathered until all are there."""

    def __init__(self) -> None:
        self._files: list[WholeFile] = []
        self._records = WaldurRecords()

    def add(self, file: WholeFile, document: Any) -> None:
        self._records.add(len(self._files), document)
        self._files.append(file)

    def read(self) -> Iterator[AwardFile]:
        """The awards of each file, in the order of adding; InputError where there are none."""
        sources = read_waldur(self._records, len(self._files))
        if self._files and not any(source.awards for source in sources):
            reasons = sorted({each.reason for source in sources for each in source.rejects})
            why = f" ({', '.join(reasons)})" if reasons else ""
            what = f"no request of a known proposal of Waldur{why}"
            raise InputError(what, where=self._files[0].path, hint=_WALDUR)
        return iter([_entered(*pair) for pair in zip(self._files, sources, strict=True)])
