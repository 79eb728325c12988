"""Documents with the right words and wrong values: read, set aside or refused, never a crash."""

import json

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.award_sources import AwardOptions, read_awards
from ingest.events import events_frame
from ingest.formats.node_documents import SlurmNodeDocument
from ingest.formats.reservations import ReservationDocument
from ingest.nodes import nodes_frame
from ingest.whole_file import WholeFile
from model.errors import InputError
from model.schemas import AWARDS

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 1 << 40),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        ["", "gpu:2", "gpu:a:b:c", "accepted", "IDLE", "n[1-2]", "n[1-", "10", "modify", "add"]
    ),
)


def documents(*words: str):
    """JSON values whose keys are mostly `words`."""
    keys = st.sampled_from(words)
    return st.recursive(
        LEAVES,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=8)
        ),
        max_leaves=12,
    )


def listed(word: str, *words: str):
    """A document that is a list of records under a word."""
    record = st.dictionaries(st.sampled_from(words), documents(*words), max_size=len(words))
    return st.fixed_dictionaries({word: st.lists(record, max_size=3)})


NODE = (
    "name",
    "state",
    "state_flags",
    "gres",
    "configured_gres",
    "tres",
    "cpus",
    "real_memory",
    "partitions",
    "features",
    "version",
    "boot_time",
    "number",
    "set",
    "errors",
    "last_update",
)
GROUP = (
    "nodes",
    "cpus",
    "memory",
    "gres",
    "partition",
    "features",
    "node",
    "total",
    "maximum",
    "minimum",
    "name",
    "state",
)
RESERVATION = (
    "name",
    "node_list",
    "start_time",
    "end_time",
    "flags",
    "core_specializations",
    "number",
    "set",
    "infinite",
)
WALDUR = (
    "uuid",
    "id",
    "slug",
    "name",
    "state",
    "call_name",
    "round",
    "limits",
    "attributes",
    "requested_offering",
    "components",
    "type",
    "measured_unit",
    "proposal_uuid",
    "proposal_id",
    "adjusted_limits",
    "action",
    "requested_resource_id",
    "offering_name",
    "project_uuid",
    "resource_adjustments",
    "requested_resources",
    "payload",
    "node",
    "gpu",
)
OTHER = (
    "id",
    "project",
    "resource",
    "status",
    "allocation_attributes",
    "value",
    "allocation_attribute_type",
    "time_to_fulfillment",
    "associations",
    "account",
    "user",
    "max",
    "tres",
    "group",
    "minutes",
    "count",
    "cluster",
)


@settings(max_examples=300)
@given(st.one_of(listed("nodes", *NODE), listed("sinfo", *GROUP), documents(*NODE)))
def test_nodes(document):
    try:
        text = SlurmNodeDocument().read(json.dumps(document).encode())
    except InputError:
        return
    frame = nodes_frame(text.nodes, cluster="c", valid_from=None)
    assert frame["node"].null_count() == 0


@settings(max_examples=300)
@given(st.one_of(listed("reservations", *RESERVATION), documents(*RESERVATION)))
def test_reservations(document):
    try:
        text = ReservationDocument().read(json.dumps(document).encode())
    except InputError:
        return
    frame, rejects, taken = events_frame(text.events, cluster="c", zone="UTC")
    assert taken + len(rejects) == len(text.events)
    assert frame.filter(pl.col("end") < pl.col("start")).is_empty()


PROPOSAL = {"uuid": "1" * 32, "call_name": "C", "state": "accepted"}
REQUEST = {"uuid": "2" * 32, "proposal_uuid": "1" * 32, "attributes": {}, "limits": {"gpu": 1}}


def varied(record, *words: str):
    """A whole record, some of whose members are replaced."""
    changes = st.dictionaries(st.sampled_from(words), documents(*words), max_size=3)
    return changes.map(lambda change: {**record, **change})


@settings(max_examples=400)
@given(
    st.one_of(
        documents(*WALDUR),
        documents(*OTHER),
        listed("associations", *OTHER),
        st.lists(st.dictionaries(st.sampled_from(OTHER), documents(*OTHER)), max_size=3),
        st.lists(
            st.one_of(varied(PROPOSAL, *WALDUR), varied(REQUEST, *WALDUR)), min_size=1, max_size=4
        ),
    )
)
def test_awards(document):
    file = WholeFile("file", json.dumps(document).encode(), "", 0)
    try:
        (read,) = read_awards([file], AwardOptions(cluster="here"))
    except InputError:
        return
    assert read.rows.frame.schema == AWARDS.schema
    assert read.rows.frame.select(pl.any_horizontal(pl.col(AWARDS.key).is_null())).sum().item() == 0
