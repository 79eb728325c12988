"""`plimsoll doctor`: what is wrong, what is unknown, and what to do about it."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import click

from model.errors import InputError, QuarantinedError
from plimsoll.cli.context import Session, pass_session
from reports.doctor.diagnosis import Diagnosis, diagnose
from reports.doctor.evidence import Evidence, gather, without_store
from reports.doctor.reconciliation import Reconciliation
from reports.doctor.symptom import SEVERITIES, Severity, Symptom
from reports.wording import plural

_TITLES: Final[dict[Severity, str]] = {
    "error": "WRONG: figures cannot be trusted until it is mended",
    "warning": "DOUBTFUL: figures may be wrong or missing",
    "note": "TO KNOW: assumed or unknown",
}


@click.command()
@click.option("--cluster", metavar="NAME", help="Look at one cluster only.  [default: all]")
@click.option(
    "--sreport",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Compare with `sreport -P cluster AccountUtilizationByUser tree -t Seconds "
    "--tres=gres/gpu`.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--strict", is_flag=True, help="Exit with 3 where something is wrong.")
@pass_session
def doctor(
    session: Session,
    *,
    cluster: str | None,
    sreport: Path | None,
    as_json: bool,
    strict: bool,
) -> None:
    """Say what is wrong, what is unknown, and the line that mends it.

    Looks at the settings, the registry, the store and its sources: gaps, late records,
    duplicates, clocks, unknown states, untracked GPUs, GPU names, age, rows set aside, what was
    assumed. With --sreport also at every account's and user's GPU-seconds beside Slurm's own.
    """
    diagnosis = _diagnosis(session, cluster, sreport)
    if as_json:
        click.echo(json.dumps(_as_tree(diagnosis), indent=2, default=str))
    else:
        _print(diagnosis)
    if strict and (wrong := diagnosis.of("error")):
        raise QuarantinedError(f"{plural(len(wrong), 'thing')} wrong", hint=wrong[0].what)


def _diagnosis(session: Session, cluster: str | None, sreport: Path | None) -> Diagnosis:
    settings, registry = session.settings, session.registry
    try:
        store = session.open_store()
    except InputError as fault:
        if cluster or sreport:
            raise
        return _without_store(without_store(settings=settings, registry=registry), fault)
    named = (cluster,) if cluster else ()
    evidence = gather(store, settings=settings, registry=registry, clusters=named)
    return diagnose(evidence, sreport=sreport)


def _without_store(evidence: Evidence, fault: InputError) -> Diagnosis:
    place = f"{fault.where}: " if fault.where else ""
    lack = Symptom("store", "error", None, f"{place}{fault.what}", fault.hint or "")
    return Diagnosis((lack, *diagnose(evidence).symptoms))


def _print(diagnosis: Diagnosis) -> None:
    for severity in SEVERITIES:
        found = diagnosis.of(severity)
        if found:
            click.echo(_TITLES[severity])
        for alike in _alike(found):
            click.echo(_line(alike))
    counts = ", ".join(plural(len(diagnosis.of(severity)), severity) for severity in SEVERITIES)
    click.echo(counts if diagnosis.symptoms else "nothing is wrong, nothing is unknown")


def _alike(symptoms: Iterable[Symptom]) -> list[list[Symptom]]:
    """Symptoms that say the same of several clusters, together."""
    groups: dict[tuple[str, str], list[Symptom]] = {}
    for symptom in symptoms:
        groups.setdefault((symptom.check, symptom.what), []).append(symptom)
    return list(groups.values())


def _line(alike: list[Symptom]) -> str:
    """One line, and the remedy under it: that of the first, where there are several."""
    first = alike[0]
    clusters = ", ".join(symptom.cluster for symptom in alike if symptom.cluster)
    place = f"{clusters}: " if clusters else ""
    whose = f"for {first.cluster}: " if len(alike) > 1 else ""
    remedy = f"\n      -> {whose}{first.remedy}" if first.remedy else ""
    return f"  {place}{first.check}: {first.what}{remedy}"


def _as_tree(diagnosis: Diagnosis) -> dict[str, Any]:
    return {
        "symptoms": [asdict(symptom) for symptom in diagnosis.symptoms],
        "sreport": [_comparison(each) for each in diagnosis.comparisons],
    }


def _comparison(comparison: Reconciliation) -> dict[str, Any]:
    sums = {
        "reported_s": comparison.reported_s,
        "elapsed_s": comparison.elapsed_s,
        "held_s": comparison.held_s,
        "unexplained_s": sum(line.unexplained_s for line in comparison.unexplained),
    }
    return asdict(comparison) | sums
