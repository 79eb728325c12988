"""A store of ten million jobs: the demonstration's estate, over several years and at several sites.

Every file is one that `plimsoll demo` writes, with its times moved back by whole years and its ids
kept apart, and goes through the real ingest. What still waited or ran at the end of a year is left
out of all but the last.
"""

import argparse
import re
import time
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

import polars as pl
import yaml

from ingest.awards import ingest_awards
from ingest.events import ingest_events
from ingest.jobs import ingest_jobs
from ingest.nodes import ingest_nodes
from ingest.options import JobOptions
from ingest.telemetry import ingest_telemetry
from plimsoll.demo.estate import WINDOW_BEGIN, WINDOW_END, Cluster
from plimsoll.demo.generate import Estate, EstateFile, generate_estate
from store import Cluster as KnownCluster
from store import Store, open_store

YEAR: Final = WINDOW_END - WINDOW_BEGIN
_IDS_OF_A_YEAR: Final = 10_000_000
_TIMES: Final = ("Submit", "Eligible", "Start", "End")
_UNFINISHED: Final = ("PENDING", "RUNNING", "SUSPENDED")
_TIME_FORMAT: Final = "%Y-%m-%dT%H:%M:%S"


def main() -> None:
    """Write the estate, and ingest it for each site and year."""
    parser = argparse.ArgumentParser(prog="python -m bench.estate", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent / "out" / "estate")
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--sites", type=int, default=4)
    asked = parser.parse_args()
    began = time.perf_counter()
    estate = generate_estate(asked.folder / "estate")
    write_settings(estate, asked.folder / "plimsoll.yaml", sites=asked.sites)
    with open_store(asked.folder / "store", create=True) as store:
        for site in range(asked.sites):
            ingest_site(store, estate, site, years=asked.years)
            print(f"site {site + 1} of {asked.sites}: {time.perf_counter() - began:.0f} s")
        for file in estate.of_kind("awards"):
            ingest_awards(store, [file.path])


def name_at(cluster: str, site: int) -> str:
    """The name of a cluster's copy at a site; the first site keeps the names of the demo."""
    return f"{cluster}-{site}" if site else cluster


def write_settings(estate: Estate, path: Path, *, sites: int) -> None:
    """The settings of the demo, each cluster once for each site."""
    tree = yaml.safe_load(estate.settings.read_text())
    tree["store"] = "store"
    tree["clusters"] = [
        deepcopy(cluster) | {"name": name_at(cluster["name"], site)}
        for site in range(sites)
        for cluster in tree["clusters"]
    ]
    path.write_text(yaml.safe_dump(tree, sort_keys=False))


def ingest_site(store: Store, estate: Estate, site: int, *, years: int) -> None:
    """Everything of one site, the earliest year first; telemetry at the first site alone."""
    for cluster in estate.clusters:
        name = name_at(cluster.name, site)
        store.catalogue.save_cluster(
            KnownCluster(name=name, timezone=cluster.timezone, tier=cluster.tier, synthetic=True)
        )
        files = [file for file in estate.files if file.cluster == cluster.name]
        _ingest_inventories(store, files, cluster, name, first=WINDOW_BEGIN - YEAR * (years - 1))
        for back in range(years - 1, -1, -1):
            _ingest_year(store, files, cluster, name, back=back)
        if site == 0:
            for file in files:
                if file.kind == "telemetry":
                    ingest_telemetry(store, [file.path], cluster=name)


def _ingest_inventories(
    store: Store, files: list[EstateFile], cluster: Cluster, name: str, *, first: datetime
) -> None:
    inventories = [file for file in files if file.kind == "nodes"]
    oldest = replace(inventories[0], taken_at=first)
    for file in (oldest, *inventories):
        ingest_nodes(store, [file.path], cluster=name, at=file.taken_at, timezone=cluster.timezone)


def _ingest_year(
    store: Store, files: list[EstateFile], cluster: Cluster, name: str, *, back: int
) -> None:
    options = JobOptions(
        timezone=cluster.timezone,
        window=(WINDOW_BEGIN - YEAR * back, WINDOW_END - YEAR * back),
        keep_job_names=True,
    )
    for file in files:
        moved = file.path.with_name(f"moved-{file.kind}.txt")
        if file.kind == "jobs":
            _moved_jobs(file.path, moved, name=name, back=back)
            ingest_jobs(store, [moved], cluster=name, options=options)
        elif file.kind == "events":
            _moved_events(file.path, moved, name=name, back=back)
            ingest_events(store, [moved], cluster=name, timezone=cluster.timezone)
        moved.unlink(missing_ok=True)


def _moved_jobs(path: Path, moved: Path, *, name: str, back: int) -> None:
    """The jobs without their steps, a year's ids beyond those of the year before."""
    log = _read(path)
    log = log.filter(~pl.col("JobID").str.contains(".", literal=True))
    if back:
        log = log.filter(~pl.col("State").is_in(_UNFINISHED) & (pl.col("End") != "Unknown"))
    ids = [
        pl.col(column).str.replace(
            r"^\d+",
            (pl.col(column).str.extract(r"^(\d+)").cast(pl.Int64) + back * _IDS_OF_A_YEAR).cast(
                pl.String
            ),
        )
        for column in ("JobID", "JobIDRaw")
    ]
    times = [_earlier(column, back) for column in _TIMES]
    log = log.with_columns(*ids, *times, Cluster=pl.lit(name))
    log.write_csv(moved, separator="|", quote_style="never")


def _moved_events(path: Path, moved: Path, *, name: str, back: int) -> None:
    log = _read(path)
    times = [_earlier(column, back) for column in ("TimeStart", "TimeEnd")]
    log.with_columns(*times, Cluster=pl.lit(name)).write_csv(
        moved, separator="|", quote_style="never"
    )


def _read(path: Path) -> pl.DataFrame:
    """A log as text, whatever stands between its columns."""
    lines = pl.read_csv(
        path,
        has_header=False,
        new_columns=["line"],
        separator="\0",
        quote_char=None,
        infer_schema=False,
    )["line"]
    names = re.split(r"[^A-Za-z]", lines[0])
    between = lines[0].removeprefix(names[0])[0]
    rows = lines[1:].str.splitn(between, len(names)).struct.unnest()
    return rows.rename(dict(zip(rows.columns, names, strict=True)))


def _earlier(column: str, back: int) -> pl.Expr:
    """A column of times, as clocks or seconds, moved back by whole years; other words stay."""
    text = pl.col(column)
    clock = text.str.to_datetime(_TIME_FORMAT, strict=False) - YEAR * back
    seconds = text.cast(pl.Int64, strict=False) - int(YEAR.total_seconds()) * back
    return pl.coalesce(clock.dt.strftime(_TIME_FORMAT), seconds.cast(pl.String), text).alias(column)


if __name__ == "__main__":
    main()
