"""Targets, history, commitments and the ten-year view: by hand, and on the registry itself."""

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from analytics.capacity import capacity
from analytics.capacity_history import capacity_history
from analytics.capacity_totals import capacity_totals, public
from analytics.machine_commitments import commitments
from analytics.outlook import observed_lives, outlook
from analytics.targets import targets
from model.claims import load_claims
from model.errors import ConfigError, InputError
from model.grid_carbon import YearlyFactor
from model.outlook_settings import Outlook
from model.question import Question
from model.registry import Registry, load_registry
from model.settings import Settings, load_settings
from model.targets import Target, load_targets
from reports.answer import answer

TODAY = date(2026, 11, 1)
FACTOR = YearlyFactor("ember", 2024, 200.0)


def ask(table: str, *, settings: Settings | None = None, **changes: Any) -> pl.DataFrame:
    question = Question(table, on=TODAY, **changes)
    known = settings or Settings()
    return answer(question, store=None, settings=known, registry=load_registry()).frame


def registry_of(*machines: dict[str, object]) -> Registry:
    plain = load_registry().machine("uk-isambard-ai-p2")
    empty = {"superseded_by": None, "part_of": None, "retired": None, "partition": None}
    made = tuple(plain.model_copy(update={**empty, **machine}) for machine in machines)
    return replace(load_registry(), machines=made)


def parts(gpu: str, count: int) -> dict[str, object]:
    component = load_registry().machine("uk-isambard-ai-p2").components[0]
    return {
        "gpus": count,
        "components": (component.model_copy(update={"gpu": gpu, "count": count}),),
    }


# Targets


def test_the_path_is_straight_and_the_fact_in_the_targets_own_unit():
    frame = ask("targets")
    assert frame["straight_path"].to_list() == pytest.approx(
        [21.0, 100.8, 180.6, 260.4, 340.2, 420.0]
    )
    assert frame["fact"].to_list()[:2] == pytest.approx([21.563184, 21.563184])
    assert frame["fact"].to_list()[2:] == [None] * 4
    assert frame["share_of_path"][1] == pytest.approx(21.563184 / 100.8)
    assert frame["cards_without_rate"][1] == 1024  # Dawn's cards know no FP8
    assert "Zenith" in frame["announced_machines"][1]
    assert frame["announced"].null_count() == frame.height


def target(**changes: Any) -> Target:
    return load_targets()[0].model_copy(update=changes)


def test_what_is_announced_is_never_a_fact():
    registry = registry_of(
        {"id": "there", **parts("gh200", 100), "tier": "UK AIRR", "in_service": "2025-01-01"},
        {
            "id": "to-come",
            **parts("gh200", 300),
            "tier": "UK AIRR",
            "kind": "announced",
            "in_service": "2027",
        },
    )
    frame = targets([target()], registry, today=TODAY).frame
    each = 2 * 1979e12 / 1e18
    assert frame["fact"].to_list()[:2] == pytest.approx([100 * each] * 2)
    assert frame["announced"].to_list() == [None, None, *[pytest.approx(300 * each)] * 4]


def test_a_target_lies_after_its_base():
    tree = load_targets()[0].model_dump()
    tree["base"]["year"] = 2030
    with pytest.raises(ValueError, match="the base must lie before the target"):
        Target.model_validate(tree)


# History


def test_history_is_the_capacity_of_each_years_last_day():
    frame = ask("capacity_history", where=(("country", "GB"),), by=("sector",))
    assert frame["year"].min() == 2017
    assert frame["year"].max() == 2026
    for year in (2021, 2023, 2026):
        lines = capacity(load_registry(), on=min(date(year, 12, 31), TODAY))
        totals = capacity_totals(lines.filter(pl.col("country") == "GB"), by=["sector"])
        mine = frame.filter(pl.col("year") == year, pl.col("machines") > 0)
        assert (
            mine.select("sector", "gpus", "rgu")
            .sort("sector")
            .equals(totals.select("sector", "gpus", "rgu").sort("sector"))
        )


def test_cards_of_a_year_are_those_before_plus_added_less_retired():
    for by in ((), ("country",), ("country", "tier")):
        frame = ask("capacity_history", by=by)
        before = pl.col("gpus").shift(1)
        before = before.over(by, order_by="year") if by else before
        check = frame.sort("year").with_columns(before=before).filter(pl.col("year") > 2017)
        balance = pl.col("before") + pl.col("gpus_added") - pl.col("gpus_retired")
        assert check.select((balance == pl.col("gpus")).all()).item()
        assert check["gpus_added"].min() >= 0
        assert check["gpus_retired"].sum() > 0


def test_a_machine_comes_grows_and_goes():
    registry = registry_of(
        {
            "id": "first",
            **parts("a100-sxm-40", 10),
            "in_service": "2018-03-01",
            "retired": "2020-05-01",
            "superseded_by": "second",
        },
        {
            "id": "second",
            **parts("a100-sxm-40", 16),
            "in_service": "2020-05-01",
            "retired": "2022-02-01",
        },
    )
    days = {year: date(year, 12, 31) for year in range(2017, 2024)}
    tables = {year: capacity(registry, on=day) for year, day in days.items()}
    frame = capacity_history(tables, by=[]).frame
    assert frame["gpus"].to_list() == [0, 10, 10, 16, 16, 0, 0]
    assert frame["gpus_added"].to_list() == [None, 10, 0, 16, 0, 0, 0]
    assert frame["gpus_retired"].to_list() == [None, 0, 0, 10, 0, 16, 0]


