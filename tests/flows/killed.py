"""A fork server: each line `mode seed version seconds path` is a sync, killed -9 after so long.

Forking a process that has already loaded everything costs milliseconds, hence a hundred kills.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time

from facade.flow.sync import How, sync_stream
from facade.mapping import Pack
from facade.store import Store
from tests.flows.histories import Lively, lively_pack

BATCH = 20


async def sync_all(store: Store, pack: Pack, source: Lively, *, full: bool) -> list[str | None]:
    """Both streams, in small batches."""
    how = How(full=full, accept_deletes=True, batch=BATCH)
    results = [await sync_stream(store, pack, source, stream, how) for stream in pack.streams]
    return [result.error for result in results]


def child(pack: Pack, mode: str, seed: int, version: int, path: str) -> None:
    """One whole life of a process that syncs; in mode `cursor` the incremental stream is never read whole."""
    store = Store.open(f"sqlite:///{path}")
    errors = asyncio.run(
        sync_all(store, pack, Lively(seed, version, gentle=mode == "cursor"), full=mode == "full")
    )
    store.close()
    os._exit(1 if any(errors) else 0)


def serve() -> None:
    """Answers each line with `done`, `failed` or `killed`."""
    pack = lively_pack()
    for line in sys.stdin:
        mode, seed, version, seconds, path = line.split(maxsplit=4)
        pid = os.fork()
        if pid == 0:
            child(pack, mode, int(seed), int(version), path.strip())
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
