"""A process that writes: `url mode number count`, told to begin by a line on its stdin.

Modes: `create` makes one thing many times at once, by the same criteria; `count` adds one to a counter so
many times, with If-Match and another try whenever another was faster.
"""

from __future__ import annotations

import asyncio
import sys
from functools import partial

from facade.errors import PreconditionFailed
from facade.flow.draft import Draft
from facade.flow.local import Changes, Precondition
from facade.store import Store
from facade.store.serialise import from_json
from tests.facade.flow.local.local import criteria, numbered, patient, run


async def create_all(store: Store, number: int, count: int) -> list[str]:
    """What became of each of `count` conditional creates, all under way at once."""
    one = criteria(identifier="urn:mrn|1")
    works = [numbered(f"{number}-{at}", "1") for at in range(count)]
    done = await asyncio.gather(*[run(store, lambda c, d=draft: c.create(d, one)) for draft in works])
    return [written.outcome for written in done]


async def count_up(store: Store, number: int, count: int) -> list[str]:
    """Each of `count` tasks adds one to the counter, as a client would: read, then update if unchanged."""

    async def add(task: int) -> str:
        while True:
            version, size = await run(store, _counted)
            draft = patient("counter", name=[{"family": f"{number}-{task}-{at}"} for at in range(size + 1)])
            try:
                await run(store, partial(_put, draft, Precondition(frozenset({version}))))
            except PreconditionFailed:
                await asyncio.sleep(0)
            else:
                return "added"

    return list(await asyncio.gather(*[add(task) for task in range(count)]))


def _put(draft: Draft, precondition: Precondition, changes: Changes) -> None:
    changes.update(draft, precondition)


def _counted(changes: Changes) -> tuple[int, int]:
    current = changes.current("Patient", "counter")
    assert current is not None
    return current.version, len(from_json(changes.body(current)).get("name", ()))


MODES = {"create": create_all, "count": count_up}


def main() -> None:
    """Prints `ready`, waits, and prints what became of each write."""
    url, mode, number, count = sys.argv[1:]
    store = Store.open(url)
    print("ready", flush=True)
    sys.stdin.readline()
    print(*asyncio.run(MODES[mode](store, int(number), int(count))), flush=True)
    store.close()


if __name__ == "__main__":
    main()
