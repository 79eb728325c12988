"""The systemd service of the dashboard, as `deploy/` has it."""

from typing import Final

from ingest.schedule import Place, in_a_home
from ingest.units import LOOPBACK, Service, service_unit

DASHBOARD_SERVICE: Final = "plimsoll-dashboard.service"


def dashboard_unit(place: Place, *, port: int) -> str:
    """A service on this machine's loopback, for a proxy to speak to.

    It is ready when it listens, ends when it is told to, and is started anew where it fails.
    """
    return service_unit(
        Service(
            description="Plimsoll's dashboard",
            user=place.user,
            call=f"{place.start} serve --host 127.0.0.1 --port {port}",
            manner=(
                "Type=notify\nNotifyAccess=main\nTimeoutStartSec=120s\nTimeoutStopSec=30s\n"
                "Restart=on-failure\nRestartSec=5s\nMemoryMax=8G"
            ),
            writable=[place.store],
            network=LOOPBACK,
            reads_home=in_a_home([place.program, place.config, place.store]),
            draws=True,
            wanted="After=network.target",
            install="WantedBy=multi-user.target",
        )
    )
