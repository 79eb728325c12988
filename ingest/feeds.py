"""What a source brings, and who reads it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ingest.awards import ingest_awards
from ingest.events import ingest_events
from ingest.formats.telemetry_base import TelemetryOptions
from ingest.jobs import ingest_jobs
from ingest.nodes import ingest_nodes
from ingest.options import JobOptions
from ingest.report import IngestReport
from ingest.source import Source
from ingest.sources import Window
from ingest.telemetry import ingest_telemetry
from model.source_settings import Feed
from store import Store


@dataclass(frozen=True)
class Reader:
    """Reads answers of one cluster's sources into a store."""

    store: Store
    cluster: str
    options: JobOptions

    def read(
        self,
        feed: Feed,
        sources: Sequence[Source],
        *,
        window: Window | None = None,
        taken: datetime | None = None,
    ) -> IngestReport:
        """Read some inputs of a feed; `taken` is when a snapshot was taken. Raises InputError."""
        match feed:
            case "jobs":
                options = replace(self.options, window=window)
                return ingest_jobs(self.store, sources, cluster=self.cluster, options=options)
            case "nodes":
                return ingest_nodes(
                    self.store, sources, cluster=self.cluster, at=taken, timezone=self._zone
                )
            case "events":
                return ingest_events(self.store, sources, cluster=self.cluster, timezone=self._zone)
            case "telemetry":
                reading = TelemetryOptions(at=taken, timezone=self._zone)
                return ingest_telemetry(self.store, sources, cluster=self.cluster, options=reading)
            case "awards":
                return ingest_awards(self.store, sources)

    @property
    def _zone(self) -> str | None:
        return self.options.timezone
