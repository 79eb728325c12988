"""The dashboard: Dash pages over the same answers as `plimsoll show`."""

from dashboard.app import create_app
from dashboard.serve import serve

__all__ = ["create_app", "serve"]
