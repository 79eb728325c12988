"""The dashboard behind a real nginx, as `deploy/nginx.conf` has it: TLS, a path, limits."""

import http.client
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

import pytest
from browsing import Estate, Walk, open_tab
from playwright.sync_api import Browser, expect

from dashboard.pages import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DEPLOY = Path(__file__).parents[2] / "deploy"
PATIENCE_S = 120
STRANGER = "127.0.0.2"


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@pytest.fixture(scope="module")
def behind(estate: Estate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """`plimsoll serve` under /plimsoll/; gives its port once it says that it listens."""
    folder, port = tmp_path_factory.mktemp("served"), free_port()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(folder / "notify"))
        heard.settimeout(PATIENCE_S)
        server = subprocess.Popen(
            [sys.executable, "-m", "plimsoll", *estate.options, "serve", "--port", str(port)],
            env=os.environ
            | {
                "NOTIFY_SOCKET": str(folder / "notify"),
                "PLIMSOLL_DASHBOARD_BASE_PATH": "/plimsoll/",
            },
        )
        assert heard.recv(100) == b"READY=1"
        yield port
        server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE_S) == 0


@pytest.fixture(scope="module")
def secure(behind: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """nginx with the example's own words, but for ports, names of files and the certificate."""
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    openssl = shutil.which("openssl")
    if nginx is None or openssl is None:
        pytest.skip("needs nginx and openssl")
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    folder.chmod(0o755)
    subprocess.run(
        [
            openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-subj", "/CN=plimsoll.example.org", "-keyout", "privkey.pem", "-out", "fullchain.pem",
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )  # fmt: skip
    shutil.copy(DEPLOY / "plimsoll-proxy.conf", folder)
    (folder / "site.conf").write_text(_example(folder, behind, port))
    (folder / "nginx.conf").write_text(
        f"pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{ access_log off; {_temporary(folder)}\n"
        f"include {folder}/site.conf; }}\n"
    )
    call = [nginx, "-c", f"{folder}/nginx.conf", "-e", f"{folder}/error.log"]
    subprocess.run([*call, "-t", "-q"], check=True)
    server = subprocess.Popen([*call, "-g", "daemon off;"])
    _await(port)
    yield port
    server.send_signal(signal.SIGQUIT)
    server.wait(PATIENCE_S)
    assert "[crit]" not in (folder / "error.log").read_text()


def _example(folder: Path, behind: int, port: int) -> str:
    text = (DEPLOY / "nginx.conf").read_text()
    for theirs, ours in (
        ("127.0.0.1:8050", f"127.0.0.1:{behind}"),
        ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
        ("listen [::]:80;", ""),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{port} ssl http2;"),
        ("listen [::]:443 ssl http2;", ""),
        ("/etc/ssl/plimsoll/", f"{folder}/"),
        ("/etc/nginx/plimsoll-proxy.conf", f"{folder}/plimsoll-proxy.conf"),
    ):
        assert theirs in text, theirs
        text = text.replace(theirs, ours)
    return text


def _temporary(folder: Path) -> str:
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)


def _await(port: int) -> None:
    for _ in range(PATIENCE_S * 10):
        with socket.socket() as tried:
            tried.settimeout(0.1)
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return


@pytest.fixture
def proxied(chromium: Browser, secure: int) -> Iterator[Walk]:
    context = chromium.new_context(
        viewport={"width": 1400, "height": 900}, locale="en-GB", ignore_https_errors=True
    )
    walking = Walk(context.new_page(), f"https://127.0.0.1:{secure}")
    walking.page.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    walking.watch()
    yield walking
    context.close()
    assert walking.complaints == []
    assert walking.hosts == {f"127.0.0.1:{secure}"}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    text: str


def asked(port: int, path: str, *, source: str = "127.0.0.1") -> Answer:
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection(
        "127.0.0.1", port, source_address=(source, 0), context=trusting, timeout=PATIENCE_S
    )
    with closing(connection):
        connection.request("GET", path)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read().decode())


def test_every_page_is_walked_by_its_link(proxied: Walk):
    page = proxied.open("/")
    expect(page).to_have_url(f"{proxied.base}/plimsoll/")
    for known in PAGES:
        page.get_by_role("navigation", name="Pages").get_by_role(
            "link", name=known.name, exact=True
        ).click()
        expect(page).to_have_url(f"{proxied.base}/plimsoll/{known.path}")
        expect(page.locator("main h1")).to_have_text(known.heading)
        expect(page.locator("main[aria-busy]")).to_have_count(0)


def test_a_deep_link_downloads_and_back_work_under_the_path(proxied: Walk):
    page = proxied.open("/plimsoll/utilisation?from=2026-03-01")
    expect(page.locator(".pl-as-of")).to_contain_text("1 March 2026")
    page.get_by_role("link", name="Shortfall", exact=True).click()
    expect(page.locator("#finding-rounds")).to_be_visible()
    open_tab(page, "rounds", "Table")
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Download shortfall as CSV").click()
    assert fetched.value.url.startswith(f"{proxied.base}/plimsoll/download/")
    assert fetched.value.path().read_text().startswith("call,")
    page.go_back()
    expect(page.locator(".pl-as-of")).to_contain_text("1 March 2026")


def test_headers_are_those_of_both_and_fingerprinted_files_are_kept(secure: int):
    page = asked(secure, "/plimsoll/")
    assert page.status == 200
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Server"] == "nginx"
    addresses = [part.split('"')[0] for part in page.text.split('src="')[1:]]
    kept = [path for path in addresses if ".v" in path or "?m=" in path]
    assert len(kept) > 3
    for path in kept:
        response = asked(secure, path)
        assert response.status == 200, path
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable", path
        assert response.headers["X-Content-Type-Options"] == "nosniff", path


def test_health_and_metrics_are_for_this_machine_alone(secure: int):
    for name in ("healthz", "metrics"):
        assert asked(secure, f"/plimsoll/{name}").status == 200
        assert asked(secure, f"/plimsoll/{name}", source=STRANGER).status == 403
    assert asked(secure, "/plimsoll/", source=STRANGER).status == 200
    assert asked(secure, "/elsewhere").status == 404
