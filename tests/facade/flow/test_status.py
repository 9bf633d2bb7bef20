"""What the command line and the status page tell."""

from __future__ import annotations

from datetime import timedelta

from connectors.errors import Unreachable
from facade.flow.status import Refused, Unmapped, store_status
from facade.flow.sync import sync_source
from facade.store import Store
from tests.facade.flow.scripted import Scripted, pack, row


async def test_status(store: Store) -> None:
    source = Scripted([row(1), row(2, sex="X"), row(3, sex="X"), row(4, sex="Y", weight="70")])
    await sync_source(store, pack(), source)
    found = store_status(store, top=2)
    assert found.resources == {"Observation": 1, "Patient": 1}
    (stream,) = found.streams
    assert (stream.source, stream.name, stream.records, stream.quarantined, stream.error) == (
        "emr",
        "patient",
        4,
        3,
        None,
    )
    assert stream.last_success is not None
    assert stream.lag is not None
    assert timedelta() < stream.lag < timedelta(minutes=1)
    assert found.unmapped == (Unmapped("emr", "gender", "X", 2), Unmapped("emr", "gender", "Y", 1))
    (refused,) = found.refused
    assert isinstance(refused, Refused)
    assert (refused.stream, refused.mapping, refused.element, refused.count) == (
        "patient",
        "patient",
        "gender",
        3,
    )


async def test_an_error_stays_until_the_next_success(store: Store) -> None:
    source = Scripted([row(1)])
    await sync_source(store, pack(), source)
    last = store_status(store).streams[0].last_success
    source.fail_after = (0, Unreachable("it is 09:00; this source may be read 20:00-06:00"))
    await sync_source(store, pack(), source)
    stream = store_status(store).streams[0]
    assert (stream.error, stream.last_success) == ("it is 09:00; this source may be read 20:00-06:00", last)


def test_an_empty_store(store: Store) -> None:
    found = store_status(store)
    assert (found.streams, found.resources, found.unmapped, found.refused) == ((), {}, (), ())
