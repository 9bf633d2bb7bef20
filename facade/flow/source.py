"""Opens a source's connector by its kind, found through the entry-point group facade.connectors.

https://packaging.python.org/en/latest/specifications/entry-points/
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from connectors.base import Clock, Connector, Stream
from connectors.errors import BadConfiguration

GROUP = "facade.connectors"


def open_connector(
    name: str, kind: str, options: Mapping[str, Any], streams: Mapping[str, Stream], clock: Clock
) -> Connector:
    """A connector that has not touched the network yet; raises BadConfiguration."""
    known = _connectors()
    if kind not in known:
        raise BadConfiguration(
            f"source {name}: no connector is called {kind!r}; there are {', '.join(sorted(known)) or 'none'}"
        )
    try:
        opener = known[kind].load()
    except ImportError as error:
        raise BadConfiguration(f"source {name}: the connector {kind!r} cannot be loaded: {error}") from None
    connector: Connector = opener(name, options, streams, clock)
    return connector


@cache
def _connectors() -> dict[str, EntryPoint]:
    """By kind; what is installed does not change while we run, and looking takes as long as a small sync."""
    return {entry.name: entry for entry in entry_points(group=GROUP)}
