"""Dimensions that job records do not hold, added from awards, nodes, clusters and the catalogue."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from job_rows import facts, job

from analytics.calendar import calendar
from analytics.dimensions import GPUS_BANDS, dimension_notes, filter_where, with_dimensions
from analytics.usage import usage
from model.errors import InputError
from model.schemas import AWARDS

MONDAY = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp())
RAN = {"submit": MONDAY, "start": MONDAY, "end": MONDAY + 3_600}
WEEK = calendar(
    datetime(2026, 3, 2, tzinfo=UTC),
    datetime(2026, 3, 2, tzinfo=UTC) + timedelta(days=7),
    period="total",
    timezone="UTC",
)


class Names:
    """Knows two cards."""

    def resolve(self, slurm_type: str, aliases: Mapping[str, str] | None = None, /) -> str | None:
        known = {"a100": "a100-sxm-40", "t4": "t4"} | dict(aliases or {})
        return known.get(slurm_type)


def hours_by(jobs: pl.LazyFrame, dimension: str) -> dict[str | None, float]:
    frame = usage(jobs, calendar=WEEK, by=[dimension])
    return dict(frame.select(dimension, "gpu_hours").iter_rows())


def award(accounts: str | None, **given: str) -> dict[str, object]:
    named = {"call": "c", "round": "1", "application_id": "x", "resource": "", "tranche": ""}
    return named | {"accounts": accounts} | given


def test_gpus_of_several_models_count_with_each_and_the_rest_is_unknown() -> None:
    rows = [
        job(**RAN, gpus=4, gpu_types="a100:2,t4:1"),
        job(**RAN, gpus=2, gpu_types=""),
        job(**RAN, gpus=3, gpu_types="ours:3"),
        job(**RAN, gpus=0),
        job(**RAN, gpus=None),
    ]
    jobs = with_dimensions(
        facts(rows), needed=["gpu_model"], catalogue=Names(), aliases={"one": {"ours": "h100-sxm"}}
    )
    assert hours_by(jobs, "gpu_model") == {
        "a100-sxm-40": 2, "t4": 1, "unknown": 3, "h100-sxm": 3, "none": 0, None: None,
    }  # fmt: skip


types = st.dictionaries(st.sampled_from(["a100", "t4", "odd", "1g.5gb"]), st.integers(1, 4))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(types, st.integers(0, 3)), min_size=1, max_size=8))
def test_gpu_hours_by_model_sum_to_all_gpu_hours(drawn: list[tuple[dict[str, int], int]]) -> None:
    rows = [
        job(
            **RAN,
            gpus=sum(counts.values()) + untyped,
            gpu_types=",".join(f"{name}:{count}" for name, count in sorted(counts.items())),
        )
        for counts, untyped in drawn
    ]
    jobs = with_dimensions(facts(rows), needed=["gpu_model"], catalogue=Names())
    total = sum(hours for hours in hours_by(jobs, "gpu_model").values() if hours)
    assert total == sum(row["gpus"] for row in rows)


def test_an_account_has_the_project_that_all_its_awards_name() -> None:
    awards = pl.DataFrame(
        [
            award("one:a;one:b", project="P", institution="Leeds"),
            award("one:a", application_id="y", project="P", institution="York"),
            award("one:c", application_id="z", project="P"),
            award("one:c", application_id="w", project="Q"),
            award("two:d", application_id="v", project="R"),
        ],
        schema=AWARDS.schema,
    )
    jobs = facts([job(**RAN, account=name, gpus=n + 1) for n, name in enumerate("abcd")])
    named = with_dimensions(jobs, needed=["project", "institution"], awards=awards)
    found = named.select("account", "project", "institution").collect().sort("account").rows()
    assert found == [("a", "P", None), ("b", "P", "Leeds"), ("c", None, None), ("d", None, None)]
    assert dimension_notes(["project"], awards=awards) == (
        "1 accounts belong to several projects (one:c): left empty.",
    )


def test_bands_of_gpus() -> None:
    counts = [0, 1, 2, 4, 5, 8, 9, 32, 33, None]
    jobs = with_dimensions(facts(job(**RAN, gpus=n) for n in counts), needed=["gpus_band"])
    bands = jobs.collect()["gpus_band"].to_list()
    assert bands == ["0", "1", "2-4", "2-4", "5-8", "5-8", "9-32", "9-32", "33+", None]
    assert set(bands) - {None} == set(GPUS_BANDS)


def test_a_job_has_the_role_of_its_nodes() -> None:
    roles = pl.DataFrame(
        [("one", "n1", "training"), ("one", "n2", "training"), ("one", "i1", "inference")],
        schema=["cluster", "node", "node_role"],
        orient="row",
    )
    lists = ["n[1-2]", "n1,i1", "i1", "x9", None, "None assigned"]
    jobs = with_dimensions(
        facts(job(**RAN, node_list=n) for n in lists), needed=["node_role"], roles=roles
    )
    assert jobs.collect().sort("job_id")["node_role"].to_list() == [
        "training",
        "mixed",
        "inference",
        None,
        None,
        None,
    ]


def test_tier_comes_from_the_cluster() -> None:
    clusters = pl.DataFrame({"cluster": ["one"], "tier": ["2"]})
    jobs = facts([job(**RAN), job(**RAN, cluster="two")])
    tiers = with_dimensions(jobs, needed=["tier"], clusters=clusters).collect()["tier"].to_list()
    assert tiers == ["2", None]


def test_filters_take_alternatives_and_the_unknown() -> None:
    jobs = facts([job(**RAN, account=name) for name in ["a", "b", "c", None]])
    kept = filter_where(jobs, {"account": ["a", "c", ""]}).collect()["account"].to_list()
    assert kept == ["a", "c", None]
    assert filter_where(jobs, {"account": ["b"], "user": ["nobody"]}).collect().is_empty()


def test_what_is_no_dimension_is_refused_with_a_hint() -> None:
    with pytest.raises(InputError, match="did you mean 'account'"):
        with_dimensions(facts([]), needed=["acount"])
    with pytest.raises(InputError, match="show nodes"):
        with_dimensions(facts([]), needed=["node"])


def test_only_what_is_needed_is_added() -> None:
    before = facts([job(**RAN)])
    assert with_dimensions(before, needed=["account"]).collect_schema() == before.collect_schema()
