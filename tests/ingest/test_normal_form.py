"""What becomes of one record: when it started, how long it held, under which key."""

from datetime import UTC, datetime

import pytest
from job_logs import HEADER, job, log, normal, only

from model.errors import InputError
from model.schemas import JOBS, UNLIMITED_S


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


WAITING = {"Start": "Unknown", "End": "Unknown", "ElapsedRaw": "0", "NodeList": "None assigned"}
WITHOUT_NODES = (b"NodeList", b"Comment")


def test_columns_and_types_are_those_of_the_table():
    batch, _ = normal(log(job(1)))
    kept = {name: kind for name, kind in JOBS.schema.items() if name not in {"month", "fills"}}
    assert dict(batch.jobs.schema) == kept


def test_a_plain_job():
    row = only(log(job(7)))
    assert row["job_id"] == 7
    assert (row["start"], row["end"]) == (at("2026-05-01T10:00:00"), at("2026-05-01T11:00:00"))
    assert row["held_until"] == row["end"] == row["observed_until"]
    assert (row["suspended_s"], row["limit_s"], row["finality"]) == (0, 7200, 3)
    assert row["job_name"] is None
    assert row["name_hash"]


@pytest.mark.parametrize(
    ("changed", "started"),
    [
        ({}, True),
        ({"ElapsedRaw": "0", "End": "2026-05-01T10:00:00"}, True),
        ({"NodeList": "None assigned", "ElapsedRaw": "0", "End": "2026-05-01T10:00:00"}, False),
        (
            {"NodeList": "", "ElapsedRaw": "0", "End": "2026-05-01T10:00:00", "State": "FAILED"},
            False,
        ),
        ({"NodeList": "None assigned"}, True),
        ({**WAITING, "State": "PENDING"}, False),
        (
            {"Start": "None", "ElapsedRaw": "0", "NodeList": "None assigned", "State": "DEADLINE"},
            False,
        ),
    ],
)
def test_started_means_that_a_node_was_assigned(changed, started):
    row = only(log(job(1, **changed)))
    assert row["started"] is started
    assert (row["start"] is not None) is started
    assert (row["held_until"] is not None) is started


@pytest.mark.parametrize(
    ("state", "started"), [("CANCELLED by 5", False), ("DEADLINE", False), ("COMPLETED", True)]
)
def test_without_a_node_list_zero_seconds_and_a_cancel_never_started(state, started):
    line = job(1, State=state, ElapsedRaw="0", End="2026-05-01T10:00:00", NodeList="")
    batch, assumed = normal(log(line).replace(*WITHOUT_NODES))
    assert batch.jobs["started"].to_list() == [started]
    assert bool([note for note in assumed if "NodeList" in note]) is not started


def test_a_running_job_holds_as_far_as_its_record_goes():
    line = job(1, State="RUNNING", End="Unknown", ElapsedRaw="600", Suspended="00:01:00")
    row = only(log(line))
    assert row["end"] is None
    assert row["held_until"] == row["observed_until"] == at("2026-05-01T10:11:00")
    assert row["finality"] == 2


def test_a_stated_window_is_what_was_observed():
    window = (at("2026-05-01T00:00:00"), at("2026-05-02T00:00:00"))
    row = only(log(job(1, State="RUNNING", End="Unknown")), window=window)
    assert row["observed_until"] == window[1]
    assert row["held_until"] == at("2026-05-01T11:00:00")


def test_a_failed_node_without_an_end():
    row = only(log(job(1, State="NODE_FAIL", End="0", ElapsedRaw="20615")))
    assert row["end"] is None
    assert (row["held_until"] - row["start"]).total_seconds() == 20615


def test_a_given_end_is_never_recomputed():
    row = only(log(job(1, State="NODE_FAIL", End="2026-05-03T00:00:00", ElapsedRaw="60")))
    assert row["held_until"] == at("2026-05-03T00:00:00")


