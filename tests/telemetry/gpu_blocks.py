"""Samples of an invented node for a real Prometheus: 26 hours of two cards, one asleep."""

from itertools import count

BEGIN = 1_795_190_400  # 2026-11-20 16:00 UTC
STEP_S = 30
POINTS = 26 * 120
BUSY = [0, 0, 3, 12, 40, 65, 99]

GAUGES = {
    "DCGM_FI_DEV_GPU_UTIL": lambda gpu, n: 0 if gpu else BUSY[n // 7 % len(BUSY)],
    "DCGM_FI_DEV_FB_USED": lambda gpu, n: 12 if gpu else 30_000 + n % 5,
    "DCGM_FI_DEV_POWER_USAGE": lambda gpu, n: 70 if gpu else 300 + n % 11,
}


def openmetrics():
    """The samples in OpenMetrics text, as promtool makes blocks of them."""
    lines = []
    for name, value in GAUGES.items():
        lines.append(f"# TYPE {name} gauge")
        for gpu in (0, 1):
            labels = f'gpu="{gpu}",UUID="GPU-{gpu}",Hostname="nid000001",modelName="A card"'
            points = zip(range(POINTS), count(BEGIN, STEP_S), strict=False)
            lines += [f"{name}{{{labels}}} {value(gpu, n)} {second}" for n, second in points]
    return "\n".join([*lines, "# EOF", ""])
