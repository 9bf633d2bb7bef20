"""A fork server: each line `mode seed version seconds url` is a sync, killed -9 after so long.

Forking a process that has already loaded everything costs milliseconds, hence a hundred kills. Modes: `full`
reads all and deletes what has vanished; `cursor` never reads all of the incremental stream; `live` reads in
slices, as clients would make it, and deletes what left each.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import tempfile
import threading
import time

import facade.store.postgres  # noqa: F401  # a store imports it on use
from connectors.base import Condition
from facade.flow.live.pull import delete_lost, pull_slice, slices_into
from facade.flow.sync import How, sync_stream
from facade.mapping import Pack
from facade.store import Store
from facade.store.serialise import from_json
from tests.flows.histories import Lively, lively_pack

BATCH = 20


async def sync_all(store: Store, pack: Pack, source: Lively, *, full: bool) -> list[str | None]:
    """Both streams, in small batches."""
    how = How(full=full, accept_deletes=True, batch=BATCH)
    results = [await sync_stream(store, pack, source, stream, how) for stream in pack.streams]
    return [result.error for result in results]


async def slice_all(store: Store, pack: Pack, source: Lively) -> list[str | None]:
    """Both streams in slices that together are all of them."""
    for stream in pack.streams:
        into = await slices_into(store, pack, source.name, stream)
        state = into.state.stream_id
        for sex in "FMX":
            sql = "SELECT key, id, body FROM raw_record WHERE stream_id=? AND deleted=0"
            known = [(key, raw_id) for key, raw_id, body in store.query(sql, (state,)) if _sex(body) == sex]
            pulled = await pull_slice(into, source, [Condition("sex", "=", sex)])
            away = {key: raw_id for key, raw_id in known if raw_id not in pulled.met}
            if away:
                left = await pull_slice(into, source, [Condition("row", "in", list(away))])
                await delete_lost(into, set(away.values()) - left.met, left.asked)
    return []


def _sex(body: bytes) -> object:
    return from_json(bytes(body))["sex"]


def child(pack: Pack, mode: str, seed: int, version: int, url: str) -> None:
    """One whole life of a process that syncs."""
    store = Store.open(url)
    source = Lively(seed, version, gentle=mode == "cursor")
    if mode == "live":
        errors = asyncio.run(slice_all(store, pack, source))
    else:
        errors = asyncio.run(sync_all(store, pack, source, full=mode == "full"))
    store.close()
    os._exit(1 if any(errors) else 0)


def warm(pack: Pack) -> None:
    """Load and compile what a first life would, before it is forked: kills meet the rest."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{folder}/facade.db")
        source = Lively(0, 0)
        asyncio.run(sync_all(store, pack, source, full=True))
        asyncio.run(slice_all(store, pack, source))
        store.close()
    assert threading.active_count() == 1, "a fork has none of the other threads"
    gc.freeze()


def serve() -> None:
    """Answers each line with `done`, `failed` or `killed`."""
    pack = lively_pack()
    warm(pack)
    for line in sys.stdin:
        mode, seed, version, seconds, url = line.split(maxsplit=4)
        pid = os.fork()
        if pid == 0:
            child(pack, mode, int(seed), int(version), url.strip())
        deadline = time.monotonic() + float(seconds)
        ended, status = os.waitpid(pid, os.WNOHANG)
        while not ended and time.monotonic() < deadline:
            time.sleep(0.001)
            ended, status = os.waitpid(pid, os.WNOHANG)
        if not ended:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            print("killed", flush=True)
        else:
            print("done" if status == 0 else "failed", flush=True)


if __name__ == "__main__":
    serve()
