"""`plimsoll show`: any analytic, as a table, CSV, JSON or Parquet."""

from datetime import date, datetime
from pathlib import Path

import click

from model.question import PERIODS, Period, Question, parse_where
from plimsoll.cli.context import Session, pass_session
from plimsoll.cli.output import FORMATS, OutputFormat, write_answer
from reports.answer import NEEDS_NO_STORE, TABLES, TAKES_A_STORE, answer
from store import Store


class IsoDate(click.ParamType[date]):
    """A calendar day, 2026-05-01."""

    name = "date"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """Read `value`, or fail with the form that is wanted."""
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(str(value), "%Y-%m-%d").date()  # noqa: DTZ007
        except ValueError:
            self.fail(f"{value!r} is not a day of the form 2026-05-01", param, ctx)


ISO_DATE = IsoDate()


@click.command()
@click.argument("table", type=click.Choice(sorted(TABLES)))
@click.option("--by", default="", metavar="A,B", help="Dimensions, such as account,gpu_model.")
@click.option("--from", "since", type=ISO_DATE, help="First day, inclusive.")
@click.option("--to", "until", type=ISO_DATE, help="Last day, exclusive.")
@click.option("--period", type=click.Choice(PERIODS), default="total", show_default=True)
@click.option(
    "--where",
    multiple=True,
    metavar="COL=VALUE",
    help="Keep only these rows; give it again for more columns or values.",
)
@click.option("--timezone", help="Zone of days and periods.  [default: of the settings]")
@click.option("--on", type=ISO_DATE, help="Day of the comparison (capacity).  [default: today]")
@click.option("--min-grade", help="Leave out figures of a lower grade, such as D-secondary.")
@click.option("--engine", type=click.Choice(["polars"]), default="polars", show_default=True)
@click.option("--format", "style", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), help="Write to a file.")
@pass_session
def show(
    session: Session,
    *,
    table: str,
    by: str,
    since: date | None,
    until: date | None,
    period: Period,
    where: tuple[str, ...],
    timezone: str | None,
    on: date | None,
    min_grade: str | None,
    engine: str,
    style: OutputFormat,
    output: Path | None,
) -> None:
    """Print TABLE: one line a period and a combination of the --by dimensions.

    CSV, JSON and Parquet carry full precision, the table rounds. An empty cell is unknown.
    """
    del engine  # one choice until another engine is measured to agree with it
    question = Question(
        table=table,
        by=tuple(part.strip() for part in by.split(",") if part.strip()),
        period=period,
        since=since,
        until=until,
        where=tuple(parse_where(pair) for pair in where),
        timezone=timezone or session.settings.timezone,
        on=on,
        min_grade=min_grade,
    )
    store = _store(session, table)
    reply = answer(question, store=store, settings=session.settings, registry=session.registry)
    write_answer(reply, style=style, output=output, session=session)


def _store(session: Session, table: str) -> Store | None:
    if table in NEEDS_NO_STORE:
        return None
    return session.store_if_any() if table in TAKES_A_STORE else session.open_store()
