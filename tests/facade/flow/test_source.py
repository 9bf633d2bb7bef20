"""Connectors are found by their kind."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.base import Source, Stream
from connectors.errors import BadConfiguration
from facade.flow.source import open_connector

STREAMS = {"patient": Stream("patient", "SELECT 1 AS pid", ("pid",))}


def now() -> datetime:
    return datetime(2024, 1, 1, tzinfo=UTC)


async def test_a_known_kind_is_opened(tmp_path: Path) -> None:
    connector = open_connector("emr", "odbc", {"url": f"sqlite:///{tmp_path / 'x.db'}"}, STREAMS, now)
    assert isinstance(connector, Source)
    assert connector.name == "emr"
    await connector.aclose()


def test_an_unknown_kind_names_the_known() -> None:
    with pytest.raises(
        BadConfiguration, match=r"source emr: no connector is called 'obdc'; there are .*odbc"
    ):
        open_connector("emr", "obdc", {}, STREAMS, now)
