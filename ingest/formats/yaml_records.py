"""Records of YAML, turned into JSON one by one, so that both are read by the same code."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from ingest.formats.base import RawBatch
from ingest.formats.record_batch import RecordBatch, RecordShape
from ingest.formats.yaml_items import YamlItems, members
from ingest.formats.yaml_values import NotYamlError, yaml_value
from model.errors import InputError

_CHUNK_RECORDS: Final = 1000
_CUT_OFF: Final = "write it again, and look that the disk is not full."


@dataclass(frozen=True)
class YamlShape:
    """Records of YAML: `words` are the keys whose plain scalars are text even if they look like
    numbers or truth.
    """

    record: RecordShape
    words: frozenset[str]

    @property
    def wanted(self) -> frozenset[bytes]:
        """The members that are read, of all that a record may have."""
        return frozenset(name.encode() for name in self.record.names)


class YamlRecords:
    """The records of the items of a document, in batches."""

    def __init__(self, items: YamlItems, shape: YamlShape) -> None:
        self.batch = RecordBatch(shape.record)
        self._items = items
        self._shape = shape
        self._encoded: list[bytes] = []

    def __iter__(self) -> Iterator[RawBatch]:
        wanted, words = self._shape.wanted, self._shape.words
        last: bytes | None = None
        keys: tuple[bytes, ...] = ()
        for item in self._items:
            found = members(item, wanted)
            keys = found.keys
            last = last or (keys[-1] if keys else None)
            try:
                self._encoded.append(msgspec.json.encode(yaml_value(found.text, words)))
            except NotYamlError:
                self._flush()
                self.batch.reject("not_yaml", item)
            if len(self._encoded) >= _CHUNK_RECORDS:
                self._flush()
            if self.batch.full:
                yield self.batch.take()
        if last is not None and last not in keys:
            where = f"after record {self.batch.count + len(self._encoded) - 1}"
            what = f"the last record has no {last.decode()!r}: the YAML text is cut off"
            raise InputError(what, where=where, hint=_CUT_OFF)
        self._flush()

    def _flush(self) -> None:
        chunk = b",".join(self._encoded)
        self._encoded.clear()
        if not chunk:
            return
        try:
            decoded = self._shape.record.many.decode(b"[" + chunk + b"]")
        except msgspec.ValidationError:
            decoded = None
        self.batch.read(chunk, decoded)
