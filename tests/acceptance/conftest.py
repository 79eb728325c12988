"""The program with a store of its own, and a look into that store."""

from pathlib import Path

import polars as pl
import pytest
from command_line import Plimsoll, run


@pytest.fixture
def plimsoll(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plimsoll:
    """The program with a store of its own in an empty folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("PLIMSOLL_STORE", "PLIMSOLL_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return run


def facts(store_folder: Path, table: str) -> pl.DataFrame:
    """Every row of a fact table, in the order of its key."""
    from model.schemas import FACT_TABLES
    from store import open_store

    fact_table = next(each for each in FACT_TABLES if each.name == table)
    return open_store(store_folder).scan(fact_table).collect().sort(fact_table.key)
