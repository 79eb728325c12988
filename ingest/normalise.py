"""From sacct's own columns, as strings, to the columns of the jobs table."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

import polars as pl

from ingest.allocations import Allocations
from ingest.fields import missing_required
from ingest.formats.base import LINE, ROWS, RawBatch, Reject
from ingest.formats.layout import RUN
from ingest.ids import job_ids, step_rows
from ingest.lifetimes import live, read_times
from ingest.names import Names, services, user_pseudonyms
from ingest.options import JobOptions
from ingest.states import ENDED, PENDING, RUNNING, states
from model.errors import InputError
from model.schemas import JOBS

COLUMNS: Final = [name for name in JOBS.schema.names() if name not in {"month", "fills"}]

_PLAIN: Final = {
    "User": "user",
    "Account": "account",
    "Partition": "partition",
    "QOS": "qos",
    "NodeList": "node_list",
    "Reason": "reason",
    "Reservation": "reservation",
    "JobName": "job_name",
}
_MOST_GPUS: Final = 1_000_000
_FAULTS: Final = (
    ("bad_job_id", pl.col("job_id").is_null()),
    ("no_submit", pl.col("submit").is_null() & ~pl.col("_bad_submit")),
    ("bad_submit", pl.col("_bad_submit")),
    ("bad_state", pl.col("job_state").is_null()),
    ("bad_start", pl.col("_bad_start")),
    ("bad_end", pl.col("_bad_end")),
    ("negative_elapsed", pl.col("elapsed_s") < 0),
    ("no_start", pl.col("_unstarted")),
    ("end_before_start", pl.col("end") < pl.col("start")),
    ("bad_gpus", pl.col("_bad_gpus") | (pl.col("gpus") > _MOST_GPUS)),
)
_DERIVED: Final = (
    "without JobIDRaw, array tasks are keyed by a number made from their JobID: "
    "do not mix with logs of the same jobs that have JobIDRaw"
)
_EARLY: Final = "started before they were submitted: the wait is counted as zero"
_LABELS: Final = "without JobIDRaw, jobs are keyed by JobID"


@dataclass(frozen=True)
class NormalBatch:
    """Jobs in the columns of JOBS less `month` and `fills`, with what was not taken.

    `accepted` counts the input rows of `jobs`: more than its height where rows were repaired.
    """

    jobs: pl.DataFrame
    accepted: int
    steps: int
    rejects: list[Reject]


class Normaliser:
    """Turns the raw batches of one log into jobs; `assumptions` counts what was assumed."""

    def __init__(self, *, cluster: str, zone: str, options: JobOptions) -> None:
        if options.pseudonymise_users and not options.name_key:
            raise InputError("pseudonyms need a key", hint="name a key file under privacy.")
        self.assumptions: Counter[str] = Counter()
        self.columns: tuple[str, ...] = ()
        self._cluster = cluster
        self._zone = zone
        self._keep_names = options.keep_job_names
        self._window_end = options.window[1] if options.window else None
        self._allocations = Allocations()
        self._names = Names(options.name_key)
        self._users = None
        if options.pseudonymise_users and options.name_key:
            self._users = user_pseudonyms(options.name_key)

    def read(self, batch: RawBatch) -> NormalBatch:
        """The jobs of a batch. Raises InputError for missing columns or another cluster's log."""
        check_columns(batch.frame.columns)
        self.columns = tuple(dict.fromkeys([*self.columns, *batch.frame.columns]))
        steps = step_rows(batch.frame)
        raw = batch.frame.filter(~steps)
        step_count = int(batch.frame[ROWS].filter(steps).sum())
        jobs = self._jobs(raw)
        good, rejects = _sorted_out(jobs, raw)
        self._check_cluster(good)
        self._count(good)
        return NormalBatch(
            jobs=good.select(COLUMNS),
            accepted=int(good[ROWS].sum()),
            steps=step_count + batch.steps,
            rejects=[*batch.rejects, *rejects],
        )

    def _jobs(self, raw: pl.DataFrame) -> pl.DataFrame:
        ids = job_ids(raw)
        frame = raw.with_columns(
            ids.job_id, ids.job_label, ids.derived.alias("_derived"), *states(raw["State"])
        )
        frame = read_times(frame, zone=self._zone, counts=self.assumptions)
        frame = self._with_finality(frame)
        frame = live(frame, window_end=self._window_end, counts=self.assumptions)
        frame = self._allocations.read(frame, counts=self.assumptions)
        return self._with_names(frame)

    def _with_finality(self, frame: pl.DataFrame) -> pl.DataFrame:
        if not frame["finality"].has_nulls():
            return frame
        strange = frame["finality"].is_null() & frame["job_state"].is_not_null()
        for state in frame["job_state"].filter(strange).unique().sort().to_list():
            note = f"state {state} is unknown to us: kept, and taken for what its times say"
            self.assumptions[note] += int((frame["job_state"] == state).sum())
        guessed = (
            pl.when(pl.col("end").is_not_null())
            .then(ENDED)
            .when(pl.col("start").is_not_null())
            .then(RUNNING)
            .otherwise(PENDING)
        )
        return frame.with_columns(finality=pl.coalesce("finality", guessed).cast(pl.Int8))

    def _with_names(self, frame: pl.DataFrame) -> pl.DataFrame:
        nothing = pl.lit(None, pl.String)
        plain = [
            (pl.col(name) if name in frame.columns else nothing).alias(column)
            for name, column in _PLAIN.items()
        ]
        frame = frame.with_columns(*plain, cluster=pl.lit(self._cluster))
        frame = frame.with_columns(self._names.read(frame["job_name"]))
        if "Container" in frame.columns:
            held = services(frame["Container"])
            frame = frame.with_columns(service=frame["service"].fill_null(held))
        if self._users:
            frame = frame.with_columns(self._users.read(frame["user"]))
        return frame if self._keep_names else frame.with_columns(job_name=nothing)

    def _check_cluster(self, jobs: pl.DataFrame) -> None:
        if "Cluster" not in jobs.columns:
            return
        found = jobs["Cluster"].unique().drop_nulls()
        strange = sorted(name for name in found.to_list() if name.lower() != self._cluster.lower())
        if strange:
            raise InputError(
                f"this is a log of cluster {', '.join(map(repr, strange[:3]))}, "
                f"not of {self._cluster!r}",
                hint=f"ingest it with --cluster {strange[0]}"
                if found.len() == 1
                else f"ask for one cluster only: sacct -M {self._cluster}.",
            )

    def _count(self, jobs: pl.DataFrame) -> None:
        self.assumptions[_EARLY] += int((jobs["start"] < jobs["submit"]).sum())
        derived = int(jobs["_derived"].sum())
        self.assumptions[_DERIVED] += derived
        if "JobIDRaw" not in jobs.columns:
            self.assumptions[_LABELS] += jobs.height - derived


