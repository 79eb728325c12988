"""What a page says when something is missing: what, and which command brings it."""

from typing import Any

from dash import html


def explain(what: str, why: str, *, command: str | None = None) -> html.Section:
    """A notice in place of a panel: what is missing, why it matters, how to bring it."""
    parts: list[Any] = [html.H2(what), html.P(why)]
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
