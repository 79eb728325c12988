"""The command line as a user has it: arguments in, exit code and text out."""

import io
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

import polars as pl
import pytest

from plimsoll.cli import main


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    def frame(self) -> pl.DataFrame:
        return pl.read_csv(io.StringIO(self.out), try_parse_dates=True, infer_schema_length=None)


Plimsoll = Callable[..., Outcome]


def run(*arguments: object) -> Outcome:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    code = ended.value.code
    return Outcome(
        code if isinstance(code, int) else int(bool(code)), out.getvalue(), err.getvalue()
    )
