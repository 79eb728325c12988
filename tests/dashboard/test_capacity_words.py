"""Sentences and charts of densities, years and machines, from small frames."""

from datetime import date

import polars as pl

from analytics.densities import DENSITIES_SCHEMA
from analytics.machine_commitments import COMMITMENTS_SCHEMA
from analytics.outlook import OUTLOOK_SCHEMA
from analytics.targets import TARGETS_SCHEMA
from model.machines import Machine
from model.registry import load_registry
from reports.charts.capacity_years import (
    OTHER_TIERS,
    delivered_chart,
    history_chart,
    outlook_chart,
    target_chart,
)
from reports.charts.densities import densities_chart
from reports.findings.capacity_years import (
    announced_sentence,
    commitments_finding,
    delivered_finding,
    history_finding,
    outlook_finding,
    purchase_sentence,
    target_finding,
)
from reports.findings.densities import uk_beside
from reports.findings.machine import figure_words, machine_finding
from reports.units import CAPACITY_UNITS, DENSITIES
from reports.wording import dated

ON = date(2026, 5, 1)
A100 = CAPACITY_UNITS["a100_equivalents_16bit"]
CARDS = CAPACITY_UNITS["gpus"]
PEOPLE, RESEARCHERS = DENSITIES["people"], DENSITIES["researchers"]


def line(country: str, per: float | None, *, without: int = 0, **more: object) -> dict[str, object]:
    return {
        "country": country,
        "unit": A100.column,
        "machines": 1,
        "value": per,
        "gpus_without": without,
        "per_million_people": per,
        "old_denominators": "researchers (2015), researchers, newer (2017)",
        **more,
    }


