"""What is said where something is missing: what, why it matters, and which command brings it."""

from dataclasses import dataclass

from ingest.advice import sacct_line


@dataclass(frozen=True)
class Missing:
    """`what` is missing, `why` that matters, and the `command` that brings it, if one does."""

    what: str
    why: str
    command: str | None = None


def no_store() -> Missing:
    """There is no store at all."""
    return Missing(
        "No store yet",
        "This needs accounting data, and none were ingested. Make a store and read a log of "
        "your cluster into it, or look at the demonstration.",
        command="plimsoll init\nplimsoll ingest jobs mylog.txt --cluster mycluster\n"
        "# or: plimsoll demo",
    )


def no_jobs() -> Missing:
    """The store holds no jobs of the chosen clusters and period."""
    return Missing(
        "No jobs in this period",
        "The store holds no job of the chosen clusters and period. Widen the filters, or read "
        "another log.",
        command="plimsoll ingest jobs mylog.txt --cluster mycluster",
    )


def no_awards() -> Missing:
    """The store holds no awards."""
    return Missing(
        "No awards yet",
        "What was requested and granted comes from a table of awards: four columns are enough "
        "(application_id, requested, granted, unit).",
        command="plimsoll awards template > awards.csv\nplimsoll ingest awards awards.csv",
    )


def no_nodes() -> Missing:
    """The store holds no node inventory, so what was available is unknown."""
    return Missing(
        "No node inventory yet",
        "Without a list of nodes Plimsoll knows what was used, not what was available. Save the "
        "output of “scontrol show node” on the cluster and read it in.",
        command="scontrol show node > nodes.txt\n"
        "plimsoll ingest nodes nodes.txt --cluster mycluster",
    )


def no_inference() -> Missing:
    """No node is known or suspected to be meant for inference."""
    return Missing(
        "No inference nodes found",
        "No partition, feature, QOS or card of the known nodes says that a node is meant for "
        "inference. If some are, name them in plimsoll.yaml.",
        command="clusters:\n  - name: mycluster\n    node_roles:\n"
        "      - {role: inference, partition: infer}",
    )


def no_machine_named() -> Missing:
    """No cluster of the store names its record in the registry."""
    return Missing(
        "Delivered beside theoretical: no cluster names its machine",
        "A cluster whose log is in the store can be set beside its record in the registry: "
        "what that record has, and how much of it was available, held and worked. Name the "
        "record under the cluster in plimsoll.yaml; the second line lists all records.",
        command="clusters:\n  - name: mycluster\n    machine: uk-baskerville\n\n"
        "plimsoll machines list",
    )


def yearly_factors() -> Missing:
    """Nothing but yearly factors of the grid stands behind the figures of carbon."""
    return Missing(
        "Yearly factors stand in for half-hours",
        "No half-hourly intensities of the grid are in the store for this time, so that a job at "
        "night counts like one at noon. Fetch them where the network allows, and read them in.",
        command="plimsoll carbon fetch --from 2026-01-01 --to 2026-07-01 --output intensity/\n"
        "plimsoll ingest intensity intensity/*",
    )


def no_clusters() -> Missing:
    """The filters leave no cluster."""
    return Missing(
        "No cluster fits these filters",
        "No cluster of the store has the chosen name and tier together. Clear one of the filters.",
    )


def no_machines() -> Missing:
    """The registry has nothing for the filters."""
    return Missing(
        "No machine fits these filters",
        "The registry has no machine in service with a known count on this date in this country. "
        "Choose another date or clear the country.",
        command="plimsoll machines list",
    )


def no_reasons() -> Missing:
    """Jobs wait, and not one of them has a reason on record."""
    return Missing(
        "Why these jobs wait is not known",
        "The log has no reason (Slurm's field Reason) for any of them, so that waits for a limit "
        "cannot be told from waits for a free GPU. Ask sacct for it and read the log again.",
        command=_jobs_again(),
    )


def no_eligible() -> Missing:
    """The logs do not tell when jobs became eligible."""
    return Missing(
        "How likely jobs are to start is not known",
        "The log does not tell when jobs could have started (Slurm's field Eligible), so that "
        "those that gave up cannot be followed from then on. Ask sacct for it and read the log "
        "again.",
        command=_jobs_again(),
    )


def unknown_gpus() -> Missing:
    """The GPUs of some jobs are unknown, so that sums in GPU-hours are."""
    return Missing(
        "The GPUs of some jobs are not known",
        "Sums in GPU-hours that these jobs are part of are left empty, because a guess would be "
        "wrong. Either accounting on the cluster does not track GPUs, or the log lacks ReqTRES "
        "and AllocTRES. The first line is for slurm.conf, the second brings the fields, the last "
        "says which jobs they are.",
        command="AccountingStorageTRES=gres/gpu\n" + _jobs_again() + "\nplimsoll doctor",
    )


def no_partition(name: str) -> Missing:
    """The partition in the address is not one of the chosen clusters'."""
    return Missing(
        f"No jobs in a partition “{name}”",
        "The chosen clusters have no job in a partition of this name in the chosen period. Go up "
        "to all partitions, or choose another cluster or period.",
    )


def _jobs_again() -> str:
    return f"{sacct_line()} > mylog.txt\nplimsoll ingest jobs mylog.txt --cluster mycluster"
