"""Findings and charts from small frames, reckoned by hand."""

from datetime import date

import polars as pl

from analytics.capacity import capacity
from analytics.capacity_totals import capacity_totals, public
from analytics.claims import CLAIMS_SCHEMA
from model.registry import load_registry
from reports.charts.capacity import by_country, countries_chart, machines_chart
from reports.charts.shortfall import cuts_chart, rounds_chart
from reports.charts.utilisation import clusters_chart, months_chart, states_chart
from reports.findings.capacity import claims_finding, machines_of_claims, uk_against_largest
from reports.findings.shortfall import cut_finding, last_round, round_finding, unmet_sentence
from reports.findings.utilisation import (
    idle_nodes,
    inference_beside_training,
    reclaimable,
    spread_of_clusters,
    used_of_available,
)
from reports.units import CAPACITY_UNITS

CARDS = CAPACITY_UNITS["gpus"]
ROUND = {
    "call": "Access",
    "round": "2026",
    "applications": 46,
    "decided": 45,
    "awards": 43,
    "requested": 10_600_000.0,
    "recommended": None,
    "granted": 2_120_000.0,
    "unit": "GPU-hours",
    "awarded_share": 0.2,
    "cut_median": 0.8,
    "cut_q1": 0.79,
    "cut_q3": 0.81,
    "uniform_cut_of_funded": 41 / 43,
    "unmet_low": None,
    "unmet_high": 8_480_000.0,
}


def test_a_round_of_like_cuts_says_how_many_were_cut_by_how_much():
    assert cut_finding(ROUND) == "41 of 43 funded applications were cut by 78 to 82%"
    assert cut_finding(ROUND | {"uniform_cut_of_funded": 0.3}) == (
        "The middle half of the applications of Access 2026 were cut by 79% to 81%, "
        "the median by 80%"
    )
    assert cut_finding(ROUND | {"cut_median": None}).endswith("are not known")


def test_a_round_says_what_it_granted_of_what_was_asked():
    assert round_finding(ROUND) == (
        "Access 2026 granted 20% of what was requested: 2.12 million of 10.60 million GPU-hours"
    )
    published = ROUND | {"requested": None, "granted": None, "awarded_share": 0.26}
    assert round_finding(published) == "Access 2026: 26% of what was requested was granted"


def test_the_upper_bound_of_unmet_demand_never_stands_alone():
    assert "lower bound is unknown" in unmet_sentence(ROUND)
    assert unmet_sentence(ROUND | {"unmet_low": 6.0, "unmet_high": 8.0}) == (
        "Unmet demand lies between 6 and 8 GPU-hours."
    )


def test_the_last_round_is_the_last_with_both_sums():
    frame = pl.DataFrame([ROUND, ROUND | {"round": "next", "granted": None}])
    assert last_round(frame)["round"] == "2026"
    assert last_round(frame.clear()) is None


def test_rounds_of_different_units_never_share_an_axis():
    other = ROUND | {"round": "old", "unit": "core-hours"}
    chart = rounds_chart(pl.DataFrame([other, ROUND, ROUND | {"round": "2027"}]))
    assert chart.categories == ("2026", "2027")
    assert chart.title.endswith("GPU-hours, by round of Access")
    assert [series.name for series in chart.series] == ["Requested", "Granted"]


def test_cuts_are_in_order_and_the_refused_stand_apart():
    frame = pl.DataFrame(
        {
            "application_id": ["a", "b", "c", "d"],
            "project": ["P", None, None, None],
            "institution": [None, "U", None, None],
            "granted": [0.0, 20.0, None, 50.0],
            "cut_fraction": [1.0, 0.8, None, 0.5],
        }
    )
    chart = cuts_chart(frame, median=0.8, name="Access 2026")
    assert chart.categories == ("d", "b (U)", "a (P)")
    assert [series.values for series in chart.series] == [(0.5, 0.8, None), (None, None, 1.0)]
    assert cuts_chart(frame.filter(pl.col("application_id") == "c"), median=None, name="") is None


def utilisation(cluster: str, available: float | None, allocated: float) -> dict:
    return {
        "cluster": cluster,
        "period_start": date(2026, 5, 1),
        "available_gpu_hours": available,
        "allocated_gpu_hours": allocated,
        "utilisation_available": allocated / available if available else None,
        "utilisation_installed": allocated / (2 * available) if available else None,
    }


def test_clusters_are_ranked_and_the_unknown_is_left_out():
    frame = pl.DataFrame(
        [utilisation("a", 100.0, 20.0), utilisation("b", 300.0, 240.0), utilisation("c", None, 5.0)]
    )
    assert spread_of_clusters(frame) == (
        "Clusters ran at between 20% (a) and 80% (b) of their available GPU-hours"
    )
    assert used_of_available(frame.head(2)) == (
        "65% of the available GPU-hours were allocated: 260 of 400"
    )
    chart = clusters_chart(frame, period="May 2026")
    assert chart.categories == ("b", "a")
    assert chart.series[0].values == (0.4, 0.1)


