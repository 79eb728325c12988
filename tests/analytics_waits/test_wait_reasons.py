"""Slurm's reasons in classes, and what the file of them is refused for."""

from pathlib import Path

import pytest

from model.errors import ConfigError
from model.wait_reasons import WaitReasonsFile, load_wait_reasons, reason_faults
from model.yaml_source import read_model

REASONS = load_wait_reasons()


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("None", "capacity"),
        ("Priority", "capacity"),
        ("Resources", "capacity"),
        ("ReqNodeNotAvail, UnavailableNodes:a[1-2]", "capacity"),
        ("ReqNodeNotAvail(Unavailable:a1)", "capacity"),
        ("ReservationDeleted", "capacity"),
        ("NodeDown", "capacity"),
        ("QOSMaxGRESPerUser", "policy"),
        ("QOSGrpCPUMinutesLimit", "policy"),
        ("AssocGrpGRESMinutes", "policy"),
        ("AssociationJobLimit", "policy"),
        ("MaxGRESPerAccount", "policy"),
        ("maxgresperaccount", "policy"),
        ("JobArrayTaskLimit", "policy"),
        ("Licenses", "policy"),
        ("PartitionTimeLimit", "policy"),
        ("PartitionDown", "capacity"),
        ("Dependency", "user"),
        ("DependencyNeverSatisfied", "user"),
        ("BeginTime", "user"),
        ("JobHeldUser", "user"),
        ("JobHeldAdmin", "user"),
        ("TimeLimit", "outcome"),
        ("NonZeroExitCode", "outcome"),
        ("SomethingOfSlurm99", "other"),
        ("", None),
        (None, None),
    ],
)
def test_the_class_of_a_reason(reason: str | None, expected: str | None):
    assert REASONS.class_of(reason) == expected


def test_distinct_reasons_at_once_leave_the_unknown_out():
    found = REASONS.classes_of(["None", None, "", "Odd", "None"])
    assert found == {"None": "capacity", "Odd": "other"}


def test_every_reason_of_the_captures_has_a_class(shared: Path):
    text = (shared / "slurm" / "captures" / "squeue.json").read_text()
    reasons = {part.split('"')[0] for part in text.split('"state_reason": "')[1:]}
    assert reasons
    assert "other" not in REASONS.classes_of(reasons).values()


def test_a_pattern_in_two_classes_and_one_that_is_no_name_are_refused(tmp_path: Path):
    file = tmp_path / "wait_reasons.yaml"
    file.write_text(
        "source: here\n"
        "classes:\n"
        "  policy:\n    - QOS*\n"
        "  capacity:\n    - qos*\n"
        "  user:\n    - 12 o'clock\n"
        "  outcome: []\n"
    )
    with pytest.raises(ConfigError) as refused:
        read_model(file, WaitReasonsFile, checks=reason_faults)
    assert [str(each) for each in refused.value.faults] == [
        f"{file}:6: 'qos*' again (first under policy). Keep one.",
        f'{file}:8: "12 o\'clock" is no name of a reason. Write letters and `*`.',
    ]
