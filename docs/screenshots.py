"""Pictures of every page of the dashboard, wide and narrow, light and dark: docs/pictures.

`python -m docs.screenshots` makes the demonstration's estate at full size in a folder that is
removed again, serves it, and writes a picture a page, a width and a colour scheme. It needs a
Chromium on the PATH.
"""

import argparse
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import chdir, contextmanager, suppress
from pathlib import Path
from typing import Final

import waitress
from playwright.sync_api import Browser, Page, sync_playwright

from dashboard import create_app
from dashboard.pages import PAGES
from model.registry import load_registry
from model.settings import load_settings
from plimsoll.demo.generate import generate_estate
from plimsoll.demo.run import ingest_estate
from store import open_store

PICTURES: Final = Path(__file__).parent / "pictures"
_WIDTHS: Final = {"wide": 1400, "narrow": 390}
_SCHEMES: Final = ("light", "dark")
_QUALITY: Final = 55
_SCALE: Final = 0.7
"""Pixels of a picture for one of the page: words are read, and the files stay small."""

_PATIENCE_MS: Final = 180_000


def main() -> None:
    """Write the pictures anew."""
    parser = argparse.ArgumentParser(prog="python -m docs.screenshots", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="size of the estate")
    parser.add_argument("--folder", type=Path, default=PICTURES)
    asked = parser.parse_args()
    folder = asked.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with served(asked.scale) as address, chromium() as browser:
        for path in pictures(browser, address, folder):
            print(path)  # noqa: T201


@contextmanager
def served(scale: float) -> Iterator[str]:
    """The dashboard over an estate made for it, at an address of this machine."""
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        demo = Path("plimsoll-demo")
        estate = generate_estate(demo / "estate", scale=scale)
        with open_store(demo / "store", create=True) as store:
            ingest_estate(estate, store)
            app = create_app(store, load_settings(estate.settings), load_registry())
            server = waitress.create_server(app.server, host="127.0.0.1", port=0)
            threading.Thread(target=_run, args=(server,), daemon=True).start()
            yield f"http://127.0.0.1:{server.effective_port}"
            server.close()


def _run(server: waitress.server.TcpWSGIServer) -> None:
    with suppress(OSError):  # closed while it listens
        server.run()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, driven by Playwright."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


def pictures(browser: Browser, address: str, folder: Path) -> Iterator[Path]:
    """The files, as they are written."""
    for scheme in _SCHEMES:
        for name, width in _WIDTHS.items():
            context = browser.new_context(
                viewport={"width": width, "height": 900},
                device_scale_factor=_SCALE,
                locale="en-GB",
                color_scheme=scheme,
            )
            page = context.new_page()
            page.set_default_timeout(_PATIENCE_MS)
            for each in PAGES:
                path = folder / f"{each.path or 'overview'}-{name}-{scheme}.jpg"
                _picture(page, f"{address}/{each.path}", path)
                yield path
            context.close()


def _picture(page: Page, address: str, path: Path) -> None:
    page.goto(address)
    page.locator("main h1").wait_for()
    page.wait_for_load_state("networkidle")
    page.locator("main [aria-busy='true']").first.wait_for(state="hidden")
    page.wait_for_timeout(500)
    page.screenshot(path=path, full_page=True, type="jpeg", quality=_QUALITY)


if __name__ == "__main__":
    main()
