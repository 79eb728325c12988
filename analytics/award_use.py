"""How much of each award was used: the accounts' jobs, charged to the award that ends first."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from analytics.award_accounts import award_accounts
from analytics.award_hours import BILLING, Account, Charging, Hours, Measure, daily_hours, measure
from analytics.award_places import placed
from analytics.calendar import calendar, day_span
from analytics.parted import Rows, distinct
from analytics.tracking import with_gpu_tracking
from model.schemas import AWARDS
from model.units import resolve_unit

USE_SCHEMA: Final = pl.Schema(
    {
        **{name: pl.String() for name in AWARDS.key},
        "used": pl.Float64(),
        "elapsed_share": pl.Float64(),
        "rate_28d": pl.Float64(),
        "exhausted_on": pl.Date(),
        "billing_hours": pl.Float64(),
    }
)
RATE_DAYS: Final = 28

_DAY_S: Final = 86_400
_ROUNDING: Final = 1e-9
_DATED: Final = ("start", "end")

Key = tuple[Any, ...]
NO_MACHINES: Final[Mapping[str, str]] = MappingProxyType({})
NO_CHARGING: Final[Mapping[str, Charging]] = MappingProxyType({})


@dataclass
class _Award:
    """A live award: what it may hold, and what was charged to it so far, in its own unit."""

    key: Key
    start: date
    end: date
    granted: float
    measure: Measure
    accounts: tuple[Account, ...] = ()
    billed: bool = False
    used: float = 0.0
    billing: float | None = 0.0
    recent: float = 0.0
    known: bool = True
    exhausted_on: date | None = None

    @property
    def left(self) -> float:
        return max(0.0, self.granted - self.used)

    def bill(self, amount: float | None) -> None:
        both_known = self.billing is not None and amount is not None
        self.billing = (self.billing or 0.0) + (amount or 0.0) if both_known else None

    def charge(self, amount: float, day: date, *, recent: bool) -> None:
        self.used += amount
        self.recent += amount if recent else 0.0
        if self.exhausted_on is None and self.used >= self.granted * (1 - _ROUNDING):
            self.exhausted_on = day


def award_use(
    awards: pl.DataFrame,
    jobs: Rows,
    *,
    as_of: datetime,
    timezone: str = "UTC",
    charging: Mapping[str, Charging] = NO_CHARGING,
    machines: Mapping[str, str] = NO_MACHINES,
) -> pl.DataFrame:
    """What was used of each award up to `as_of`, in the award's own unit (USE_SCHEMA).

    The allocated hours of the award's accounts within [start, end), days of `timezone`. Where an
    award's `resource` is the cluster of some of its accounts, or its machine (`machines`: machine
    to cluster), only those count. Where awards
    overlap on an account, the one that ends first is used first; what goes beyond all of them is
    charged to the one that ends last.

    Only awards with something granted, dates, and accounts on clusters with jobs have a line:
    of all others the use is unknown. So it is where the figure of any job that counts is, and in
    units that `charging` (by cluster) does not tell how to count: core-hours need the threads of a
    core, a site's own units that it charges by Slurm's billing. `billing_hours` is the billing of
    the same jobs, where their clusters charge by it. `rate_28d` is what was used a day in the last
    28 days (of the award), `elapsed_share` the share of the period that has passed, `exhausted_on`
    the day on which the grant was used up.
    """
    now = as_of.astimezone(ZoneInfo(timezone))
    if "gpu_untracked" not in jobs.collect_schema().names():
        jobs = with_gpu_tracking(jobs)
    live = _live_awards(awards, jobs, charging, machines)
    hours = _hours(live, jobs, as_of=as_of, timezone=timezone)
    _charge(live, hours, since=now.date() - timedelta(days=RATE_DAYS))
    rows = [_row(award, now) for award in live]
    return pl.DataFrame(rows, schema=USE_SCHEMA, orient="row")


def _live_awards(
    awards: pl.DataFrame,
    jobs: Rows,
    charging: Mapping[str, Charging],
    machines: Mapping[str, str],
) -> list[_Award]:
    decided = awards.filter(
        (pl.col("granted") > 0)
        & pl.all_horizontal(pl.col(name).is_not_null() for name in _DATED)
        & (pl.col("status").fill_null("decided") != "withdrawn")
    )
    seen = set(distinct(jobs, "cluster")["cluster"])
    accounts = _accounts(decided, machines)
    found = (_award(row, accounts, seen, charging) for row in decided.iter_rows(named=True))
    return [award for award in found if award is not None]


def _accounts(awards: pl.DataFrame, machines: Mapping[str, str]) -> dict[Key, list[Account]]:
    """Each award's accounts, on its resource alone where it has some there."""
    named = award_accounts(awards).select(*AWARDS.key, "cluster", "account")
    places = placed(awards, named["cluster"].unique().to_list(), machines)
    of_one = places.filter(~pl.col("spread")).select(*AWARDS.key, here="cluster")
    found = named.join(of_one, on=list(AWARDS.key), how="left", maintain_order="left")
    on_it = (pl.col("cluster") == pl.col("here")).fill_null(value=False)
    kept = found.filter(on_it | ~on_it.any().over(AWARDS.key))
    accounts: dict[Key, list[Account]] = defaultdict(list)
    for *key, cluster, account, _ in kept.iter_rows():
        accounts[tuple(key)].append((cluster, account))
    return accounts


