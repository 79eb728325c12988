"""Dumps of pyslurm in JSON and YAML: jobs keyed by their id."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Final

from ingest.formats.base import RawBatch
from ingest.formats.json_records import RecordList
from ingest.formats.keyed_json import first_keys, is_keyed, listed
from ingest.formats.pyslurm_jobs import (
    NEW_COLUMNS,
    NEW_WORDS,
    OLD_COLUMNS,
    OLD_WORDS,
    NewJob,
    OldJob,
    TresNames,
    new_row,
    old_row,
)
from ingest.formats.record_batch import RecordBatch, RecordShape
from ingest.formats.sacct_json import refusing_cut_off
from ingest.formats.yaml_items import YamlItems, members
from ingest.formats.yaml_records import YamlRecords, YamlShape
from ingest.options import JobOptions
from ingest.tres_ids import HINT, SLURMS_OWN
from model.errors import InputError

_HEAD_BYTES: Final = 1 << 18
_DUMP: Final = "dump pyslurm.slurmdb_jobs().get(), or better run sacct --json."
_YAML_HEAD: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:---[^\n]*\n)?(?:#[^\n]*\n)*[\"']?\d+[\"']?:[ \t]*(?:!!map)?\s*\n[ ]+\S"
)


@dataclass(frozen=True)
class Pyslurm:
    """Reads `slurmdb_jobs().get()` and `db.Jobs` as frames under sacct's field names."""

    name: str = "pyslurm"

    def recognises(self, head: bytes, options: JobOptions) -> bool:
        """Whether the text is an object or a mapping whose keys are numbers."""
        return options.format in {"auto", self.name} and (
            is_keyed(head) or _YAML_HEAD.match(head) is not None
        )

    def batches(self, blocks: Iterator[bytes], options: JobOptions) -> Iterator[RawBatch]:
        """The jobs of a dump, about 20,000 at a time; InputError where it holds none."""
        blocks = iter(blocks)
        head = _head(blocks)
        tres = TresNames(options.tres_names or SLURMS_OWN)
        shape = _shape(head, tres)
        blocks = chain([head], blocks)
        read = _json(blocks, shape.record) if is_keyed(head) else _yaml(blocks, shape)
        for batch in read:
            yield RawBatch(batch.frame, batch.rejects, assumptions=_untold(tres))


def _json(blocks: Iterator[bytes], shape: RecordShape) -> Iterator[RawBatch]:
    document = RecordList(listed(blocks), "jobs", shape.many)
    batch = RecordBatch(shape)
    for chunk, jobs in refusing_cut_off(document, batch):
        batch.read(chunk, jobs)
        if batch.full:
            yield batch.take()
    yield batch.take()


def _yaml(blocks: Iterator[bytes], shape: YamlShape) -> Iterator[RawBatch]:
    records = YamlRecords(YamlItems(blocks, None), shape)
    yield from records
    yield records.batch.take()


def _head(blocks: Iterator[bytes]) -> bytes:
    head = bytearray()
    for block in blocks:
        head += block
        if len(head) >= _HEAD_BYTES:
            break
    return bytes(head)


def _shape(head: bytes, tres: TresNames) -> YamlShape:
    keys = _keys(head)
    if "jobid" in keys:
        record = RecordShape(OldJob, OLD_COLUMNS, partial(old_row, tres=tres))
        return YamlShape(record, OLD_WORDS)
    if "association_id" in keys:
        return YamlShape(RecordShape(NewJob, NEW_COLUMNS, new_row), NEW_WORDS)
    if "job_state" in keys:
        raise InputError(
            "these are jobs as the controller knows them (pyslurm.job), not accounting records",
            hint=_DUMP,
        )
    raise InputError("no jobs of pyslurm's accounting, keyed by their ids", hint=_DUMP)


def _keys(head: bytes) -> frozenset[str]:
    """The members of the first record."""
    if is_keyed(head):
        return first_keys(head[:_HEAD_BYTES])
    item = next(iter(YamlItems(iter([head]), None)), b"")
    return frozenset(key.decode() for key in members(item, frozenset()).keys)


def _untold(tres: TresNames) -> tuple[str, ...]:
    if not tres.nameless:
        return ()
    ids = ", ".join(map(str, sorted(tres.nameless)[:8]))
    return (f"TRES ids {ids} have no name here, so that GPUs are unknown: {HINT}",)
