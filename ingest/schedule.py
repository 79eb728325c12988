"""What makes `ingest run` and `report due` happen again and again: systemd units, or cron."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from ingest.units import NETWORK, NO_NETWORK, Service, service_unit
from model.settings import Settings
from model.source_settings import FileSource, SlurmdbdSource, SshSource, length

USUAL: Final = timedelta(minutes=15)
SERVICE: Final = "plimsoll-ingest.service"
TIMER: Final = "plimsoll-ingest.timer"
REPORTS_SERVICE: Final = "plimsoll-reports.service"
REPORTS_TIMER: Final = "plimsoll-reports.timer"

_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Place:
    """Where things lie on the machine, as whole paths; `user` runs the service."""

    program: Path
    config: Path
    store: Path
    user: str = "plimsoll"
    metrics_file: Path | None = None

    @property
    def start(self) -> str:
        """The program with its settings and its store."""
        return f"{self.program} --config {self.config} --store {self.store}"

    @property
    def call(self) -> str:
        """The command that a timer calls to ask the sources."""
        metrics = f" --metrics-file {self.metrics_file}" if self.metrics_file else ""
        return f"{self.start} ingest run --log-format json{metrics}"

    @property
    def reports_call(self) -> str:
        """The command that a timer calls to make the reports that are due."""
        return f"{self.start} report due --log-format json"


def interval(settings: Settings) -> timedelta:
    """The shortest `every` of all sources; a quarter of an hour where none is stated."""
    stated = [
        length(source.every)
        for cluster in settings.clusters
        for source in cluster.sources
        if source.every
    ]
    return min(stated, default=USUAL)


def systemd_units(settings: Settings, place: Place) -> dict[str, str]:
    """The text of each service and of its timer, by file name; of reports where some are named."""
    units = {SERVICE: _service(settings, place), TIMER: _timer(interval(settings))}
    if settings.reports.schedule:
        units |= {REPORTS_SERVICE: _reports_service(settings, place), REPORTS_TIMER: _DAILY}
    return units


def cron_lines(settings: Settings, place: Place, *, log: Path) -> str:
    """A file for /etc/cron.d: cron has no lock of its own, and needs none: ours turns away."""
    user, of_reports = place.user, f"{place.reports_call} >>{log} 2>&1"
    reports = [
        "# Reports whose month or quarter has closed are made in the morning after.",
        f"17 5 * * * {user} {of_reports}",
    ]
    return "\n".join(
        [
            "# Plimsoll asks its sources. A run that finds another at work ends with code 4.",
            "# The log is opened anew by each run: logrotate needs no more than its name.",
            "SHELL=/bin/sh",
            "PATH=/usr/local/bin:/usr/bin:/bin",
            f"{_cron_time(interval(settings))} {user} {place.call} >>{log} 2>&1",
            *(reports if settings.reports.schedule else ()),
            "",
        ]
    )


def _cron_time(every: timedelta) -> str:
    if every >= _DAY:
        return f"7 2 */{every // _DAY} * *"
    if every >= _HOUR:
        return f"7 */{every // _HOUR} * * *"
    return f"*/{every // timedelta(minutes=1)} * * * *"


def _timer(every: timedelta) -> str:
    minutes = int(every / timedelta(minutes=1))
    return f"""[Unit]
Description=Plimsoll asks its sources every {minutes} min

[Timer]
OnBootSec=2min
OnUnitActiveSec={minutes}min
RandomizedDelaySec={min(60, max(1, minutes * 6))}s
AccuracySec=10s

[Install]
WantedBy=timers.target
"""


_DAILY: Final = """[Unit]
Description=Plimsoll makes the reports that are due, every morning

[Timer]
OnCalendar=*-*-* 05:17:00
RandomizedDelaySec=10min
Persistent=yes

[Install]
WantedBy=timers.target
"""

_AT_EASE: Final = """# 4: another run is at work, which is no failure of this one.
SuccessExitStatus=4
TimeoutStartSec=6h
Nice=10
IOSchedulingClass=idle
MemoryMax=4G"""


def _service(settings: Settings, place: Place) -> str:
    return service_unit(
        Service(
            description="Plimsoll asks its sources",
            user=place.user,
            call=place.call,
            manner=f"Type=oneshot\n{_AT_EASE}",
            writable=[
                place.store,
                *([place.metrics_file.parent] if place.metrics_file else []),
            ],
            network=_network(settings),
            reads_home=_needs_home(settings, place),
        )
    )


def _reports_service(settings: Settings, place: Place) -> str:
    folders = [report.folder for report in settings.reports.schedule]
    return service_unit(
        Service(
            description="Plimsoll makes the reports that are due",
            user=place.user,
            call=place.reports_call,
            manner=f"Type=oneshot\n{_AT_EASE}",
            writable=[place.store, *folders],
            network=NETWORK if settings.catalogue_url else NO_NETWORK,
            reads_home=in_a_home([place.program, place.config, place.store, *folders]),
            draws=True,
            wanted="After=plimsoll-ingest.service",
        )
    )


def _network(settings: Settings) -> str:
    sources = [source for cluster in settings.clusters for source in cluster.sources]
    return NO_NETWORK if all(isinstance(each, FileSource) for each in sources) else NETWORK


def _needs_home(settings: Settings, place: Place) -> bool:
    """Whether something that the service reads lies in a home folder."""
    sources = [source for cluster in settings.clusters for source in cluster.sources]
    paths = [place.program, place.config, place.store]
    for source in sources:
        if isinstance(source, SshSource):
            if source.identity_file is None or source.known_hosts is None:
                return True
            paths += [source.identity_file, source.known_hosts]
        if isinstance(source, SlurmdbdSource) and source.password_file:
            paths.append(source.password_file)
        if isinstance(source, FileSource):
            paths.append(Path(source.paths))
    return in_a_home(paths)


def in_a_home(paths: Iterable[Path]) -> bool:
    """Whether one of the paths lies in a home folder."""
    return any(str(path).startswith(("/home/", "/root/")) for path in paths)
