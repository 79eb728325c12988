"""Awards from Slurm, ColdFront and Waldur: the grant where it can be known, the request too."""

import json

import pytest

from ingest.awards import AwardOptions, ingest_awards
from model.errors import InputError
from model.schemas import AWARDS
from store import open_store

UUID = "{:032x}".format


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "store", create=True) as opened:
        yield opened


@pytest.fixture
def ingest(store, tmp_path):
    """Ingests texts, or documents as JSON, together; gives the report."""

    def run(*contents: object, **options: str):
        paths = []
        for number, content in enumerate(contents):
            path = tmp_path / f"awards{number}"
            path.write_text(content if isinstance(content, str) else json.dumps(content))
            paths.append(path)
        return ingest_awards(store, paths, options=AwardOptions(**options))

    return run


def rows(store):
    return store.scan(AWARDS).collect().sort(AWARDS.key).to_dicts()


def grants(store):
    return {
        (row["application_id"], row["resource"]): (row["requested"], row["granted"])
        for row in rows(store)
    }


def counts(report):
    return report.rows_read, report.rows_accepted, report.rows_steps, dict(report.reasons)


SLURM = [
    "slurmrestd-dbv0.0.37-associations.json",
    "slurmrestd-dbv0.0.38-associations.json",
    "sacctmgr-show-assoc.txt",
    "sacctmgr-show-assoc-limits.txt",
    "sacctmgr-show-assoc-tree.txt",
]


@pytest.mark.parametrize("name", SLURM)
def test_limits_of_accounts_are_grants_without_a_request(store, shared, name):
    report = ingest_awards(store, [shared / "slurm" / "captures" / name])
    assert counts(report) == (17, 5, 12, {})
    assert grants(store) == {
        ("bio", "testbed"): (None, 40),
        ("lattice", "testbed"): (None, 25),
        ("ml", "testbed a100"): (None, 50),
        ("physics", "testbed"): (None, 100),
        ("tiny", "testbed"): (None, 2 / 60),
    }
    assert {row["unit"] for row in rows(store)} == {"GPU-hours"}
    assert rows(store)[0]["accounts"] == "testbed:bio"


@pytest.mark.parametrize(
    "name", ["sacctmgr-show-assoc-limits.txt", "slurmrestd-dbv0.0.38-associations.json"]
)
def test_a_limit_inside_another_is_told(shared, store, name):
    said = ingest_awards(store, [shared / "slurm" / "captures" / name]).assumptions
    assert [count for text, count in said.items() if "parent account" in text] == [1]


def test_what_is_over_is_no_limit(store, ingest):
    ingest("Cluster|Account|User|GrpTRESMins|GrpTRESRunMins\nc|a|||gres/gpu=60\n")
    assert rows(store) == []


ASSOC = "Cluster|Account|User|GrpTRESMins\n"


def test_limits_by_type_are_never_added(store, ingest):
    report = ingest(
        ASSOC
        + "c|both||gres/gpu=600,gres/gpu:a100=300\n"
        + "c|typed||cpu=9,gres/gpu:a100=300,gres/gpu:t4=60\n"
        + "c|none||cpu=9\nc|zero||gres/gpu=0\nc|bad||gres/gpu=many\nc|u|ann|gres/gpu=60\n"
    )
    assert counts(report) == (6, 3, 2, {"bad_GrpTRESMins": 1})
    assert grants(store) == {
        ("both", "c"): (None, 10),
        ("typed", "c a100"): (None, 5),
        ("typed", "c t4"): (None, 1),
        ("zero", "c"): (None, 0),
    }


