"""Tells systemd that the dashboard listens (sd_notify(3)), where systemd wants to know."""

import os
import socket
from typing import Final

VARIABLE: Final = "NOTIFY_SOCKET"


def tell_ready() -> None:
    """Say that requests are answered from now on; nothing where nobody listens for it."""
    _tell(b"READY=1")


def tell_stopping() -> None:
    """Say that the server is about to end."""
    _tell(b"STOPPING=1")


def _tell(state: bytes) -> None:
    address = os.environ.get(VARIABLE)
    if not address:
        return
    place = f"\0{address[1:]}" if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.connect(place)
        told.sendall(state)
