"""systemd services that may read the system, write what they are told to, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

NO_NETWORK: Final = "RestrictAddressFamilies=AF_UNIX\nPrivateNetwork=yes\nIPAddressDeny=any"
NETWORK: Final = "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX"
LOOPBACK: Final = f"{NETWORK}\nIPAddressDeny=any\nIPAddressAllow=localhost"

_DRAWS: Final = (
    "# Charts of PDF and HTML are drawn by V8, which writes code that it then runs: with\n"
    "# MemoryDenyWriteExecute it ends at once."
)


@dataclass(frozen=True)
class Service:
    """What differs between services; `manner` and `install` are lines of the unit.

    `draws` is whether it makes reports, whose charts need memory that can be written and run.
    """

    description: str
    user: str
    call: str
    manner: str
    writable: Sequence[Path]
    network: str = NETWORK
    reads_home: bool = False
    draws: bool = False
    wanted: str = "After=network-online.target\nWants=network-online.target"
    install: str = ""


def service_unit(service: Service) -> str:
    """The text of a service's unit."""
    writable = " ".join(map(str, dict.fromkeys(service.writable)))
    install = f"\n[Install]\n{service.install}\n" if service.install else ""
    return f"""[Unit]
Description={service.description}
{service.wanted}

[Service]
User={service.user}
ExecStart={service.call}
# Polars looks at the processor by code that it writes itself, which is not allowed below.
Environment=POLARS_SKIP_CPU_CHECK=1
{service.manner}
TasksMax=256
UMask=0077

# It reads the system, writes what is named here, and talks to whom it must: nothing else.
ProtectSystem=strict
ReadWritePaths={writable}
ProtectHome={"read-only" if service.reads_home else "yes"}
PrivateTmp=yes
PrivateDevices=yes
{service.network}
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
{_DRAWS if service.draws else "MemoryDenyWriteExecute=yes"}
KeyringMode=private
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
DevicePolicy=closed
{install}"""
