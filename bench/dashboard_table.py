"""What readers met, as a table: how long calls took, by kind, warm and first asks apart."""

import statistics
from http import HTTPStatus
from math import inf
from typing import Final

from bench.dashboard_user import Call

_WELL: Final = {HTTPStatus.OK, HTTPStatus.NO_CONTENT}
"""An answer, or that there is nothing to change."""

BAR_MS: Final = 300
CALLBACKS: Final = ("open a page", "change a filter", "rows of a grid")


def table(calls: list[Call]) -> str:
    """Quantiles of each kind of call, warm and first asks apart, and what failed."""
    known: dict[tuple[str, str], float] = {}
    for call in calls:
        if call.status == HTTPStatus.OK:
            end = call.began + call.seconds
            key = (_of(call), call.what)
            known[key] = min(end, known.get(key, end))
    warm = [call for call in calls if call.began > known.get((_of(call), call.what), inf)]
    others = [call for call in calls if call.began <= known.get((_of(call), call.what), inf)]
    head = f"{'kind':<18}{'':<12}{'calls':>7}{'p50 ms':>9}{'p95 ms':>9}{'max ms':>9}{'kB':>8}"
    lines = [head]
    for told, group in (("warm", warm), ("first ask", others)):
        kinds = sorted({call.kind for call in group})
        lines += [_line(kind, told, [c for c in group if c.kind == kind]) for kind in kinds]
        every = [call for call in group if call.kind in CALLBACKS]
        lines.append(_line("all callbacks", told, every))
    failed = [call for call in calls if call.status not in _WELL]
    p95 = _share([call.seconds for call in warm if call.kind in CALLBACKS], 0.95)
    verdict = "within" if 1000 * p95 <= BAR_MS else "over"
    lines.append(f"{len(failed)} failed: {sorted({(c.status, c.kind) for c in failed})[:5]}")
    lines.append(f"warm callbacks p95 {1000 * p95:.0f} ms: {verdict} the bar of {BAR_MS} ms")
    return "\n".join(lines)


def _of(call: Call) -> str:
    """Opening a page and filtering it ask the same."""
    return "body" if call.kind in CALLBACKS[:2] else call.kind


def _line(kind: str, told: str, calls: list[Call]) -> str:
    took = [call.seconds for call in calls]
    if not took:
        return f"{kind:<18}{told:<12}{0:>7}"
    size = statistics.fmean(call.sent_bytes for call in calls) / 1e3
    return (
        f"{kind:<18}{told:<12}{len(took):>7}{1000 * _share(took, 0.5):>9.0f}"
        f"{1000 * _share(took, 0.95):>9.0f}{1000 * max(took):>9.0f}{size:>8.1f}"
    )


def _share(took: list[float], share: float) -> float:
    ranked = sorted(took)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else 0.0
