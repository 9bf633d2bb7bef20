"""When each stream of a site is read: the settings' intervals and times of day, stream by stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from connectors.base import Connector
from facade.flow.report.notice import Next
from facade.flow.site import Site, zone_of
from facade.flow.sync import How
from facade.flow.timing.due import Times
from facade.flow.vanished import Guard
from facade.mapping import Pack


@dataclass(frozen=True)
class Plan:
    """One stream's schedule. Its cursor is followed at each interval; a stream without one is read whole."""

    connector: Connector
    pack: Pack
    stream: str
    times: Times
    how: How = field(default_factory=How)

    @property
    def name(self) -> str:
        """`source.stream`."""
        return f"{self.connector.name}.{self.stream}"

    @property
    def mode(self) -> str:
        """The stream's mode, as its header says."""
        return self.pack.streams[self.stream].mode

    @property
    def follows(self) -> bool:
        """Whether a cursor is followed, so that reads of the whole are apart."""
        stream = self.pack.streams[self.stream]
        return stream.mode == "incremental" and stream.cursor is not None


def plans_of(site: Site, connectors: Mapping[str, Connector]) -> list[Plan]:
    """When each stream of each source is read."""
    zone = ZoneInfo(zone_of(site))
    plans = []
    for name, source in site.settings.sources.items():
        pack, how = site.packs[name], How(guard=Guard(share=source.max_vanished))
        for stream in pack.streams:
            every, at = source.every_of(stream), source.full_at_of(stream)
            times = Times(every, source.full_every_of(stream), at, zone)
            plans.append(Plan(connectors[name], pack, stream, times, how))
    return plans


def expected_of(site: Site) -> tuple[Next, ...]:
    """The streams that are set up, for who tells how they do."""
    return tuple(
        Next(name, stream.name, stream.mode, source.every_of(stream.name), None)
        for name, source in site.settings.sources.items()
        for stream in site.packs[name].streams.values()
    )