def test_suspended_time_follows_from_elapsed_where_it_is_not_told():
    line = job(1, ElapsedRaw="3000")
    batch, assumed = normal(log(line).replace(b"Suspended", b"Comment"))
    assert batch.jobs["suspended_s"].to_list() == [600]
    assert [note for note in assumed if "Suspended" in note]


def test_the_end_follows_from_elapsed_where_it_is_not_told():
    line = job(1, ElapsedRaw="3000", Suspended="00:10:00")
    batch, assumed = normal(log(line).replace(b"|End|", b"|Comment|"))
    assert batch.jobs["end"].to_list() == [at("2026-05-01T11:00:00")]
    assert [note for note in assumed if "End" in note]


def test_requeued_before_it_ran_ranks_below_running():
    never = {"Start": "Unknown", "End": "Unknown", "ElapsedRaw": "0", "NodeList": "None assigned"}
    batch, _ = normal(log(job(1, State="REQUEUED", **never)))
    assert batch.jobs["finality"].to_list() == [1]


@pytest.mark.parametrize(
    ("text", "state", "finality"),
    [
        ("CANCELLED by 330719", "CANCELLED", 3),
        ("CANCELLED", "CANCELLED", 3),
        ("REQUEUED", "REQUEUED", 2),
        ("RESIZING", "RESIZING", 1),
        ("SUSPENDED", "SUSPENDED", 2),
        ("OUT_OF_MEMORY", "OUT_OF_MEMORY", 3),
        ("MELTED", "MELTED", 3),
    ],
)
def test_states(text, state, finality):
    batch, assumed = normal(log(job(1, State=text)))
    assert batch.jobs.select("job_state", "finality").row(0) == (state, finality)
    assert bool([note for note in assumed if "MELTED" in note]) is (state == "MELTED")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"Submit": "soon"}, "bad_submit"),
        ({"Submit": "Unknown"}, "no_submit"),
        ({"JobIDRaw": "x", "JobID": "x"}, "bad_job_id"),
        ({"State": "cpu=4,node=1"}, "bad_state"),
        ({"State": ""}, "bad_state"),
        ({"Start": "later"}, "bad_start"),
        ({"End": "later"}, "bad_end"),
        ({"Submit": "0001-01-01T00:00:00"}, "bad_submit"),
        ({"End": "9999-12-31T23:59:59"}, "bad_end"),
        ({"AllocTRES": "gres/gpu=99999999"}, "bad_gpus"),
        ({"AllocTRES": "gres/gpu=99999999999999999999"}, "bad_gpus"),
        ({"End": "2026-05-01T09:59:59"}, "end_before_start"),
        ({"ElapsedRaw": "-5"}, "negative_elapsed"),
        ({"Start": "Unknown"}, "no_start"),
    ],
)
def test_the_quality_gate(changed, reason):
    batch, _ = normal(log(job(1, **changed), job(2)))
    assert [reject.reason for reject in batch.rejects] == [reason]
    assert batch.rejects[0].line == 2
    assert batch.jobs["job_id"].to_list() == [2]


def test_a_submit_after_the_start_is_kept_and_counted():
    batch, assumed = normal(log(job(1, Submit="2026-05-01T10:30:00")))
    assert batch.accepted == 1
    assert [note for note in assumed if "before they were submitted" in note]


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [
        ("120", 7200),
        ("UNLIMITED", UNLIMITED_S),
        ("4294967295", UNLIMITED_S),
        ("Partition_Limit", None),
        ("4294967294", None),
        ("", None),
    ],
)
def test_raw_time_limits(raw, seconds):
    assert only(log(job(1, TimelimitRaw=raw)))["limit_s"] == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("37-14:00:00", 37 * 86400 + 14 * 3600),
        ("00:02:00", 120),
        ("UNLIMITED", UNLIMITED_S),
        ("Partition_Limit", None),
    ],
)
def test_time_limits(text, seconds):
    data = log(job(1, TimelimitRaw=text)).replace(b"TimelimitRaw", b"Timelimit")
    assert only(data)["limit_s"] == seconds


