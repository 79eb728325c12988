import polars as pl
import small_estates as build

from analytics.node_history import NO_JOBS, gpu_model, node_periods


class Catalogue:
    """Knows one card under Slurm's name for it."""

    def resolve(self, slurm_type, aliases):
        return {"a100_80": "a100-sxm-80"}.get(aliases.get(slurm_type, slurm_type))


def periods(rows, window):
    return node_periods(build.nodes(rows), build.observed(window), until_s=1000)


def spans(frame):
    return frame.select("begin_s", "end_s", "gpus", "assumed").rows()


def test_a_configuration_holds_until_a_snapshot_that_differs():
    rows = [
        {"node": "n1", "at": 700, "gpus": 4, "gpu_types": "a100:4"},
        {"node": "n1", "at": 500, "gpus": 2, "gpu_types": "a100:2"},
        {"node": "n1", "at": 600, "gpus": 2, "gpu_types": "a100:2", "state": "DOWN"},
    ]
    found = periods(rows, (100, 900))
    assert spans(found) == [(100, 500, 2, True), (500, 700, 2, False), (700, 1000, 4, False)]
    assert found["state"].to_list() == [None, "DOWN", "IDLE"]


def test_a_change_back_begins_a_period_of_its_own():
    rows = [{"node": "n1", "at": at, "gpus": gpus} for at, gpus in [(10, 1), (20, 2), (30, 1)]]
    assert spans(periods(rows, (10, 50))) == [
        (10, 20, 1, False),
        (20, 30, 2, False),
        (30, 1000, 1, False),
    ]


def test_nothing_is_assumed_of_a_cluster_without_an_observed_window():
    rows = [{"cluster": "unseen", "node": "n1", "at": 500, "gpus": 1}]
    assert spans(periods(rows, (0, 900))) == [(500, 1000, 1, False)]


def test_a_node_that_an_earlier_snapshot_lacked_came_with_its_first_job():
    rows = [{"node": "n1", "at": 100, "gpus": 1}] + [
        {"node": name, "at": 500, "gpus": 2} for name in ("idle", "early", "busy")
    ]
    jobs = [("c", "early", 50), ("c", "busy", 300)]
    found = node_periods(
        build.nodes(rows),
        build.observed((0, 900)),
        until_s=1000,
        first_jobs=pl.DataFrame(jobs, schema=NO_JOBS.schema, orient="row"),
    )
    begins = found.filter("assumed").select("node", "begin_s", "end_s").rows()
    assert begins == [("busy", 300, 500), ("early", 100, 500), ("n1", 0, 100)]


def test_unknown_cpus_are_one_configuration_with_unknown_cpus():
    rows = [{"node": "n1", "at": at, "gpus": 1, "cpus": None} for at in (10, 20)]
    assert spans(periods(rows, (10, 50))) == [(10, 1000, 1, False)]


def test_models_are_catalogue_ids_or_slurms_own_names():
    aliases = {"big": "a100_80"}
    assert gpu_model("big:4", catalogue=Catalogue(), aliases=aliases) == "a100-sxm-80"
    assert gpu_model("odd:4", catalogue=Catalogue(), aliases=aliases) == "odd"
    assert gpu_model("odd:4,big:2", catalogue=Catalogue(), aliases=aliases) == "a100-sxm-80+odd"
    assert gpu_model("", catalogue=Catalogue(), aliases={}) is None


def test_each_cluster_has_aliases_of_its_own():
    rows = [
        {"cluster": name, "node": "n1", "at": 0, "gpus": 4, "gpu_types": "big:4"}
        for name in ("c", "d")
    ]
    found = node_periods(
        build.nodes(rows),
        build.observed((0, 10)),
        until_s=10,
        catalogue=Catalogue(),
        aliases={"c": {"big": "a100_80"}},
    )
    assert found.select("cluster", "gpu_model").rows() == [("c", "a100-sxm-80"), ("d", "big")]
    assert isinstance(found, pl.DataFrame)
