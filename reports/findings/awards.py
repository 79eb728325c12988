"""What may be granted next, and what was granted elsewhere, in sentences."""

import polars as pl

from reports.wording import between, day, number, plural, share

_HOURS = "GPU-hours"


def grantable_finding(grantable: pl.DataFrame) -> str:
    """What may be granted in the coming period, over all resources counted in GPU-hours."""
    rows = grantable.filter(pl.col("unit") == _HOURS)
    low, high = (rows[f"grantable_{end}"] for end in ("low", "high"))
    if rows.is_empty() or low.null_count() == rows.height:
        return "What may be granted in the coming period is not known"
    first, after = rows["period_start"][0], rows["period_end"][0]
    whole = None if high.null_count() else float(high.sum())
    bounds = between(float(low.sum()), whole)
    places = plural(rows.height, "resource")
    return f"{bounds} {_HOURS} may be granted on {places} from {day(first)} until {day(after)}"


def expected_sentence(grantable: pl.DataFrame) -> str | None:
    """What is expected to be available and what live awards will use of it; None if unknown."""
    rows = grantable.filter(pl.col("unit") == _HOURS)
    here, used = (rows[name] for name in ("expected_available", "expected_use_of_commitments"))
    if rows.is_empty() or here.null_count() or used.null_count():
        return None
    return (
        f"Expected to be available: {number(float(here.sum()), decimals=0)} {_HOURS}, of which "
        f"awards that run already are expected to use {number(float(used.sum()), decimals=0)}."
    )


def published_finding(rounds: pl.DataFrame) -> str:
    """The cuts of published rounds: their middle half and the largest."""
    known = rounds.filter(pl.col("cut").is_not_null()).sort("cut", "id")
    if known.is_empty():
        return "No round of allocation was published with what it granted"
    cuts, most = known["cut"], known.row(-1, named=True)
    low, middle, high = (cuts.quantile(q, "linear") for q in (0.25, 0.5, 0.75))
    return (
        f"In {plural(known.height, 'published round')} the amount asked for was cut by "
        f"{share(middle)} at the median, by {share(low)} to {share(high)} in the middle half, and "
        f"by {share(most['cut'])} at most ({most['scheme']}, {most['year']})"
    )
