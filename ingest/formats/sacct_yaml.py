"""Job records as `sacct --yaml` and slurmrestd write them: the members of its JSON, in YAML.

Slurm 22.05 to 23.11 put a tag before each value (`!!str job_id: !!int 103`), later versions
none. What is a number and what is text is then told by the member that holds it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ingest.formats.base import RawBatch
from ingest.formats.job_answer import answer_errors, beside, refuse_what_is_not_jobs
from ingest.formats.json_job import Starts
from ingest.formats.sacct_json import job_shape, starts_told
from ingest.formats.yaml_items import YamlItems
from ingest.formats.yaml_records import YamlRecords, YamlShape
from ingest.formats.yaml_values import NotYamlError, yaml_value
from ingest.options import JobOptions
from model.errors import InputError

_WORDS: Final = frozenset(
    [
        *("cluster", "user", "account", "partition", "qos", "name", "nodes", "container"),
        *("current", "reason", "type", "task"),
    ]
)
_HEAD: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:#[^\n]*\n\s*)*"
    rb"(?:%YAML[ \t]|---(?:[ \t\r]|\n|$)|(?:!!str )?[\"']?[A-Za-z_]\w*[\"']?:[ \t]*"
    rb"(?:[!&*\[{][^\n]*)?\r?(?:\n|$))"
)


@dataclass(frozen=True)
class SacctYaml:
    """Reads `sacct --yaml` of Slurm 22.05 and later as frames under sacct's field names."""

    name: str = "sacct-yaml"

    def recognises(self, head: bytes, options: JobOptions) -> bool:
        """Whether the text is YAML at all: what is no job list is refused while reading."""
        return options.format in {"auto", self.name} and _HEAD.match(head) is not None

    def batches(self, blocks: Iterator[bytes], options: JobOptions) -> Iterator[RawBatch]:
        """The jobs of a document, about 20,000 at a time; InputError where it holds none."""
        del options
        items = YamlItems(iter(blocks), "jobs")
        starts = Starts()
        records = YamlRecords(items, YamlShape(job_shape(starts), _WORDS))
        yield from records
        errors = answer_errors(_around(items))
        if not (items.found or errors) and "jobs" in items.keys:
            what = "the jobs of this YAML are no list in block style, one record after another"
            raise InputError(what, hint="give the output of sacct --yaml or --json as it came.")
        refuse_what_is_not_jobs(
            errors, form="YAML", count=records.batch.count, found=items.found, keys=items.keys
        )
        yield records.batch.take(assumptions=(*beside(errors), *starts_told(starts)))


def _around(items: YamlItems) -> dict[str, Any]:
    try:
        value = yaml_value(items.around)
    except NotYamlError as error:
        if not items.found:
            return {}
        what = f"what stands around the jobs is no YAML ({error})"
        raise InputError(what, hint="give the output of sacct as it came.") from error
    return value if isinstance(value, dict) else {}
