"""The command line that gives an answer again."""

import shlex

from model.question import Question


def command_of(question: Question) -> str:
    """The `plimsoll show` command for a question, ready to paste into a shell."""
    words = ["plimsoll", "show", question.table]
    if question.by:
        words += ["--by", ",".join(question.by)]
    if question.since:
        words += ["--from", question.since.isoformat()]
    if question.until:
        words += ["--to", question.until.isoformat()]
    if question.period != "total":
        words += ["--period", question.period]
    for column, value in question.where:
        words += ["--where", f"{column}={value}"]
    if question.timezone != "UTC":
        words += ["--timezone", question.timezone]
    if question.on:
        words += ["--on", question.on.isoformat()]
    if question.min_grade:
        words += ["--min-grade", question.min_grade]
    return shlex.join(words)
