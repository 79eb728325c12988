"""How likely a wait has ended by then, and how: two ends compete, and some are never seen.

Aalen and Johansen's estimate of the cumulative incidence (Scand. J. Statist. 5, 1978), by
statsmodels: see ADR 10.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

CENSORED: Final = 0
STARTED: Final = 1
CANCELLED: Final = 2
"""The fates of a wait: not seen to end, ended by a start, ended without one."""

CURVE_SCHEMA: Final = pl.Schema(
    {
        "t_s": pl.Int64(),
        "p_started": pl.Float64(),
        "p_cancelled": pl.Float64(),
        "at_risk": pl.Int64(),
    }
)


def incidence(waits: pl.DataFrame, at_s: Sequence[int]) -> pl.DataFrame:
    """The chance that a wait has ended by each of the moments `at_s`, by either end.

    Args:
        waits: `t_s` (whole seconds, 0 or more), `fate`, `n` (how many waits); rows in any order,
            and several may be of one time and fate.
        at_s: Seconds, ascending.

    Returns:
        CURVE_SCHEMA, a row a moment: the shares that started and that were cancelled at it or
        before, and how many waits had lasted that long. The shares are null where nothing is
        known of so long a wait: no wait at all, or all of them ended or were lost from sight
        before, and the last to go was lost. Of an end and a loss in the same second the end
        comes first.
    """
    seen = waits.filter(pl.col("n") > 0)
    if seen.is_empty():
        nothing = {"t_s": at_s, "p_started": None, "p_cancelled": None, "at_risk": 0}
        return pl.DataFrame(nothing, schema=CURVE_SCHEMA)
    moments = np.asarray(at_s, dtype=np.int64)
    times, shares = _estimate(seen)
    last = np.searchsorted(times, moments, side="right")
    known = moments <= _known_until(seen)
    return pl.DataFrame(
        {
            "t_s": moments,
            "p_started": np.append(0.0, shares[STARTED])[last],
            "p_cancelled": np.append(0.0, shares[CANCELLED])[last],
            "at_risk": _lasting(seen, moments),
        },
        schema=CURVE_SCHEMA,
    ).with_columns(
        pl.when(pl.Series(known)).then("p_started").alias("p_started"),
        pl.when(pl.Series(known)).then("p_cancelled").alias("p_cancelled"),
    )


def _estimate(seen: pl.DataFrame) -> tuple[NDArray[np.int64], dict[int, NDArray[np.float64]]]:
    """The distinct times, and at each the share of either end up to it.

    statsmodels leaves out the ends beyond the last that occurs, all of them where none does.
    """
    from statsmodels.duration.survfunc import CumIncidenceRight

    found = CumIncidenceRight(
        seen["t_s"].to_numpy(), seen["fate"].to_numpy(), freq_weights=seen["n"].to_numpy()
    )
    nothing = np.zeros(len(found.times))
    shares = dict(enumerate(found.cinc, start=STARTED))
    return found.times, {
        fate: np.minimum(shares.get(fate, nothing), 1.0) for fate in (STARTED, CANCELLED)
    }


def _known_until(seen: pl.DataFrame) -> float:
    """The last second of which something is known: without end once every wait has ended."""
    last = seen.filter(pl.col("t_s") == pl.col("t_s").max())
    return float(last["t_s"][0]) if (last["fate"] == CENSORED).any() else float("inf")


def _lasting(seen: pl.DataFrame, moments: NDArray[np.int64]) -> NDArray[np.int64]:
    by_time = seen.group_by("t_s").agg(pl.col("n").sum()).sort("t_s")
    gone = np.append(0, by_time["n"].cum_sum().to_numpy()).astype(np.int64)
    before = np.searchsorted(by_time["t_s"].to_numpy(), moments, side="left")
    lasting: NDArray[np.int64] = gone[-1] - gone[before]
    return lasting
