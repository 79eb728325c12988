from re import search
from typing import Any

import pytest
import small_estates as build

from analytics.estate import Estate
from analytics.roles import node_roles
from analytics.workload import SAYS_INFERENCE

HOUR_S = 3600


def role(node=(), jobs=(), **estate: Any):
    snapshot = {"node": "n1", "at": 0, "gpus": 2, "gpu_types": "a100:2", **dict(node)}
    runs = [{"node_list": "n1", "gpus": 1, "begin": 0, "end": HOUR_S, **job} for job in jobs]
    found = node_roles(
        Estate(
            jobs=build.jobs(runs),
            nodes=build.nodes([snapshot]),
            observed=build.observed((0, 100 * HOUR_S)),
            inference_cards=frozenset({"t4"}),
            **estate,
        )
    )
    return found.select("node_role", "role_basis", "role_evidence").row(0)


def serving(hours, **job: Any):
    return {"service": "vllm", "user": "u", "name_hash": "h", "end": hours * HOUR_S, **job}


def test_an_idle_card_made_for_inference_is_a_candidate():
    found = role({"gpu_types": "t4:2"})
    assert found == ("inference", "candidate", "card t4 made for inference")


def test_a_partition_that_says_so_makes_a_node_intended_and_all_evidence_is_listed():
    found = role({"gpu_types": "t4:2", "partitions": "gpu-infer"}, [serving(61)])
    assert found[:2] == ("inference", "intended")
    assert found[2].split("; ") == [
        "partition gpu-infer",
        "1 vllm job, longest 61 h, 100% of its GPU-hours",
        "card t4 made for inference",
    ]


def test_a_feature_may_say_so():
    assert role({"features": "avx,llm-inference"})[:2] == ("inference", "intended")


def test_settings_have_the_last_word():
    rules = {"c": [("n1*", "training"), ("gpu-infer", "inference")]}
    node = {"gpu_types": "t4:2", "partitions": "gpu-infer"}
    basis = role(node, node_roles=rules)
    assert basis[:2] == ("training", "configured")
    assert basis[2].startswith("settings: n1* is training; partition gpu-infer")
    by_partition = role({"partitions": "old"}, node_roles={"c": [("old", "inference")]})
    assert by_partition[:2] == ("inference", "configured")


def test_services_make_a_serving_node():
    assert role(jobs=[serving(2)])[:2] == ("inference", "serving")
    assert role(jobs=[serving(2, service="jupyter")])[:2] == ("interactive", "serving")


def test_a_day_of_batch_inference_does_not_rename_a_training_node():
    training = {"gpus": 2, "begin": 0, "end": 300 * HOUR_S}
    assert role(jobs=[serving(30), training])[:2] == ("training", None)
    assert role(jobs=[serving(200), training])[:2] == ("inference", "serving")


def test_runs_that_follow_each_other_are_one_stay():
    runs = [serving(10 * k + 10, begin=(10 * k) * HOUR_S + 60) for k in range(3)]
    training = {"gpus": 1, "begin": 0, "end": 90 * HOUR_S}
    found = role(jobs=[*runs, training])
    assert found[:2] == ("inference", "serving")
    assert "3 vllm jobs, longest 30 h, 25% of its GPU-hours" in found[2]
    apart = [serving(20 * k + 10, begin=20 * k * HOUR_S) for k in range(3)]
    assert role(jobs=[*apart, training])[:2] == ("training", None)


def test_a_qos_that_says_so_counts_when_it_holds_half_of_the_time():
    infer = {"qos": "inference", "end": 3 * HOUR_S}
    assert role(jobs=[infer, {"end": HOUR_S}])[:2] == ("inference", "intended")
    mostly_other = role(jobs=[infer, {"end": 9 * HOUR_S}])
    assert mostly_other[:2] == ("training", None)
    assert "QOS inference on 25% of its GPU-hours" in mostly_other[2]


def test_names_for_training_and_for_interactive_work():
    assert role({"gpu_types": "t4:2", "partitions": "gpu-train"})[:2] == ("training", "intended")
    assert role({"partitions": "jupyter"})[:2] == ("interactive", "intended")
    assert role({"partitions": "gpu,jupyter"})[:2] == ("training", None)


def test_nodes_without_gpus_are_cpu_nodes():
    assert role({"gpus": 0, "gpu_types": ""}) == ("cpu", None, "no GPUs")


def test_nothing_special():
    found = role()
    assert found == (
        "training",
        None,
        "partition gpu; card a100; nothing speaks for inference",
    )


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("gpu-infer", True),
        ("Inference", True),
        ("infer2", True),
        ("llm_serving", True),
        ("inferno", False),
        ("interference", False),
        ("reserved", False),
        ("conserving", False),
    ],
)
def test_which_names_say_inference(name, says):
    assert bool(search(SAYS_INFERENCE, name)) is says
