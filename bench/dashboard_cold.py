"""The first page of the dashboard in a real Chromium with a profile that knows nothing."""

import shutil
import time
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.sync_api import Page, sync_playwright

FLAGS: Final = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
_WAIT_MS: Final = 300_000


@dataclass
class FirstPage:
    """Seconds from the address to each sight, and what travelled."""

    seconds: dict[str, float] = field(default_factory=dict)
    sent_bytes: float = 0
    requests: int = 0


def first_page(address: str) -> FirstPage:
    """Open a page with an empty cache, until heading, tiles and a chart are seen."""
    found = FirstPage()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        count_bytes(page, found)
        began = time.monotonic()
        page.goto(address, wait_until="commit", timeout=_WAIT_MS)
        for name, sight in (
            ("heading", "main h1"),
            ("tiles", ".pl-tile dd"),
            ("first chart", ".js-plotly-plot .main-svg"),
        ):
            page.locator(sight).first.wait_for(state="visible", timeout=_WAIT_MS)
            found.seconds[name] = time.monotonic() - began
        page.wait_for_load_state("networkidle", timeout=_WAIT_MS)
        browser.close()
    return found


def count_bytes(page: Page, found: FirstPage) -> None:
    """Add what the network brings, heads and bodies as they were sent."""
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")

    def loaded(event: dict[str, Any]) -> None:
        found.sent_bytes += event["encodedDataLength"]
        found.requests += 1

    network.on("Network.loadingFinished", loaded)