def test_steps_are_counted_and_never_added():
    lines = [job(1), job(2)]
    steps = [job(1, JobIDRaw=f"1.{name}", JobID=f"1.{name}") for name in ("batch", "extern", "0")]
    batch, _ = normal(log(*lines, *steps))
    assert (batch.accepted, batch.steps, batch.jobs.height) == (2, 3, 2)


@pytest.mark.parametrize(
    ("label", "job_id"),
    [
        ("54", 54),
        ("61+1", 62),
        ("83_[1-6,8-20]", 83),
        ("42271120_[7-8%1]", 42271120),
        ("54_9", -(54 * 2**32 + 10)),
    ],
)
def test_ids_of_a_log_that_has_only_labels(label, job_id):
    data = log(job(1, JobID=label)).replace(b"JobIDRaw", b"Comment")
    batch, assumed = normal(data)
    assert batch.jobs.select("job_id", "job_label").row(0) == (job_id, label)
    assert [note for note in assumed if "JobIDRaw" in note]


def test_array_tasks_keep_their_raw_ids():
    row = only(log(job(86, JobID="54_1")))
    assert (row["job_id"], row["job_label"]) == (86, "54_1")


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("vLLM-server", "vllm"),
        ("my_triton_server", "triton"),
        ("tgi", "tgi"),
        ("text-generation-inference", "tgi"),
        ("ollama", "ollama"),
        ("ray-serve", "ray-serve"),
        ("spawner-jupyterhub", "jupyter"),
        ("sys/dashboard/sys/bc_desktop", "desktop"),
        ("interactive", "interactive"),
        ("training", None),
        ("strategic", None),
    ],
)
def test_services_by_name(name, service):
    assert only(log(job(1, JobName=name)))["service"] == service


def test_names_are_hashed_alike_everywhere_and_differently_under_a_key():
    plain, again = only(log(job(1))), only(log(job(2)))
    keyed = only(log(job(1)), name_key=b"secret")
    assert plain["name_hash"] == again["name_hash"] != keyed["name_hash"]


def test_names_are_kept_only_when_asked():
    assert only(log(job(1)), keep_job_names=True)["job_name"] == "train"


def test_users_are_pseudonyms_when_asked():
    hidden = only(log(job(1)), pseudonymise_users=True, name_key=b"secret")
    assert hidden["user"] != "ada"
    assert hidden["user"] == only(log(job(9)), pseudonymise_users=True, name_key=b"secret")["user"]
    assert hidden["user"] != only(log(job(1)), pseudonymise_users=True, name_key=b"other")["user"]


@pytest.mark.parametrize(
    ("joules", "kept"),
    [("54156", 54156), ("0", None), ("-2", None), ("18446744073709551614", None), ("", None)],
)
def test_energy_sentinels_are_unknown(joules, kept):
    data = log(job(1, ReqTRES=joules)).replace(b"ReqTRES", b"ConsumedEnergyRaw")
    assert only(data)["energy_j"] == kept


@pytest.mark.parametrize("column", ["Submit", "State", "Start"])
def test_missing_columns_are_refused_by_name(column):
    header = HEADER.replace(f"|{column}", "|Comment")
    with pytest.raises(InputError, match=column) as refused:
        normal(log(job(1)).replace(HEADER.encode(), header.encode()))
    assert "sacct -a -D" in str(refused.value.hint)


@pytest.mark.parametrize("number", ["1" + "0" * length for length in (10, 15, 19, 30)])
def test_absurd_numbers_are_unknown(number):
    row = only(log(job(1, ElapsedRaw=number, AllocTRES=f"cpu={number}1,billing={number}1")))
    assert (row["cpus"], row["billing"]) == (None, None)
    assert (row["held_until"] - row["start"]).total_seconds() == 3600


def test_suspended_time_is_never_more_than_the_job_held():
    assert only(log(job(1, Suspended="10-00:00:00")))["suspended_s"] == 3600