def _award(
    row: Mapping[str, Any],
    accounts: Mapping[Key, list[Account]],
    seen: set[str],
    charging: Mapping[str, Charging],
) -> _Award | None:
    key = tuple(row[name] for name in AWARDS.key)
    named = accounts.get(key, [])
    clusters = {cluster for cluster, _ in named}
    counted = measure(resolve_unit(row["unit"] or ""), clusters, charging)
    if counted is None or not clusters or not clusters <= seen:
        return None
    return _Award(
        key=key,
        start=row["start"],
        end=row["end"],
        granted=row["granted"],
        measure=counted,
        accounts=tuple(dict.fromkeys(named)),
        billed=all(_by_billing(charging.get(name)) for name in clusters),
    )


def _by_billing(way: Charging | None) -> bool:
    return way is not None and way.billing_per_unit is not None


def _hours(live: Sequence[_Award], jobs: Rows, *, as_of: datetime, timezone: str) -> Hours:
    """What the awards' accounts held by day, over the periods of the awards up to `as_of`."""
    if not live:
        return {}
    begin, end = day_span(
        min(award.start for award in live), max(award.end for award in live), timezone
    )
    if (end := min(end, as_of.astimezone(UTC))) <= begin:
        return {}
    kinds = {award.measure.hours for award in live}
    if any(award.billed for award in live):
        kinds.add(BILLING)
    return daily_hours(
        jobs,
        {place for award in live for place in award.accounts},
        sorted(kinds),
        days=calendar(begin, end, period="day", timezone=timezone),
    )


def _charge(live: Sequence[_Award], hours: Hours, *, since: date) -> None:
    """Charge each day's hours of each account to the award that ends first of those in force."""
    by_account: dict[tuple[Account, str], list[_Award]] = defaultdict(list)
    for award in sorted(live, key=lambda award: (award.end, award.start, award.key)):
        for place in award.accounts:
            by_account[place, award.measure.hours].append(award)
    for day, source, amount in _in_order(by_account, hours):
        in_force = [award for award in by_account[source] if award.start <= day < award.end]
        billing = hours.get((source[0], BILLING), {}).get(day, 0.0)
        if amount is None:
            for award in in_force:
                award.known = False
        else:
            _charge_day(in_force, amount, day, recent=day >= since, billing=billing)


def _in_order(
    by_account: Mapping[tuple[Account, str], Sequence[_Award]], hours: Hours
) -> list[tuple[date, tuple[Account, str], float | None]]:
    cells = [
        (day, source, amount)
        for source in by_account
        for day, amount in hours.get(source, {}).items()
        if amount != 0 or hours.get((source[0], BILLING), {}).get(day, 0.0) != 0
    ]
    return sorted(cells, key=lambda cell: cell[:2])


def _charge_day(
    in_force: Sequence[_Award], hours: float, day: date, *, recent: bool, billing: float | None
) -> None:
    """Split a day over the awards; each is billed by its part, the first where nothing counted."""
    parts = _split(in_force, hours)
    for award, part in parts:
        award.charge(part / award.measure.hours_a_unit, day, recent=recent)
        award.bill(None if billing is None else billing * part / hours)
    if not parts and in_force:
        in_force[0].bill(billing)


def _split(in_force: Sequence[_Award], hours: float) -> list[tuple[_Award, float]]:
    """The hours that each award takes: what it has left, the last one all that goes beyond."""
    parts = []
    for award in in_force:
        part = min(award.left * award.measure.hours_a_unit, hours)
        if part > 0:
            parts.append((award, part))
            hours -= part
    if hours > 0 and in_force:
        parts.append((in_force[-1], hours))
    return parts


def _row(award: _Award, now: datetime) -> tuple[Any, ...]:
    today = now.date()
    passed = (min(today, award.end) - award.start).days
    elapsed = min(1.0, max(0.0, passed / (award.end - award.start).days))
    if not award.known:
        return (*award.key, None, elapsed, None, None, None)
    into_today = timedelta(hours=now.hour, minutes=now.minute, seconds=now.second)
    days = min(RATE_DAYS, (today - award.start).days) + into_today.total_seconds() / _DAY_S
    rate = award.recent / days if days > 0 else None
    billing = award.billing if award.billed else None
    return (*award.key, award.used, elapsed, rate, award.exhausted_on, billing)
