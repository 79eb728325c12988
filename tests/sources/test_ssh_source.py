"""sacct over a real ssh: the answer comes, and what is wrong with the host is said."""

from pathlib import Path

import pytest
from pulling import NOW, Sacct, Site, hours, job
from source_services import SshServer

from ingest.sources.commands import ssh_arguments
from model.source_settings import SshSource


@pytest.fixture
def sacct(tmp_path: Path) -> Sacct:
    folder = tmp_path / "bin"
    folder.mkdir()
    made = Sacct(folder)
    made.know([job(1, NOW - hours(3), end=NOW - hours(2))])
    return made


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def settings(server: SshServer, sacct: Sacct) -> SshSource:
    return SshSource(
        kind="ssh",
        feeds="jobs",
        host="127.0.0.1",
        user=server.user,
        port=server.port,
        identity_file=server.folder / "user",
        known_hosts=server.know(),
        command=(sacct.program,),
        reach="12h",
    )


def test_jobs_come_over_ssh(ssh_server: SshServer, sacct: Sacct, site: Site):
    pulled = site.pull(settings(ssh_server, sacct))
    assert (pulled.state.last_status, pulled.state.message) == ("done", None)
    assert site.states() == {1: "COMPLETED"}
    assert sacct.asked()[0][3] == "--delimiter=\x1f"


def test_a_changed_host_key_is_told_and_nothing_is_asked(
    ssh_server: SshServer, sacct: Sacct, site: Site
):
    source = settings(ssh_server, sacct)
    ssh_server.stop()
    ssh_server.start(host_key="another")
    pulled = site.pull(source)
    assert pulled.state.last_status == "failed"
    assert "the host key has changed" in (pulled.state.message or "")
    assert "ssh-keygen -R" in (pulled.state.message or "")
    assert sacct.asked() == []
    ssh_server.know("another")
    assert site.pull(source).state.last_status == "done"


def test_an_unknown_host_key_is_not_taken_on_trust(ssh_server: SshServer, sacct: Sacct, site: Site):
    source = settings(ssh_server, sacct)
    (ssh_server.folder / "known_hosts").write_text("")
    assert "the host key is not known here" in (site.pull(source).state.message or "")
    assert (ssh_server.folder / "known_hosts").read_text() == ""


def test_a_refused_key_and_a_host_that_is_down_are_told(
    ssh_server: SshServer, sacct: Sacct, site: Site
):
    source = settings(ssh_server, sacct)
    (ssh_server.folder / "user.pub").write_text("")
    assert "the host refused our key" in (site.pull(source).state.message or "")
    ssh_server.stop()
    assert "no connection" in (site.pull(source).state.message or "")


def test_a_fault_over_there_leaves_nothing_here(ssh_server: SshServer, sacct: Sacct, site: Site):
    (sacct.folder / "dies").touch()
    assert site.pull(settings(ssh_server, sacct)).state.last_status == "failed"
    assert site.jobs().is_empty()
    (sacct.folder / "dies").unlink()
    assert site.pull(settings(ssh_server, sacct)).state.last_status == "done"


def test_ssh_never_asks_and_never_trusts():
    source = SshSource(kind="ssh", feeds="jobs", host="login1", user="ann")
    arguments = ssh_arguments(source)
    assert {"BatchMode=yes", "StrictHostKeyChecking=yes"} <= set(arguments)
    assert arguments[-2:] == ["--", "ann@login1"]
    with pytest.raises(ValueError, match="host"):
        SshSource(kind="ssh", feeds="jobs", host="-oProxyCommand=x")