def frame(*lines: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(lines, schema=DENSITIES_SCHEMA)


def test_the_uk_stands_beside_its_peer_with_both_figures():
    pair = frame(line("GB", 355.2), line("DE", 1017.5, without=768))
    assert uk_beside(pair, A100, PEOPLE, peer="DE", on=ON) == (
        "Per million people the UK had 355 A100-equivalents on 1 May 2026 and Germany 1,018 or "
        "more, at least 2.9 times as many"
    )
    less = frame(line("GB", 400.0), line("FR", 100.0))
    assert uk_beside(less, A100, PEOPLE, peer="FR", on=ON).endswith("France 100, 25% as many")
    unknown = frame(line("GB", 400.0), line("IT", None, without=9))
    assert uk_beside(unknown, A100, PEOPLE, peer="IT", on=ON).endswith("of Italy it is not known")
    both = frame(line("GB", 400.0, without=1), line("FR", 100.0, without=1))
    assert uk_beside(both, A100, PEOPLE, peer="FR", on=ON).endswith("France 100 or more")


def test_two_numbers_of_researchers_make_a_range_that_is_flagged_as_old():
    ends = {"per_1000_researchers_low": 83.0, "per_1000_researchers_high": 84.0}
    wide = {"per_1000_researchers_low": 184.0, "per_1000_researchers_high": 235.0}
    pair = frame(line("GB", 1.0, **ends), line("DE", 1.0, **wide))
    assert "83 to 84" in uk_beside(pair, A100, RESEARCHERS, peer="DE", on=ON)
    assert "2.2 to 2.8 times as many" in uk_beside(pair, A100, RESEARCHERS, peer="DE", on=ON)
    chart = densities_chart(pair, A100, RESEARCHERS, peer="FR", on=ON)
    assert chart.kind == "ranges"
    assert chart.categories == ("Germany †", "United Kingdom †")
    assert chart.series[0].values == (184.0, 83.0)
    assert chart.series[0].roles == ("quiet", "main")
    assert "more than five years old" in chart.title


def test_one_denominator_makes_bars_without_a_flag_of_another_one():
    pair = frame(line("GB", 355.2), line("DE", 1017.5))
    chart = densities_chart(pair, A100, PEOPLE, peer="DE", on=ON)
    assert chart.series[0].roles == ("second", "main")
    assert chart.kind == "bars"
    assert chart.categories == ("Germany", "United Kingdom")
    assert densities_chart(frame(line("IT", None)), A100, PEOPLE, peer="DE", on=ON) is None


HISTORY = pl.DataFrame(
    [
        {"year": year, "tier": f"T{place}", "machines": 1, "gpus": year - 2019 + place}
        for year in (2019, 2020)
        for place in range(7)
    ]
)


def test_history_stacks_the_largest_tiers_and_sums_up_the_rest():
    chart = history_chart(HISTORY, CARDS, date(2020, 5, 1))
    assert [series.name for series in chart.series] == ["T6", "T5", "T4", "T3", "T2", OTHER_TIERS]
    assert chart.series[0].values == (6, 7)
    assert chart.series[-1].values == (1, 3)
    assert history_finding(HISTORY, CARDS, date(2020, 5, 1)) == (
        "On 1 May 2020 the UK's public machines had 28 GPU cards, 1.3 times those at the end of "
        "2019 (21)"
    )


TARGET = pl.DataFrame(
    [
        {"target": "Twenty", "year": year, "straight_path": 10.0 * n, "fact": fact, "unit": "EF, x"}
        | {"cards_without_rate": 1, "announced_machines": "Zenith", "announced": None}
        for n, (year, fact) in enumerate([(2025, 12.0), (2026, 15.0), (2027, None)], start=1)
    ],
    schema=TARGETS_SCHEMA,
)


def test_a_target_sets_the_last_fact_beside_the_path_and_keeps_announcements_apart():
    assert target_finding(TARGET) == (
        "Twenty: at least 15 of the 20 EF that a straight path asks for by the end of 2026, on "
        "the way to 30 in 2027"
    )
    chart = target_chart(TARGET)
    assert [series.name for series in chart.series] == ["Straight path", "In service"]
    assert chart.series[1].values == (12.0, 15.0, None)
    assert announced_sentence(TARGET) == "Announced, without a count, and in no sum: Zenith."


def ahead(goal: str, year: int, left: float, wanted: float, cards: int) -> dict[str, object]:
    return {
        "goal": goal,
        "year": year,
        "a100_equivalents_16bit": left,
        "wanted_a100_equivalents": wanted,
        "missing_a100_equivalents": wanted - left,
        "cards_to_buy": cards,
    }


OUTLOOK = pl.DataFrame(
    [
        ahead("keep", year, left, 100.0, int(100 - left))
        for year, left in ((2026, 100.0), (2027, 80.0), (2028, 60.0), (2029, 0.0))
    ]
    + [ahead("double", 2029, 0.0, 200.0, 200)],
    schema=OUTLOOK_SCHEMA,
)


def test_the_outlook_says_what_will_be_gone_and_what_must_be_bought():
    assert outlook_finding(OUTLOOK) == (
        "Of today's 100 A100-equivalents in public UK machines, 40% will be gone by the end of "
        "2028, and all by the end of 2029"
    )
    assert purchase_sentence(OUTLOOK, peer="Germany") == (
        "Cards to have bought by the end of 2029: 100 to keep it, 200 to double it."
    )
    assert outlook_finding(OUTLOOK.clear()).endswith("there is nothing to keep")
    chart = outlook_chart(OUTLOOK.filter(pl.col("goal") == "keep"), peer="Germany")
    assert chart.series[0].values == (100.0, 80.0, 60.0, 0.0)
    assert [each.year for each in chart.at] == [2026, 2027, 2028, 2029]


def test_a_commitment_that_nobody_tells_of_is_not_counted_as_known():
    machines = pl.DataFrame(
        [{"id": "a", "commitment_years": 5.0}, {"id": "b", "funded_until": None}],
        schema=COMMITMENTS_SCHEMA,
    )
    assert commitments_finding(machines).endswith("is known for 1 of 2 machines")


def test_what_was_delivered_is_an_upper_bound_beside_the_registry():
    rows = pl.DataFrame(
        {
            "machine": ["One", "Two"],
            "a100_equivalents_16bit": [100.0, 50.0],
            "a100_equivalents_delivered": [30.0, None],
        }
    )
    assert delivered_finding(rows) == (
        "At most 30% of what the registry has for 1 machine was delivered: 30 of 100 "
        "A100-equivalents"
    )
    assert delivered_chart(rows, period="May").categories == ("One",)
    assert delivered_chart(rows.tail(1), period="May") is None


def test_a_record_says_its_count_and_its_time_in_words():
    dawn = load_registry().machine("uk-dawn")
    assert (
        machine_finding(dawn) == "Dawn (phase 1): 1,024 GPU cards, in service since February 2024"
    )
    assert figure_words(dawn.components) == "1,024 pvc-max-1550"
    gone = Machine.model_validate(dawn.model_dump() | {"gpus": None, "components": ()})
    assert "an unknown number of GPUs" in machine_finding(gone)


def test_dates_are_said_as_precisely_as_they_are_known():
    assert dated("2021-10-05") == "5 October 2021"
    assert dated("2018..2022-03") == "2018 to March 2022"
    assert dated("before 2025") == "before 2025"
    assert dated(None) == "no data"
