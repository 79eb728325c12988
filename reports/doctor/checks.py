"""All checks, in the order in which a report shows them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from reports.doctor import (
    gpu_checks,
    identity_checks,
    ledger_checks,
    record_checks,
    settings_checks,
    span_checks,
    unknown_checks,
)
from reports.doctor.evidence import ClusterEvidence, Evidence
from reports.doctor.symptom import SEVERITIES, Symptom

EstateCheck = Callable[[Evidence], Iterator[Symptom]]
ClusterCheck = Callable[[ClusterEvidence], Iterator[Symptom]]

ESTATE_CHECKS: Final[tuple[EstateCheck, ...]] = (
    settings_checks.settings_file,
    settings_checks.clusters_agree,
    settings_checks.sources_can_be_read,
    settings_checks.sources_that_failed,
    settings_checks.runs_that_failed,
    settings_checks.registry,
    settings_checks.machines,
    unknown_checks.missing_awards,
)
CLUSTER_CHECKS: Final[tuple[ClusterCheck, ...]] = (
    span_checks.freshness,
    span_checks.gaps,
    span_checks.empty_days,
    span_checks.late_records,
    record_checks.clock_skew,
    record_checks.unknown_states,
    gpu_checks.untracked_gpus,
    gpu_checks.untyped_gpus,
    gpu_checks.unknown_gpu_names,
    ledger_checks.quarantine,
    ledger_checks.assumed_time_zone,
    ledger_checks.assumed_window,
    ledger_checks.assumptions,
    unknown_checks.missing_columns,
    unknown_checks.unknown_gpus,
    unknown_checks.missing_suspension,
    unknown_checks.missing_nodes,
    unknown_checks.missing_events,
    unknown_checks.missing_telemetry,
)


def examine(evidence: Evidence) -> list[Symptom]:
    """What every check finds: errors, then warnings, then notes, else in the checks' order."""
    return by_severity(_found(evidence))


def by_severity(symptoms: Iterator[Symptom] | Sequence[Symptom]) -> list[Symptom]:
    """Errors, then warnings, then notes, each in the order given."""
    return sorted(symptoms, key=lambda symptom: SEVERITIES.index(symptom.severity))


def _found(evidence: Evidence) -> Iterator[Symptom]:
    for check in ESTATE_CHECKS:
        yield from check(evidence)
    yield from identity_checks.twins(evidence.jobs)
    yield from identity_checks.reused_ids(evidence.jobs)
    for cluster in evidence.clusters:
        for of_cluster in CLUSTER_CHECKS:
            yield from of_cluster(cluster)
