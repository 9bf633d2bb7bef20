"""Reindexing in the background of a server: one at a time, and how far it is can be asked by every process.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from facade.errors import FacadeError, VersionConflict
from facade.flow.reindex import SETTLE, Found, count_resources, reindex_types
from facade.store import Store, Transaction

log = logging.getLogger("facade.flow")
LOCK = "reindex"
_STATE = "SELECT value FROM store_fact WHERE name='reindex'"
_REMEMBER = (
    "INSERT INTO store_fact (name, value) VALUES ('reindex', ?) "
    "ON CONFLICT (name) DO UPDATE SET value=excluded.value"
)


@dataclass(frozen=True, slots=True)
class State:
    """The last reindexing: of `types`, with so many resources of `total` looked at and so many index rows
    mended; times in microseconds. `interrupted`: its process ended before it did."""

    status: Literal["running", "complete", "failed", "interrupted"]
    types: tuple[str, ...]
    total: int
    started: int
    done: int = 0
    mended: int = 0
    ended: int | None = None
    error: str | None = None


class Reindexing:
    """What reindexes one store in this process."""

    def __init__(self, store: Store, settle: float = SETTLE) -> None:
        self._store = store
        self.settle = settle
        self._task: asyncio.Task[None] | None = None

    async def start(self, types: Sequence[str], patience: float = 0) -> State:
        """Begin to reindex these types; gives how it stands after so many seconds at most. Raises
        VersionConflict if one is under way."""
        loop = asyncio.get_running_loop()
        begun: asyncio.Future[State] = loop.create_future()
        if self._task is not None and not self._task.done():
            raise _busy()
        self._task = task = asyncio.create_task(self._run(tuple(types), begun))
        either: set[asyncio.Future[Any]] = {begun, task}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not begun.done():
            task.result()
        first = begun.result()
        if patience:
            await asyncio.wait({task}, timeout=patience)
        return await self.state() or first

    async def state(self) -> State | None:
        """The last reindexing, whoever did it; None if there never was one."""
        rows = await self._store.fetch(_STATE)
        if not rows:
            return None
        found = json.loads(rows[0][0])
        state = State(**{**found, "types": tuple(found["types"])})
        if state.status == "running" and not self._store.holds(LOCK):
            async with self._store.exclusive(LOCK) as free:
                if free:
                    return replace(state, status="interrupted")
        return state

    async def aclose(self) -> None:
        """Stop what goes on; another start begins anew."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, types: tuple[str, ...], begun: asyncio.Future[State]) -> None:
        store = self._store
        async with store.exclusive(LOCK) as mine:
            if not mine:
                raise _busy()
            state = State("running", types, await count_resources(store, types), store.now())
            await store.write(lambda transaction: _remember(transaction, state))
            begun.set_result(state)
            done = 0

            def note(transaction: Transaction, count: int) -> None:
                nonlocal done
                done += count
                _remember(transaction, replace(state, done=done))

            try:
                found = await reindex_types(store, types, settle=self.settle, note=note)
            except Exception as error:
                told = str(error) if isinstance(error, FacadeError) else f"unforeseen {type(error).__name__}"
                frames = "".join(
                    traceback.format_tb(error.__traceback__)
                )  # without its text: no patient data
                log.error("reindexing failed: %s\n%s", type(error).__name__, frames)
                await self._end(replace(state, status="failed", done=done, error=told), Found())
            else:
                await self._end(replace(state, status="complete", done=found.resources), found)

    async def _end(self, state: State, found: Found) -> None:
        ended = replace(state, mended=found.differences + found.due, ended=self._store.now())
        with suppress(FacadeError):  # it will look as if it had been interrupted
            await self._store.write(lambda transaction: _remember(transaction, ended))


def _remember(transaction: Transaction, state: State) -> None:
    transaction.execute(_REMEMBER, (json.dumps(asdict(state)),))


def _busy() -> VersionConflict:
    return VersionConflict("A reindexing is under way: GET $reindex tells how far it is.")