def test_history_of_no_year_is_refused():
    with pytest.raises(InputError, match="no year from 2031"):
        ask("capacity_history", since=date(2031, 1, 1))


# Commitments


def test_an_unknown_commitment_is_empty_and_counted():
    frame = ask("commitments")
    machines = [each for each in load_registry().machines if each.kind == "machine"]
    assert frame.height == len(machines)
    known = sum(1 for each in machines if each.commitment_years or each.funded_until)
    note = commitments(load_registry()).notes[0]
    assert f"known for {known} of {len(machines)}" in note
    summit = frame.filter(pl.col("id") == "us-summit")
    assert summit["years_served"].item() == pytest.approx(6.44, abs=0.005)


def test_a_commitment_carries_the_grade_of_its_source():
    source = load_registry().machine("uk-isambard-ai-p2").sources[0]
    told = source.model_copy(update={"covers": ("commitment_years",), "grade": "A-operator"})
    registry = registry_of({"id": "a", "commitment_years": 5.0, "sources": (told,)}, {"id": "b"})
    frame = commitments(registry).frame
    assert frame["grade"].to_list() == ["A-operator", None]
    assert frame["commitment_years"].to_list() == [5.0, None]


# Outlook


def view(registry: Registry, **assumed: Any) -> pl.DataFrame:
    settings = Outlook(**{"years": 3, "life_years": 4, "card": "gh200", "pue": 1.5, **assumed})
    return outlook(registry, country="GB", today=TODAY, assumed=settings, intensity=FACTOR).frame


def two_countries() -> Registry:
    return registry_of(
        {"id": "old", **parts("a100-sxm-40", 100), "in_service": "2023-06-01"},
        {
            "id": "new",
            **parts("a100-sxm-40", 60),
            "in_service": "2026-01-01",
            "retired": "2028-06-01",
        },
        {"id": "peer", **parts("a100-sxm-40", 400), "country": "DE", "in_service": "2025-01-01"},
    )


def test_what_retires_and_what_must_be_bought():
    frame = view(two_countries())
    keep = frame.filter(pl.col("goal") == "keep")
    assert keep["year"].to_list() == [2026, 2027, 2028, 2029]
    # "old" serves four years, until June 2027; "new" until its recorded last day
    assert keep["gpus"].to_list() == [160, 60, 0, 0]
    assert keep["missing_a100_equivalents"].to_list() == pytest.approx([0, 100, 160, 160])
    assert keep["retiring"].null_count() == 2
    rate = load_registry().gpus.a100_equivalents_16bit("gh200").value
    assert keep["cards_to_buy"].to_list() == [0, -(-100 // rate), -(-160 // rate), -(-160 // rate)]
    watts = keep["cards_to_buy"][1] * 700 * 1.5
    assert keep["power_mw"][1] == pytest.approx(watts / 1e6)
    assert keep["carbon_t_per_year"][1] == pytest.approx(watts * 8.760 * 200 / 1e6)
    double = frame.filter(pl.col("goal") == "double")
    assert double["missing_a100_equivalents"].to_list() == pytest.approx([160, 260, 320, 320])


def test_the_peers_level_is_per_head():
    people = {code: each.population.value for code, each in countries().items()}
    frame = view(two_countries()).filter(pl.col("goal") == "reach peer")
    level = 400 / people["DE"] * people["GB"]
    assert frame["wanted_a100_equivalents"].to_list() == pytest.approx([level] * 4)
    nobody = view(two_countries(), peer="FR").filter(pl.col("goal") == "reach peer")
    assert nobody["wanted_a100_equivalents"].null_count() == 4
    assert nobody["cards_to_buy"].null_count() == 4


def countries():
    return load_registry().denominators.countries


def test_an_older_machine_serves_this_year_out_at_most():
    registry = registry_of({"id": "old", **parts("a100-sxm-40", 8), "in_service": "2015-01-01"})
    frame = view(registry).filter(pl.col("goal") == "keep")
    assert frame["gpus"].to_list() == [0, 0, 0, 0]
    assert frame["wanted_a100_equivalents"].to_list() == pytest.approx([8.0] * 4)


def test_the_life_is_that_of_retired_machines_and_said():
    lives = observed_lives(load_registry())
    assert len(lives) >= 5
    found = outlook(load_registry(), country="GB", today=TODAY, assumed=Outlook(), intensity=FACTOR)
    assert f"the median of {len(lives)} retired machines" in found.notes[0]
    start = found.frame.filter(pl.col("goal") == "keep")["wanted_a100_equivalents"][0]
    totals = capacity_totals(public(capacity(load_registry(), on=TODAY)), by=["country"])
    home = totals.filter(pl.col("country") == "GB")
    assert start == pytest.approx(home["a100_equivalents_16bit"].item())


def test_outlook_is_of_one_country():
    with pytest.raises(InputError, match="of one country"):
        ask("outlook", where=(("country", "GB"), ("country", "DE")))
    assert ask("outlook", where=(("country", "FR"), ("goal", "keep"))).height == 11


def test_a_card_without_figures_is_refused_in_the_settings(tmp_path):
    file = tmp_path / "plimsoll.yaml"
    file.write_text("outlook:\n  card: k80\n  peer: Germany\n")
    with pytest.raises(ConfigError) as caught:
        load_settings(file)
    assert len(caught.value.faults) == 2
    assert "no 16-bit peak" in str(caught.value)


def test_every_claim_stands_in_the_table():
    assert ask("claims")["claim"].to_list() == [each.id for each in load_claims().claims]
