from pathlib import Path

import pytest

from model.settings import load_settings
from plimsoll.cli import main


def test_init_names_the_cluster_in_settings_that_load(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("PLIMSOLL_STORE", "PLIMSOLL_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SystemExit) as ended:
        main(["init", "--cluster", "north"])
    assert ended.value.code == 0
    assert load_settings(Path("plimsoll.yaml")).cluster("north") is not None
    printed = capsys.readouterr().out
    assert "sacct -a -D -P" in printed
    assert "--cluster north" in printed

    Path("plimsoll.yaml").write_text("site: mine\n")
    with pytest.raises(SystemExit):
        main(["init", "--cluster", "north"])
    assert Path("plimsoll.yaml").read_text() == "site: mine\n"
