"""Sentences and charts of carbon and of many small clusters, from small frames."""

from datetime import date

import polars as pl
import pytest

from reports.charts.carbon import emissions_chart, energy_chart, hourly_chart, quality_chart
from reports.charts.pools import growth_chart, stranded_chart
from reports.findings.carbon import (
    carbon_finding,
    energy_finding,
    hourly_finding,
    quality_finding,
)
from reports.findings.pools import (
    growth_finding,
    peaks_sentence,
    sizes_finding,
    stranded_finding,
)

TOTAL = {
    "carbon_operational_kg": 12_000.0,
    "carbon_embodied_kg": 1_500.0,
    "g_per_gpu_hour": 260.4,
    "energy_kwh": 98_000.0,
    "idle_energy_kwh": 2_000.0,
    "energy_measured_share": 0.002,
    "energy_modelled_share": 0.2,
    "energy_tdp_share": 0.798,
}
MONTHS = pl.DataFrame(
    {
        "period_start": [date(2026, 5, 1), date(2026, 6, 1)],
        "carbon_operational_kg": [4_000.0, None],
        "carbon_embodied_kg": [500.0, 700.0],
        "energy_kwh": [1_000.0, 3_000.0],
        "idle_energy_kwh": [None, None],
    },
    schema_overrides={"idle_energy_kwh": pl.Float64},
)
CLUSTERS = pl.DataFrame(
    {
        "cluster": ["a", "b", "c"],
        "energy_kwh": [10.0, 20.0, None],
        "energy_quality": ["TDP 100 %", "modelled 75 %, TDP 25 %", None],
        "energy_measured_share": [0.0, 0.0, None],
        "energy_modelled_share": [0.0, 0.75, None],
        "energy_tdp_share": [1.0, 0.25, None],
        "g_per_gpu_hour": [150.0, 300.0, None],
        "g_per_effective_gpu_hour": [None, 900.0, None],
    }
)


def test_carbon_says_running_and_making_apart_and_unknown_is_no_zero():
    assert carbon_finding(TOTAL) == (
        "Jobs emitted 12 t of CO2 equivalent in running; making the machines adds about 1.5 t. "
        "A GPU-hour came to 260 g"
    )
    assert "is not known" in carbon_finding(TOTAL | {"carbon_operational_kg": None})


def test_idle_energy_is_a_share_of_both_and_may_be_unknown():
    assert energy_finding(TOTAL) == "Jobs drew 98 MWh, idle GPUs 2 MWh: 2% of both"
    assert energy_finding(TOTAL | {"idle_energy_kwh": None}).endswith("idle GPUs drew is not known")
    assert "is not known" in energy_finding(TOTAL | {"energy_kwh": None})


def test_a_small_share_that_was_measured_is_not_said_to_be_none():
    assert quality_finding(TOTAL) == (
        "Of the energy of jobs less than 1% was measured, 20% modelled from activity, and 80% is "
        "taken at design power"
    )


def test_months_stack_in_tonnes_and_leave_gaps():
    chart = emissions_chart(MONTHS, granularity="month", period="2026")
    assert chart.series[0].values == (4.0, None)
    assert chart.series[1].values == pytest.approx((0.5, 0.7))
    energy = energy_chart(MONTHS, granularity="month", period="2026")
    assert [series.name for series in energy.series] == ["Of jobs"]
    bare = MONTHS.with_columns(energy_kwh=pl.lit(None, pl.Float64))
    assert energy_chart(bare, granularity="month", period="2026") is None


def test_clusters_differ_in_grams_and_in_what_their_energy_rests_on():
    assert hourly_finding(CLUSTERS) == (
        "A GPU-hour emitted between 150 g of CO2 equivalent (a) and 300 g (b)"
    )
    assert hourly_finding(CLUSTERS.tail(1)).endswith("not known of any cluster")
    chart = hourly_chart(CLUSTERS, period="May")
    assert chart.categories == ("b", "a")
    assert chart.series[0].values == (900.0, None)
    assert hourly_chart(CLUSTERS.tail(1), period="May") is None
    parts = quality_chart(CLUSTERS, period="May")
    assert parts.categories == ("b", "a")
    assert parts.series[1].labels == ("75%", "")
    assert quality_chart(CLUSTERS.tail(1), period="May") is None


POOLED = {
    "pools": 8,
    "stranded_gpu_hours": 25.0,
    "idle_gpu_hours": 100.0,
    "peak_sum": 40,
    "peak_pooled": 30,
    "pooling_gain": 0.25,
    "gpus_split": 20,
    "pooled_gpus_same_wait": None,
}


def test_stranded_time_is_a_bound_and_one_pool_has_none():
    assert stranded_finding(POOLED) == (
        "At most 25% of idle GPU-hours stood idle while a job waited in another cluster: 25 of 100"
    )
    assert "One cluster alone" in stranded_finding(POOLED | {"pools": 1})
    assert "not known" in stranded_finding(POOLED | {"stranded_gpu_hours": None})
    assert peaks_sentence(POOLED).endswith("together they peak at 30, 25% less.")
    assert "illustration" in peaks_sentence(POOLED | {"pooled_gpus_same_wait": 15})
    assert peaks_sentence(POOLED | {"pools": 1}) is None


def test_idle_time_is_split_into_stranded_and_the_rest():
    rows = pl.DataFrame(
        {
            "period_start": [date(2026, 5, 1), date(2026, 6, 1)],
            "idle_gpu_hours": [100.0, None],
            "stranded_gpu_hours": [25.0, None],
        }
    )
    chart = stranded_chart(rows, granularity="month", period="2026")
    assert [series.values for series in chart.series] == [(25.0,), (75.0,)]
    assert stranded_chart(rows.tail(1), granularity="month", period="2026") is None


def test_small_clusters_stand_beside_central_ones():
    rows = pl.DataFrame(
        {
            "size_class": ["small", "central"],
            "clusters": [6, 1],
            "utilisation_available": [0.36, 0.78],
            "wait_p95_s": [60.0, 7200.0],
        }
    )
    assert sizes_finding(rows) == (
        "6 small clusters ran at 36% of available GPU-hours, 1 central one at 78%; one job in "
        "twenty waited more than 1 minute in the small and 2 hours in the central"
    )
    assert "are central" in sizes_finding(rows.tail(1))


def test_growth_tells_the_first_and_the_last_year():
    rows = pl.DataFrame(
        {
            "year": [2020, 2021],
            "clusters": [2, 6],
            "effective_clusters": [1.5, 4.4],
            "share_below_32_gpus": [0.0, 0.1],
        }
    )
    assert growth_finding(rows) == (
        "The UK had 2 known local and Tier-2 clusters at the end of 2020 and 6 at the end of "
        "2021; 10% of their GPUs stood in clusters of fewer than 32"
    )
    assert growth_chart(rows).series[1].values == (1.5, 4.4)
    assert growth_chart(rows.head(1)) is None
    assert "no local" in growth_finding(rows.clear())
