"""All checks, in the order in which a report shows them."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, fields
from functools import partial
from typing import Final

import polars as pl

from analytics.parted import Frames, of_all
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


_KNOWN: Final = frozenset({"jobs", "tracked_jobs", "catalogue", "now"})
_OF_THE_CLOCK: Final = frozenset({span_checks.freshness, record_checks.clock_skew})
_FOUND: Final = dict.fromkeys(
    ["name", "of_check", *(each.name for each in fields(Symptom))], pl.String()
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
    known = _of_the_data(evidence)
    for cluster in evidence.clusters:
        for of_cluster in CLUSTER_CHECKS:
            if of_cluster in _OF_THE_CLOCK:
                yield from of_cluster(cluster)
            else:
                yield from known.get((cluster.name, of_cluster.__name__), ())


def _of_the_data(evidence: Evidence) -> Mapping[tuple[str, str], list[Symptom]]:
    """What the checks that no clock changes find, by cluster and check; kept with the jobs."""
    others = [_beside_jobs(cluster) for cluster in evidence.clusters]
    make = partial(_looked_for, evidence.clusters)
    gpus = evidence.registry.gpus
    (frame,) = of_all(evidence.jobs, "symptoms of clusters", make, others, gpus)
    found: dict[tuple[str, str], list[Symptom]] = defaultdict(list)
    for name, check, *told in frame.iter_rows():
        found[name, check].append(Symptom(*told))
    return found


def _looked_for(clusters: Sequence[ClusterEvidence]) -> Frames:
    rows = [
        (cluster.name, check.__name__, *astuple(symptom))
        for cluster in clusters
        for check in CLUSTER_CHECKS
        if check not in _OF_THE_CLOCK
        for symptom in check(cluster)
    ]
    return [pl.DataFrame(rows, schema=_FOUND, orient="row")]


def _beside_jobs(cluster: ClusterEvidence) -> list[object]:
    """All that checks look at of a cluster but its jobs, which `of_all` knows, and the clock."""
    return [getattr(cluster, each.name) for each in fields(cluster) if each.name not in _KNOWN]
