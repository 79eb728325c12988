"""The sources that can be asked, each an adapter; what they answer is read by the formats."""

from ingest.sources.base import Adapter, Ask, Window
from ingest.sources.commands import LocalCommand, RemoteCommand
from ingest.sources.prometheus import Prometheus
from ingest.sources.slurmdbd import Slurmdbd
from ingest.sources.slurmrestd import Slurmrestd
from model.source_settings import (
    CommandSource,
    PrometheusSource,
    SlurmdbdSource,
    SlurmrestdSource,
    SshSource,
    WindowedSource,
)

__all__ = ["Adapter", "Ask", "Window", "adapter"]


def adapter(settings: WindowedSource, cluster: str) -> Adapter:
    """The adapter of a configured source."""
    match settings:
        case CommandSource():
            return LocalCommand(settings)
        case SshSource():
            return RemoteCommand(settings)
        case SlurmrestdSource():
            return Slurmrestd(settings)
        case SlurmdbdSource():
            return Slurmdbd(settings, cluster)
        case PrometheusSource():
            return Prometheus(settings)