def check_columns(columns: list[str]) -> None:
    """Raise InputError, naming them, where columns lack that no job can be read without."""
    lacking = missing_required(columns)
    if lacking:
        raise InputError(
            f"the log has no column {', '.join(lacking)}",
            hint=RUN,
        )


def _sorted_out(jobs: pl.DataFrame, raw: pl.DataFrame) -> tuple[pl.DataFrame, list[Reject]]:
    present = set(jobs.columns)
    faults = [
        pl.when(fault).then(pl.lit(reason))
        for reason, fault in _FAULTS
        if set(fault.meta.root_names()) <= present
    ]
    reasons = jobs.select(pl.coalesce(faults).alias("reason")).to_series()
    bad = reasons.is_not_null()
    if not bad.any():
        return jobs, []
    texts = raw.filter(bad).select(_as_text(raw)).to_series()
    kept = raw.filter(bad)
    rejects = [
        Reject(line=line, reason=reason, text=text, rows=rows)
        for line, reason, text, rows in zip(
            kept[LINE], reasons.filter(bad), texts, kept[ROWS], strict=True
        )
    ]
    return jobs.filter(~bad), rejects


def _as_text(raw: pl.DataFrame) -> pl.Expr:
    named = [name for name in raw.columns if name not in {LINE, ROWS}]
    return pl.concat_str(
        [pl.lit(f"{name}=") + pl.col(name).fill_null("") for name in named], separator="|"
    )
