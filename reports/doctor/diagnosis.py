"""The whole examination: the checks, and sreport beside the store where a report is given."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ingest.names import user_pseudonyms
from model.settings import Settings
from reports.doctor.checks import by_severity, examine
from reports.doctor.evidence import ClusterEvidence, Evidence
from reports.doctor.reconcile import reconcile
from reports.doctor.reconciliation import Reconciliation
from reports.doctor.reconciliation_words import CHECK, symptoms_of
from reports.doctor.sreport_text import SreportUsage, read_sreport
from reports.doctor.symptom import Severity, Symptom


@dataclass(frozen=True)
class Diagnosis:
    """Symptoms by severity, and what sreport was compared with, cluster by cluster."""

    symptoms: tuple[Symptom, ...]
    comparisons: tuple[Reconciliation, ...] = ()

    def of(self, severity: Severity) -> tuple[Symptom, ...]:
        """The symptoms of one severity."""
        return tuple(each for each in self.symptoms if each.severity == severity)


def diagnose(evidence: Evidence, *, sreport: Path | None = None) -> Diagnosis:
    """Run every check; with `sreport`, compare that report too. InputError if it cannot be read."""
    comparisons = tuple(_compared(evidence, sreport)) if sreport else ()
    found = examine(evidence)
    for comparison in comparisons:
        found += symptoms_of(comparison)
    if sreport:
        found += _strangers(evidence, sreport)
    return Diagnosis(tuple(by_severity(found)), comparisons)


def _compared(evidence: Evidence, sreport: Path) -> Iterator[Reconciliation]:
    """Each cluster in its own time zone, in which sreport printed the window."""
    named = _clusters_in(sreport)
    for cluster in evidence.clusters:
        if cluster.name.lower() in named:
            report = read_sreport(sreport, timezone=cluster.timezone)
            yield _comparison(report, cluster, evidence.settings)


def _comparison(
    report: SreportUsage, cluster: ClusterEvidence, settings: Settings
) -> Reconciliation:
    key = settings.privacy.key() if settings.privacy.pseudonyms else None
    return reconcile(
        report,
        cluster.jobs,
        cluster=cluster.name,
        observed=[(window.begin, window.end) for window in cluster.observed],
        reserved=_had_reservation(cluster, report),
        pseudonym=user_pseudonyms(key).read if key else None,
    )


def _had_reservation(cluster: ClusterEvidence, report: SreportUsage) -> bool:
    during = (pl.col("start") < report.end) & (pl.col("end").fill_null(report.end) > report.begin)
    reserved = cluster.events.filter((pl.col("kind") == "reserved") & during)
    return not reserved.is_empty()


def _clusters_in(sreport: Path) -> set[str]:
    return {name.lower() for name in read_sreport(sreport, timezone="UTC").clusters}


def _strangers(evidence: Evidence, sreport: Path) -> Iterator[Symptom]:
    for name in sorted(_clusters_in(sreport) - {each.lower() for each in evidence.known}):
        yield Symptom(
            CHECK,
            "warning",
            name,
            "sreport speaks of it, and the store has nothing of it",
            f"plimsoll ingest jobs FILE --cluster {name}",
        )