SLURM_REFUSED = {
    "slurm/captures/sacctmgr-show-assoc-fixed.txt": "fixed width",
    "slurm/captures/slurmrestd-dbv0.0.36-associations.json": "does not tell the limits",
    "slurm/captures/sacctmgr-show-qos.txt": "no column|missing column",
    "slurm/captures/sacctmgr-dump.cfg": "dump of sacctmgr",
    "data/awards_telemetry_carbon/slurm/sacctmgr_dump_CONSTRUCTED.cfg": "dump of sacctmgr",
    "data/awards_telemetry_carbon/slurm/sshare_long_CONSTRUCTED.psv": "no column Cluster",
    "data/awards_telemetry_carbon/coldfront/allocation_requests_CONSTRUCTED.json": "no amounts",
    "data/awards_telemetry_carbon/coldfront/allocation_change_requests_CONSTRUCTED.json": (
        "no amounts"
    ),
    "data/awards_telemetry_carbon/waldur/proposal_CONSTRUCTED.json": "no request of a known",
    "data/awards_telemetry_carbon/waldur/component_usages_CONSTRUCTED.json": "no request",
    "data/awards_telemetry_carbon/waldur/requested_resource_CONSTRUCTED.json": "no_proposal",
    "data/awards_telemetry_carbon/waldur/resource_CONSTRUCTED.json": "no request of a known",
    "data/awards_telemetry_carbon/waldur/resource_adjustment_row_CONSTRUCTED.json": "no_proposal",
    "slurm/captures/slurmrestd-v0.0.38-nodes.json": "no system that is known",
}


@pytest.mark.parametrize("path", SLURM_REFUSED)
def test_what_tells_no_awards_is_refused_with_a_hint(store, shared, path):
    with pytest.raises(InputError, match=SLURM_REFUSED[path]) as refused:
        ingest_awards(store, [shared / path])
    assert refused.value.hint
    assert "\n" not in str(refused.value)
    assert store.version() == "empty"


def test_slurm_rows_of_the_samples(store, shared):
    folder = shared / "data" / "awards_telemetry_carbon" / "slurm"
    ingest_awards(store, [folder / "sacctmgr_show_assoc_CONSTRUCTED.psv"])
    ingest_awards(
        store, [folder / "sshare_long_CONSTRUCTED.psv"], options=AwardOptions(cluster="alpha")
    )
    assert grants(store) == {("proj0042", "alpha"): (None, 5000)}


def test_coldfront_tells_grants_and_never_requests(store, shared):
    path = shared / "data/awards_telemetry_carbon/coldfront/allocations_CONSTRUCTED.json"
    report = ingest_awards(store, [path], options=AwardOptions(cluster="hpc"))
    assert counts(report) == (2, 1, 0, {"no_attributes": 1})
    assert grants(store) == {
        ("7", "University HPC"): (None, 5000),
        ("7", "University HPC core-hours"): (None, 150000),
    }
    assert {row["accounts"] for row in rows(store)} == {"hpc:cgray"}


def allocation(status, *attributes: tuple[str, str], **more: int):
    named = [{"allocation_attribute_type": name, "value": value} for name, value in attributes]
    return {"id": 1, "resource": "R", "status": status, "allocation_attributes": named, **more}


@pytest.mark.parametrize(
    ("status", "granted"), [("Active", 60), ("Expired", 60), ("Denied", 0), ("New", None)]
)
def test_what_coldfront_granted_depends_on_the_status(store, ingest, status, granted):
    ingest([allocation(status, ("Accelerator Usage (Hours)", "60"))])
    assert grants(store) == {("1", "R"): (None, granted)}


def test_coldfront_limits_of_slurm_stand_in_for_hours(store, ingest):
    specs = ("slurm_specs", "Fairshare=1:GrpTRESMins=cpu=90,gres/gpu=300000")
    report = ingest([allocation("Active", specs), allocation("Active", ("Paid", "1"), id=2), {}])
    assert counts(report) == (3, 1, 1, {"not_an_allocation": 1})
    assert grants(store) == {("1", "R"): (None, 5000)}


def waldur(shared, *names: str):
    folder = shared / "data" / "awards_telemetry_carbon" / "waldur"
    return [folder / f"{name}_CONSTRUCTED.json" for name in names]


