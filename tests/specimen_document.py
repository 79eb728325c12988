"""A small document with every kind of part: what each writer of reports is held against."""

from datetime import UTC, date, datetime

import polars as pl

from model.question import Question
from reports.charts import Chart, Series
from reports.document import (
    Callout,
    ChartBlock,
    Code,
    Column,
    Commands,
    Definition,
    Definitions,
    Document,
    Figure,
    Finding,
    Footnote,
    Link,
    ListBlock,
    Mark,
    Paragraph,
    Section,
    Strong,
    Subheading,
    TableBlock,
    Words,
    words,
)

CLUSTERS = TableBlock(
    key="utilisation-clusters",
    caption="Utilisation by cluster, 1 May 2026 to 31 May 2026",
    frame=pl.DataFrame(
        {
            "cluster": ["north <1>", "south & co", "=east"],
            "utilisation_available": [0.78412, 0.5, None],
            "allocated_gpu_hours": [1_690_321.25, 12.5, None],
            "jobs": [12_345, 7, None],
            "wait_p50_s": [5040.0, 0.0, None],
            "since": [date(2021, 10, 5), None, date(2026, 5, 1)],
            "note": ["a | b", None, "*c*"],
        }
    ),
    columns=(
        Column("cluster", "Cluster", "name", definition="A source of job logs.", header=True),
        Column("utilisation_available", "Of available", "share", decimals=1),
        Column("allocated_gpu_hours", "Allocated (GPU-hours)", "hours", "GPU-hours", decimals=0),
        Column("jobs", "Jobs", "count", "jobs", decimals=0),
        Column("wait_p50_s", "Median wait", "measure", "s", decimals=0),
        Column("since", "Since", "date"),
        Column("note", "Note", "name", printed=False),
    ),
    notes=("Jobs held 0.959 GPU-hours more than the nodes had.",),
    sources=((Strong("North: "), Link("its page", "https://example.org/north"), Words(".")),),
    question=Question("utilisation", by=("cluster",), since=date(2026, 5, 1)),
    command="plimsoll show utilisation --by cluster --from 2026-05-01",
    marks=(Mark(2, "utilisation_available", "c"), Mark(0, "jobs", "r")),
    synthetic=True,
)

MONTHS = TableBlock(
    key="usage-months",
    caption="Jobs by month",
    frame=pl.DataFrame({"period_start": [date(2026, m, 1) for m in range(1, 9)], "n": range(8)}),
    columns=(
        Column("period_start", "Period", "date", header=True),
        Column("n", "Jobs", "count", decimals=0),
    ),
    printed=5,
)

CHART = Chart(
    kind="bars",
    title="Share of available GPU-hours, May 2026",
    summary="North ran at 78% and south & co at 50%.",
    categories=("north <1>", "south & co"),
    series=(Series("Allocated", (0.78412, 0.5), labels=("78%", "50%")),),
    measure="share",
    synthetic=True,
)

FINDING = Finding(
    key="used",
    runs=(
        Figure("78%", 0.78412, "utilisation-clusters", 0, "utilisation_available"),
        Words(" of the available GPU-hours were allocated: "),
        Figure("1.69 million", 1_690_321.25, "utilisation-clusters", 0, "allocated_gpu_hours"),
        Words("."),
    ),
    footnote=Footnote(
        table="utilisation-clusters",
        method="Allocated over available GPU-hours.",
        source="Slurm accounting (sacct), reckoned by Plimsoll",
        command="plimsoll show utilisation --by cluster --from 2026-05-01",
    ),
)


def specimen(*, synthetic: bool = True) -> Document:
    """The document."""
    return Document(
        title="Capacity report",
        subtitle="GPU capacity & its use",
        edition=date(2026, 6, 1),
        period="1 May 2026 to 31 May 2026",
        command="plimsoll report capacity --from 2026-05-01 --output report.pdf",
        program_version="0.7.0",
        organisation="Example <University>",
        contact="hpc@example.org",
        since=date(2026, 5, 1),
        until=date(2026, 6, 1),
        clusters=("north <1>",),
        data_as_of=datetime(2026, 6, 1, tzinfo=UTC),
        store_version="jobs@1",
        synthetic=synthetic,
        disclosure="Counts of people are rounded to 5.",
        about=(("Edition", "1 June 2026"), ("Data as of", "1 June 2026")),
        sections=(
            Section("findings", "Key findings", (FINDING, Paragraph(words("Read on."), "lead"))),
            Section(
                "utilisation",
                "Utilisation",
                (
                    Subheading("utilisation-by-cluster", "By cluster"),
                    ChartBlock("clusters", CHART, "utilisation-clusters"),
                    CLUSTERS,
                    MONTHS,
                    Callout(
                        "missing",
                        "No awards on record",
                        words("What was asked for is not known."),
                        "plimsoll awards template > awards.csv",
                    ),
                ),
            ),
            Section(
                "method",
                "Methods",
                (
                    ListBlock(
                        (
                            (Strong("Waits: "), Words("by submission & start.")),
                            (Words("See "), Link("Utilisation", "#utilisation"), Words(" and ")),
                            (Code("plimsoll show waits"),),
                        ),
                        ordered=True,
                    ),
                    Definitions((Definition("Machine", words("A record of the registry.")),)),
                    Commands("plimsoll report capacity \\\n  --output report.pdf"),
                ),
            ),
        ),
    )
