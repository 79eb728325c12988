"""What makes `plimsoll ingest run` happen again and again: systemd units, or lines for cron."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from model.settings import Settings
from model.source_settings import FileSource, SlurmdbdSource, SshSource, length

USUAL: Final = timedelta(minutes=15)
SERVICE: Final = "plimsoll-ingest.service"
TIMER: Final = "plimsoll-ingest.timer"

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
    def call(self) -> str:
        """The command that a timer calls."""
        metrics = f" --metrics-file {self.metrics_file}" if self.metrics_file else ""
        return (
            f"{self.program} --config {self.config} --store {self.store} "
            f"ingest run --log-format json{metrics}"
        )


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
    """The text of the service and of its timer, by file name."""
    return {SERVICE: _service(settings, place), TIMER: _timer(interval(settings))}


def cron_lines(settings: Settings, place: Place, *, log: Path) -> str:
    """A file for /etc/cron.d: cron has no lock of its own, and needs none: ours turns away."""
    return "\n".join(
        [
            "# Plimsoll asks its sources. A run that finds another at work ends with code 4.",
            "# The log is opened anew by each run: logrotate needs no more than its name.",
            "SHELL=/bin/sh",
            "PATH=/usr/local/bin:/usr/bin:/bin",
            f"{_cron_time(interval(settings))} {place.user} {place.call} >>{log} 2>&1",
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


def _service(settings: Settings, place: Place) -> str:
    writable = [place.store, *([place.metrics_file.parent] if place.metrics_file else [])]
    return f"""[Unit]
Description=Plimsoll asks its sources
After=network-online.target
Wants=network-online.target

[Service]
Type=oneshot
User={place.user}
ExecStart={place.call}
# Polars looks at the processor by code that it writes itself, which is not allowed below.
Environment=POLARS_SKIP_CPU_CHECK=1
# 4: another ingest is at work, which is no failure of this one.
SuccessExitStatus=4
TimeoutStartSec=6h
Nice=10
IOSchedulingClass=idle
MemoryMax=4G
TasksMax=256
UMask=0077

# It reads the system, writes its store, and talks to its sources: nothing else.
ProtectSystem=strict
ReadWritePaths={" ".join(map(str, writable))}
ProtectHome={"read-only" if _needs_home(settings, place) else "yes"}
PrivateTmp=yes
PrivateDevices=yes
{_network(settings)}
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
ProtectProc=invisible
ProcSubset=pid
PrivateUsers=yes
RemoveIPC=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
KeyringMode=private
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
DevicePolicy=closed
"""


def _network(settings: Settings) -> str:
    sources = [source for cluster in settings.clusters for source in cluster.sources]
    if all(isinstance(source, FileSource) for source in sources):
        return "RestrictAddressFamilies=AF_UNIX\nPrivateNetwork=yes\nIPAddressDeny=any"
    return "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX"


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
    return any(str(path).startswith(("/home/", "/root/")) for path in paths)