def test_each_cluster_has_every_period_and_a_gap_where_it_has_none():
    rows = [utilisation("a", 100.0, 20.0), utilisation("b", 300.0, 240.0)]
    late = rows[1] | {"period_start": date(2026, 6, 1)}
    chart = months_chart(pl.DataFrame([*rows, late]), granularity="month", period="2026")
    assert (chart.facets, chart.categories) == (("b", "a"), ("May 2026", "Jun 2026"))
    assert chart.series[0].values == (300.0, 300.0, 100.0, None)


def inference(cluster: str, role: str, free: float, held: float) -> dict:
    states = {"free": free, "no_data": held, "not_observed": 0.0, "down": 0.0}
    telemetry = ("low", "ineffective", "partial", "effective", "active", "allocated_unused")
    unknown = dict.fromkeys((*telemetry, "model_loaded_idle"))
    hours = {"blocked": 0.0, "reserved": 0.0} | states | unknown
    return {
        "cluster": cluster,
        "node_role": role,
        "gpu_model": "a30",
        **{f"{state}_gpu_hours": value for state, value in hours.items()},
        "installed_gpu_hours": free + held,
        "allocated_gpu_hours": held,
        "reclaimable_low_gpu_hours": free / 2,
    }


def test_inference_nodes_stand_beside_the_other_nodes_of_their_cluster():
    frame = pl.DataFrame(
        [
            inference("a", "inference", 90.0, 10.0),
            inference("a", "training", 20.0, 80.0),
            inference("b", "training", 0.0, 100.0),
        ],
    ).with_columns(pl.col(pl.Null).cast(pl.Float64))
    assert inference_beside_training(frame) == (
        "Inference nodes ran at 10% of their available GPU-hours, "
        "the other nodes of the same clusters at 80%"
    )
    assert reclaimable(frame) == (45.0, 100.0)
    chart = states_chart(frame, period="2026")
    assert chart.categories == ("a inference (a30)", "a training (a30)")
    assert [(s.name, s.values) for s in chart.series] == [
        ("Allocated", (0.1, 0.8)),
        ("Free", (0.9, 0.2)),
    ]
    assert states_chart(frame.filter(pl.col("node_role") == "training"), period="") is None


def test_idle_inference_nodes_are_counted_with_their_hours():
    frame = pl.DataFrame(
        {
            "node_role": ["inference", "inference", "training"],
            "utilisation_available": [0.1, 0.7, 0.0],
            "idle_gpu_hours": [90.0, 30.0, 100.0],
        }
    )
    assert idle_nodes(frame) == (
        "1 of 2 inference nodes stood idle for more than half of the time: 90 GPU-hours"
    )


def test_countries_add_up_to_the_national_totals():
    frame = capacity(load_registry(), on=date(2023, 6, 30))
    ours = by_country(frame, CARDS).select("country", pl.col("value").alias("gpus"))
    totals = capacity_totals(public(frame), by=["country"]).select("country", "gpus")
    assert ours.sort("country").equals(totals.filter(pl.col("gpus").is_not_null()).sort("country"))
    chart = countries_chart(frame, CARDS, date(2023, 6, 30))
    uk = chart.categories.index("United Kingdom")
    assert chart.series[0].roles[uk] == "main"
    assert "1,930 GPU cards" in uk_against_largest(frame, CARDS, date(2023, 6, 30))


def test_claims_and_components_are_never_bars():
    frame = capacity(load_registry(), on=date(2026, 11, 1))
    uncounted = set(frame.filter(pl.col("counted") != "yes")["machine"])
    drawn = machines_chart(frame, CARDS, date(2026, 11, 1)).categories
    assert not [name for name in drawn if name.rsplit(",", 1)[0] in uncounted]


def test_claims_are_counted_by_their_verdict():
    words = [
        "holds",
        "holds in another scope",
        "holds in another scope",
        "does not hold",
        "no data",
    ]
    rows = [{"verdict": word, "machines": "a, b" if word == "holds" else "b"} for word in words]
    lines = pl.concat([CLAIMS_SCHEMA.to_frame(), pl.DataFrame(rows)], how="diagonal")
    assert claims_finding(lines) == (
        "Of 5 sentences that are quoted about capacity, 1 hold as they stand and 2 in another "
        "scope; 1 do not hold; for 1 nobody published the figures"
    )
    assert machines_of_claims(lines) == ["a", "b"]
