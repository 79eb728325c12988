"""Twenty readers at once on `plimsoll serve`, and its first page in a browser that never saw it.

The server runs as a process of its own on 127.0.0.1 over a given store. A call is a first ask if
nobody in this run had its answer when it began; all others are warm.
"""

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.dashboard_cold import first_page
from bench.dashboard_table import table
from bench.dashboard_user import PAGES, User

HOST: Final = "127.0.0.1"
BAR_MIB: Final = 1024
BAR_COLD_S: Final = 3.0
BAR_COLD_MB: Final = 3.0
_START_S: Final = 120


def main() -> None:
    """Start the server, open its first page in Chromium, let the readers in, print tables."""
    asked = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    print(f"store {asked.store}, {_load()}", flush=True)
    with served(asked) as (process, started_s):
        print(f"the server listens after {started_s:.1f} s", flush=True)
        if not asked.no_browser:
            _print_cold(asked.port)
        if asked.minutes:
            users = _crowd(asked)
            print(
                f"{asked.users} readers, {asked.minutes:g} min, think {asked.think:g} s, "
                f"{asked.filters} filters on {len(asked.pages)} pages, {_load()}"
            )
            print(table([call for user in users for call in user.calls]))
        print(_memory(process.pid))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.dashboard", description=__doc__)
    parser.add_argument("--config", required=True, help="the store's plimsoll.yaml")
    parser.add_argument("--store", required=True, help="the store's folder")
    parser.add_argument("--port", type=int, default=8950)
    parser.add_argument("--users", type=int, default=20, choices=range(1, 101), metavar="1-100")
    parser.add_argument("--minutes", type=float, default=2, help="at most 30; 0: no readers")
    parser.add_argument("--think", type=float, default=0.0, help="mean seconds between calls")
    parser.add_argument("--filters", type=int, default=24, help="how many different filters")
    parser.add_argument("--pages", nargs="+", default=list(PAGES), choices=PAGES, metavar="PAGE")
    parser.add_argument("--wait", type=float, default=0.0, help="seconds before readers come")
    parser.add_argument("--no-browser", action="store_true", help="without the first page")
    asked = parser.parse_args()
    asked.minutes = min(asked.minutes, 30.0)
    return asked


@contextmanager
def served(asked: argparse.Namespace) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """The server as a process, and the seconds until it listened."""
    options = ["--config", asked.config, "--store", asked.store, "--quiet"]
    command = [sys.executable, "-m", "plimsoll", *options, "serve", "--port", str(asked.port)]
    log = Path(__file__).parent / "out" / "serve.log"
    log.parent.mkdir(exist_ok=True)
    began = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        while not _answers(asked.port):
            if process.poll() is not None or time.monotonic() - began > _START_S:
                raise RuntimeError(f"the server did not start:\n{log.read_text()[-2000:]}")
            time.sleep(0.05)
        yield process, time.monotonic() - began
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False


def _print_cold(port: int) -> None:
    cold = first_page(f"http://{HOST}:{port}/")
    for name, seconds in cold.seconds.items():
        print(f"  first page: {name:<24}{seconds:>6.2f} s   bar {BAR_COLD_S:.0f} s")
    print(
        f"  first page: {cold.requests} requests, {cold.sent_bytes / 1e6:.2f} MB compressed"
        f"   bar {BAR_COLD_MB:.0f} MB   {_load()}",
        flush=True,
    )


def _crowd(asked: argparse.Namespace) -> list[User]:
    time.sleep(asked.wait)
    until = time.monotonic() + 60 * asked.minutes
    pool = filters(asked.filters)
    users = [User(HOST, asked.port, seed, pool, asked.think, until) for seed in range(asked.users)]
    threads = [threading.Thread(target=user.run) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return users


def filters(count: int) -> tuple[str, ...]:
    """So many queries of addresses, each another combination of period, grain and tier.

    For 0 the one without filters.
    """
    if count == 0:
        return ("",)
    spans = [f"from=2026-{month:02}-01&to=2026-{month + 3:02}-01" for month in range(1, 8)]
    grains = ["period=month", "period=week", "period=quarter"]
    tiers = ["", "&tier=Tier-2", "&tier=Group"]
    every = [f"?{span}&{grain}{tier}" for tier in tiers for grain in grains for span in spans]
    return tuple(every[:: max(1, len(every) // count)][:count])


def _memory(pid: int) -> str:
    told = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    peak, now = (int(told[name].split()[0]) / 1024 for name in ("VmHWM", "VmRSS"))
    verdict = "within" if peak <= BAR_MIB else "over"
    return f"server: peak {peak:.0f} MiB, now {now:.0f} MiB: {verdict} the bar of {BAR_MIB} MiB"


def _load() -> str:
    return f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


if __name__ == "__main__":
    main()
