"""A reader's walk through the dashboard in a real Chromium, watched for complaints."""

import io
import shlex
import threading
from collections.abc import Iterator
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass, field
from typing import Any

import polars as pl
import pytest
import waitress
from playwright.sync_api import Browser, Page, Response, expect

from dashboard import create_app
from model.question import Question
from model.registry import Registry
from model.settings import Settings
from plimsoll.cli import main
from reports.command import command_of
from store import Store

NORTH = "synthetic-north"
EVIL = "<img src=x onerror=alert(1)><a href='https://evil.example'>free GPUs</a>"


@dataclass(frozen=True)
class Estate:
    store: Store | None
    settings: Settings
    registry: Registry
    options: tuple[str, ...] = ()

    def show(self, table: str, **asked: Any) -> pl.DataFrame:
        """What `plimsoll show` prints, in full precision."""
        question = Question(table, timezone=self.settings.timezone, **asked)
        words = shlex.split(command_of(question))[1:]
        printed = io.StringIO()
        with redirect_stdout(printed), pytest.raises(SystemExit) as ended:
            main(["--quiet", *self.options, *words, "--format", "csv"])
        assert ended.value.code == 0
        return pl.read_csv(
            io.StringIO(printed.getvalue()), try_parse_dates=True, infer_schema_length=None
        )


@dataclass
class Walk:
    """A page under watch: what it complained of, and where it went."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def open(self, path: str) -> Page:
        self.page.goto(self.base + path)
        expect(self.page.locator("main h1")).to_be_visible()
        return self.page

    def watch(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self._went(request.url))
        self.page.on("response", self._failed)

    def _console(self, message) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _went(self, url: str) -> None:
        if not url.startswith(("data:", "blob:")):
            self.hosts.add(url.split("/")[2])

    def _failed(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status} {response.url}")


def served(estate: Estate) -> Iterator[str]:
    app = create_app(estate.store, estate.settings, estate.registry)
    server = waitress.create_server(app.server, host="127.0.0.1", port=0, threads=4)

    def run() -> None:
        with suppress(OSError):  # closed below while it listens
            server.run()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    server.task_dispatcher.shutdown()
    thread.join(5)


def watched(browser: Browser, base: str) -> Iterator[Walk]:
    context = browser.new_context(viewport={"width": 1400, "height": 900}, locale="en-GB")
    walking = Walk(context.new_page(), base)
    walking.page.set_default_timeout(30_000)
    expect.set_options(timeout=30_000)
    walking.watch()
    yield walking
    context.close()
    assert walking.complaints == []
    assert walking.hosts == {base.removeprefix("http://")}


def tile(page: Page, name: str) -> float:
    found = page.locator(".pl-tile", has_text=name).locator("data")
    return float(found.get_attribute("value") or "nan")


def open_tab(page: Page, panel: str, tab: str) -> None:
    page.locator(f"section[aria-labelledby='finding-{panel}']").get_by_role("tab", name=tab).click()


def cell(page: Page, panel: str, row: int, column: str) -> str:
    grid = page.locator(f"section[aria-labelledby='finding-{panel}'] .ag-root")
    shown = grid.locator(f".ag-row[row-index='{row}']:not(.ag-row-loading) [col-id='{column}']")
    expect(shown).not_to_be_empty()
    return shown.inner_text()
