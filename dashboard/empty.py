"""What a page says when something is missing: what, and which command brings it."""

from typing import Any

from dash import html

from ingest.advice import sacct_line


def explain(what: str, why: str, *, command: str | None = None, place: str = "") -> html.Section:
    """A notice in place of a panel: what is missing, why it matters, how to bring it.

    `place` is the anchor of its heading.
    """
    parts: list[Any] = [html.H2(what, id=place) if place else html.H2(what), html.P(why)]
    if command:
        parts.append(html.Pre(html.Code(command), tabIndex=0))
    return html.Section(parts, className="pl-empty")


def no_store() -> html.Section:
    """There is no store at all."""
    return explain(
        "No store yet",
        "This page needs accounting data, and none were ingested. Make a store and read a log of "
        "your cluster into it, or look at the demonstration.",
        command="plimsoll init\nplimsoll ingest jobs mylog.txt --cluster mycluster\n"
        "# or: plimsoll demo",
    )


def no_jobs() -> html.Section:
    """The store holds no jobs of the chosen clusters and period."""
    return explain(
        "No jobs in this period",
        "The store holds no job of the chosen clusters and period. Widen the filters, or read "
        "another log.",
        command="plimsoll ingest jobs mylog.txt --cluster mycluster",
    )


def no_awards() -> html.Section:
    """The store holds no awards."""
    return explain(
        "No awards yet",
        "What was requested and granted comes from a table of awards: four columns are enough "
        "(application_id, requested, granted, unit).",
        command="plimsoll awards template > awards.csv\nplimsoll ingest awards awards.csv",
    )


def no_nodes() -> html.Section:
    """The store holds no node inventory, so what was available is unknown."""
    return explain(
        "No node inventory yet",
        "Without a list of nodes Plimsoll knows what was used, not what was available. Save the "
        "output of “scontrol show node” on the cluster and read it in.",
        command="scontrol show node > nodes.txt\n"
        "plimsoll ingest nodes nodes.txt --cluster mycluster",
    )


def no_inference() -> html.Section:
    """No node is known or suspected to be meant for inference."""
    return explain(
        "No inference nodes found",
        "No partition, feature, QOS or card of the known nodes says that a node is meant for "
        "inference. If some are, name them in plimsoll.yaml.",
        command="clusters:\n  - name: mycluster\n    node_roles:\n"
        "      - {role: inference, partition: infer}",
    )


def no_clusters() -> html.Section:
    """The filters leave no cluster."""
    return explain(
        "No cluster fits these filters",
        "No cluster of the store has the chosen name and tier together. Clear one of the filters.",
    )


def no_machines() -> html.Section:
    """The registry has nothing for the filters."""
    return explain(
        "No machine fits these filters",
        "The registry has no machine in service with a known count on this date in this country. "
        "Choose another date or clear the country.",
        command="plimsoll machines list",
    )


def no_reasons() -> html.Section:
    """Jobs wait, and not one of them has a reason on record."""
    return explain(
        "Why these jobs wait is not known",
        "The log has no reason (Slurm's field Reason) for any of them, so that waits for a limit "
        "cannot be told from waits for a free GPU. Ask sacct for it and read the log again.",
        command=_jobs_again(),
    )


def no_eligible() -> html.Section:
    """The logs do not tell when jobs became eligible."""
    return explain(
        "How likely jobs are to start is not known",
        "The log does not tell when jobs could have started (Slurm's field Eligible), so that "
        "those that gave up cannot be followed from then on. Ask sacct for it and read the log "
        "again.",
        command=_jobs_again(),
    )


def unknown_gpus() -> html.Section:
    """The GPUs of some jobs are unknown, so that sums in GPU-hours are."""
    return explain(
        "The GPUs of some jobs are not known",
        "Sums in GPU-hours that these jobs are part of are left empty, because a guess would be "
        "wrong. Either accounting on the cluster does not track GPUs, or the log lacks ReqTRES "
        "and AllocTRES. The first line is for slurm.conf, the second brings the fields, the last "
        "says which jobs they are.",
        command="AccountingStorageTRES=gres/gpu\n" + _jobs_again() + "\nplimsoll doctor",
    )


def no_partition(name: str) -> html.Section:
    """The partition in the address is not one of the chosen clusters'."""
    return explain(
        f"No jobs in a partition “{name}”",
        "The chosen clusters have no job in a partition of this name in the chosen period. Go up "
        "to all partitions, or choose another cluster or period.",
    )


def _jobs_again() -> str:
    return f"{sacct_line()} > mylog.txt\nplimsoll ingest jobs mylog.txt --cluster mycluster"