def test_waldur_api(store, shared):
    files = waldur(shared, "proposal", "requested_resource", "resource", "component_usages")
    report = ingest_awards(store, files)
    assert counts(report) == (5, 3, 1, {"no_proposal": 1})
    (row,) = rows(store)
    assert (row["requested"], row["granted"], row["unit"]) == (10000, 6000, "node-hours")
    assert (row["call"], row["round"]) == ("AIRR", "ORG-AIRR-202510")
    assert row["application_id"] == "0251-7531-9061-1"
    assert str(row["end"]) == "2026-05-01"


def test_waldur_archive_with_and_without_the_resource(store, shared):
    ingest_awards(store, waldur(shared, "archive_proposal"))
    (row,) = rows(store)
    assert (row["requested"], row["granted"], row["status"]) == (10000, None, "undecided")
    ingest_awards(store, waldur(shared, "archive_proposal", "resource"))
    (row,) = rows(store)
    assert (row["requested"], row["granted"], row["status"]) == (10000, 6000, "decided")


def test_a_request_that_api_and_archive_both_tell_counts_once(store, shared):
    names = ("archive_proposal", "proposal", "requested_resource", "resource")
    report = ingest_awards(store, waldur(shared, *names))
    assert counts(report) == (5, 4, 0, {"no_proposal": 1})
    (row,) = rows(store)
    assert (row["requested"], row["granted"], row["unit"]) == (10000, 6000, "node-hours")
    assert row["round"] == "ORG-AIRR-202510"


def test_waldur_export_tells_requests_only(store, shared):
    path = shared / "data/awards_telemetry_carbon/waldur/call_proposals_export_CONSTRUCTED.csv"
    report = ingest_awards(store, [path])
    assert counts(report) == (1, 1, 0, {})
    (row,) = rows(store)
    assert (row["requested"], row["granted"], row["unit"]) == (10000, None, "GPU-hours")
    assert row["title"] == '=HYPERLINK("x")'


def test_waldur_export_without_amounts_is_refused(ingest):
    with pytest.raises(InputError, match="no column of amounts"):
        ingest("Proposal ID,Name,State,Workflow step,Requested duration\nA,B,Accepted,x,6 months\n")


def archived(state="accepted", *, requests=({"node": 100},), adjustments=None):
    """An archived proposal with requests of given limits, numbered from 20."""
    listed = [
        {
            "id": 20 + n,
            "uuid": UUID(20 + n),
            "offering_name": f"M{n}",
            "limits": limits,
            "attributes": {},
        }
        for n, limits in enumerate(requests)
    ]
    payload = {} if adjustments is None else {"payload": {"resource_adjustments": adjustments}}
    return {
        "uuid": UUID(1),
        "name": "P",
        "slug": "A1",
        "state": state,
        "call_name": "C",
        "round_uuid": UUID(2),
        "requested_resources": listed,
        **payload,
    }


def change(action, limits, created="2026-01-01", number=20):
    return {
        "action": action,
        "adjusted_limits": limits,
        "created": created,
        "requested_resource_id": number if action != "add" else None,
    }


@pytest.mark.parametrize(
    ("adjustments", "granted"),
    [
        ([], 100),
        ([change("modify", {"node": 60})], 60),
        (
            [change("modify", {"node": 60}, "2026-02"), change("modify", {"node": 90}, "2026-01")],
            60,
        ),
        ([change("remove", {})], 0),
        (None, None),
    ],
    ids=["none", "modified", "newest", "removed", "unknown"],
)
def test_the_newest_adjustment_is_the_grant(store, ingest, adjustments, granted):
    ingest([archived(adjustments=adjustments)])
    assert grants(store) == {("A1", "M0"): (100, granted)}


def test_what_was_added_has_no_request(store, ingest):
    added = {**change("add", {"node": 500}), "call_offering_name": "Other"}
    ingest([archived(adjustments=[added])])
    assert grants(store) == {("A1", "M0"): (100, 100), ("A1", "Other"): (None, 500)}


def test_an_adjustment_of_an_unknown_request_makes_every_grant_unknown(store, ingest):
    wild = change("modify", {"node": 1}, number=99)
    report = ingest([archived(requests=({"node": 1}, {"node": 2}), adjustments=[wild])])
    assert dict(report.reasons) == {"not_linked_to_a_request": 1}
    assert grants(store) == {("A1", "M0"): (1, None), ("A1", "M1"): (2, None)}


