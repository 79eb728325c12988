"""Claims that no single machine can show: cuts, use, growth, energy, commitments."""

from collections.abc import Sequence
from statistics import median

import polars as pl

from analytics.verdict import Verdict, Word, listed
from model.claims import CommitmentCheck, CutCheck, EnergyCheck, GrowthCheck, InferenceCheck
from model.machines import Machine
from model.published_rounds import PublishedRound
from model.registry import Registry


def cut(check: CutCheck, rounds: Sequence[PublishedRound]) -> Verdict:
    """One witness's word beside the rounds that were published, as whole rounds."""
    cuts = sorted(
        (each.cut, f"{each.scheme} {each.year}") for each in rounds if each.cut is not None
    )
    told = f"It is the word of {check.witness}; the rounds that it speaks of were not published."
    if not cuts:
        return Verdict("cannot be checked", told, check.figure, unit="share")
    middle = median(share for share, _ in cuts)
    as_deep = [name for share, name in cuts if round(share, 2) >= check.figure]
    why = (
        f"{told} Of {len(cuts)} published rounds, each as a whole, the cut was "
        f"{cuts[0][0]:.0%} to {cuts[-1][0]:.0%}, {middle:.0%} at the middle; "
        f"{len(as_deep)} were cut as deeply ({listed(as_deep)})."
    )
    return Verdict("cannot be checked", why, check.figure, middle, "share", "published rounds")


def idle_inference(
    check: InferenceCheck, registry: Registry, inference: pl.DataFrame | None
) -> Verdict:
    """Inference nodes beside the training nodes of their clusters, as the store has measured."""
    machines = [registry.machine(name) for name in check.machines]
    case = listed(f"{each.name}, {each.gpus} cards" for each in machines if each and each.gpus)
    measured = _beside_training(inference)
    if measured.is_empty():
        return Verdict(
            "no data",
            f"Nothing was measured: no log or telemetry of {case} is at hand, nor of any other.",
            unit="share of clusters",
            machines=check.machines,
        )
    less = measured.filter(pl.col("ours") < pl.col("training"))
    named = [
        f"{cluster} {ours:.0%} beside {training:.0%}"
        for cluster, ours, training in measured.iter_rows()
    ]
    word: Word = "holds in another scope" if less.height == measured.height else "does not hold"
    why = (
        f"In {less.height} of {measured.height} clusters of this store inference nodes were used "
        f"less than training nodes ({listed(named)}). Of {case} there are no data."
    )
    return Verdict(
        word, why, None, less.height / measured.height, "share of clusters",
        "the clusters of this store", check.machines,
    )  # fmt: skip


def _beside_training(inference: pl.DataFrame | None) -> pl.DataFrame:
    """`cluster, ours, training`: how much of its available time each kind of node was used."""
    schema = {"cluster": pl.String, "ours": pl.Float64, "training": pl.Float64}
    if inference is None:
        return pl.DataFrame(schema=schema)
    hours = ("installed", "not_observed", "down")
    available = pl.col("installed_gpu_hours").sum() - pl.sum_horizontal(
        pl.col(f"{name}_gpu_hours").sum() for name in hours[1:]
    )
    return (
        inference.filter(pl.col("node_role") == "inference")
        .group_by("cluster")
        .agg(
            (pl.col("allocated_gpu_hours").sum() / available).alias("ours"),
            pl.col("training_utilisation_available").first().alias("training"),
        )
        .drop_nulls()
        .sort("cluster")
        .select(schema.keys())
    )


def growth_of_clusters(check: GrowthCheck, growth: pl.DataFrame, *, year: int) -> Verdict:
    """How many clusters of groups the surveys know at the end of two years."""
    known = growth.filter(pl.col("year").is_in([check.since, year])).sort("year")
    unit = "group clusters"
    if known.height != len({check.since, year}) or not known["clusters_of_survey"].sum():
        rows = known.select("year", "clusters").iter_rows()
        told = listed(f"{clusters} at the end of {each}" for each, clusters in rows)
        return Verdict(
            "no data",
            f"Group clusters are known by survey alone, and none was given. The registry knows "
            f"Tier-2 and local clusters: {told}.",
            unit=unit,
        )
    before, after = known["clusters_of_survey"].to_list()
    word: Word = "holds in another scope" if after > before else "does not hold"
    why = (
        f"The surveys know {before} group clusters at the end of {check.since} and {after} at the "
        f"end of {year}. Clusters that no survey has listed are in neither."
    )
    return Verdict(word, why, None, after, unit, "clusters that a survey has listed")


def energy(check: EnergyCheck) -> Verdict:
    """An energy told in homes, of the subject that its source reckoned."""
    each = check.kwh / check.homes
    same = check.subject == check.subject_said
    why = (
        f"The source reckons {check.kwh:,} kWh for {check.subject}, as much as {check.homes} homes "
        f"of {check.homes_of} use in a year ({each:,.0f} kWh each)."
    )
    if not same:
        why += f" It says nothing of {check.subject_said}."
    return Verdict(
        "holds" if same else "holds in another scope",
        why,
        check.homes,
        check.homes,
        "homes",
        f"{check.subject}, homes of {check.homes_of}",
    )


def commitment(check: CommitmentCheck, machines: Sequence[Machine]) -> Verdict:
    """For how many years machines abroad are committed to, as far as the registry knows."""
    abroad = [each for each in machines if each.country != check.home and each.kind == "machine"]
    known = [each for each in abroad if each.commitment_years is not None]
    told = f"The years of commitment are known for {len(known)} of {len(abroad)} machines abroad."
    if not known:
        return Verdict("no data", told, check.years, unit="years")
    years = sorted(each.commitment_years or 0 for each in known)
    enough = [each for each in years if each >= check.years]
    word: Word = "holds in another scope" if enough else "does not hold"
    why = f"{told} {len(enough)} of these are for {check.years} years or more."
    return Verdict(
        word, why, check.years, median(years), "years", "machines with a known commitment",
        tuple(each.id for each in known),
    )  # fmt: skip
