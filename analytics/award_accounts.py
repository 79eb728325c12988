"""Which project an account of a cluster belongs to, as the awards say."""

from typing import Final

import polars as pl

OF_AN_AWARD: Final = ("project", "institution", "discipline", "council", "route")


def award_accounts(awards: pl.DataFrame) -> pl.DataFrame:
    """The awards with a row for each of their accounts: `cluster`, `account` beside their columns.

    Awards without accounts are left out.
    """
    entries = pl.col("accounts").str.split(";").alias("_entry")
    place = pl.col("_entry").str.strip_chars().str.splitn(":", 2).struct
    return (
        awards.filter(pl.col("accounts").is_not_null())
        .with_columns(entries)
        .explode("_entry", empty_as_null=False)
        .with_columns(cluster=place.field("field_0"), account=place.field("field_1"))
        .filter(pl.col("account").is_not_null() & (pl.col("account") != ""))
        .drop("_entry")
    )


def account_labels(awards: pl.DataFrame) -> pl.DataFrame:
    """`cluster, account` and what the awards say of it, each null where they disagree."""
    agreed = [
        pl.when(pl.col(name).drop_nulls().n_unique() == 1)
        .then(pl.col(name).drop_nulls().first())
        .alias(name)
        for name in OF_AN_AWARD
    ]
    return (
        award_accounts(awards).group_by("cluster", "account").agg(agreed).sort("cluster", "account")
    )


def ambiguous_accounts(awards: pl.DataFrame) -> list[str]:
    """`cluster:account` of the accounts that awards of several projects name."""
    projects = pl.col("project").drop_nulls().n_unique()
    shared = award_accounts(awards).group_by("cluster", "account").agg(projects)
    names = shared.filter(pl.col("project") > 1).select(pl.format("{}:{}", "cluster", "account"))
    return sorted(names.to_series())