@pytest.mark.parametrize(
    ("state", "granted", "status"),
    [
        ("rejected", 0, "decided"),
        ("canceled", None, "withdrawn"),
        ("submitted", None, "undecided"),
        ("in_review", None, "undecided"),
    ],
)
def test_states_of_proposals(store, ingest, state, granted, status):
    ingest([archived(state, adjustments=[])])
    (row,) = rows(store)
    assert (row["requested"], row["granted"], row["status"]) == (100, granted, status)


def test_drafts_are_no_applications(ingest):
    with pytest.raises(InputError, match="no request of a known proposal"):
        ingest([archived("draft")])


PROPOSAL = {"uuid": UUID(1), "slug": "A1", "name": "P", "state": "accepted", "call_name": "C"}


def request(limits, uuid=20, components=(), **more: object):
    offering = {"offering_name": "M", "state": "accepted", "components": list(components)}
    return {
        "uuid": UUID(uuid),
        "proposal_uuid": UUID(1),
        "limits": limits,
        "attributes": {},
        "requested_offering": offering,
        "resource": None,
        **more,
    }


def component(kind, unit, **more: str):
    return {"type": kind, "measured_unit": unit, **more}


def test_limits_hidden_in_attributes_are_read(store, ingest):
    hidden = request({}, attributes={"limits": {"node": 2500}})
    ingest([PROPOSAL], [hidden])
    assert grants(store) == {("A1", "M"): (2500, None)}


def test_requests_of_one_offering_add_up_and_one_unknown_makes_the_grant_unknown(store, ingest):
    made = {"uuid": UUID(40), "offering_name": "M", "project_uuid": UUID(7), "limits": {"node": 5}}
    first = request({"node": 10}, resource=f"https://x/api/marketplace-resources/{UUID(40)}/")
    report = ingest([PROPOSAL], [first, request({"node": 20}, uuid=21)], [made])
    assert counts(report) == (4, 4, 0, {})
    assert grants(store) == {("A1", "M"): (30, None)}


def test_units_are_those_of_the_components(store, ingest):
    known = [component("gpu", "GPU-hours"), component("cpu", "hours"), component("x", "GB")]
    report = ingest([PROPOSAL], [request({"gpu": 1, "cpu": 2, "x": 3}, components=known)])
    assert [(row["resource"], row["unit"]) for row in rows(store)] == [
        ("M / cpu", "CPU-hours"),
        ("M / gpu", "GPU-hours"),
    ]
    assert dict(report.reasons) == {"unknown_unit": 1}


def test_limits_a_month_are_no_awards(ingest):
    monthly = [component("gpu", "hours", limit_period="month")]
    with pytest.raises(InputError, match="limit_per_month"):
        ingest([PROPOSAL], [request({"gpu": 1}, components=monthly)])


def test_a_proposal_that_is_linked_by_its_number(store, ingest):
    adjustment = {**change("modify", {"node": 7}), "proposal_id": 5}
    ingest([{**PROPOSAL, "id": 5}], [request({"node": 10})], [adjustment])
    assert grants(store) == {("A1", "M"): (10, 7)}


def test_offerings_that_were_not_accepted_got_nothing(store, ingest):
    asked = request({"node": 10})
    asked["requested_offering"]["state"] = "canceled"
    ingest([PROPOSAL], [asked])
    assert grants(store) == {("A1", "M"): (10, 0)}


def test_hyphens_in_uuids_do_not_matter(store, ingest):
    hyphens = "00000000-0000-0000-0000-000000000001"
    ingest([{**PROPOSAL, "uuid": hyphens}], [request({"node": 10})])
    assert grants(store) == {("A1", "M"): (10, None)}


def test_csv_still_needs_its_four_columns(ingest):
    with pytest.raises(InputError, match="missing column requested"):
        ingest("application_id,granted,unit\nA,1,GPU-hours\n")
