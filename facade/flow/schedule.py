"""Keeps the store fresh: each stream on its own interval, never overlapping itself.

https://apscheduler.readthedocs.io/en/3.x/
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from facade.flow.plans import Plan
from facade.flow.sync import SyncResult, describe, sync_stream
from facade.store import Store

log = logging.getLogger(__name__)

OWNER = "schedule"
"""The name that one process of all that share a store holds."""


class Schedule:
    """Runs the plans from `start` to `stop`. Of several processes on one store, one works, the rest wait."""

    def __init__(self, store: Store, plans: Iterable[Plan], *, retry_owner: float = 15.0) -> None:
        self._store = store
        self._plans = list(plans)
        self._retry_owner = retry_owner
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._owning = AsyncExitStack()
        self._running: set[asyncio.Task[Any]] = set()
        self._gates: dict[str, asyncio.Semaphore] = {}
        self._told: dict[str, str] = {}
        self._lately: dict[str, set[str]] = {}
        self.owner = False

    async def start(self) -> None:
        """Begin; the first reads start at once, and come to their end in the background."""
        logging.getLogger("apscheduler").setLevel(
            logging.ERROR
        )  # its warnings on skipped runs are our design
        self._add(self._own, self._retry_owner, "own")
        self._scheduler.start()

    async def stop(self) -> None:
        """End the reads under way after their last durable batch; safe to call twice."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._owning.aclose()
        self.owner = False

    def _add(self, work: Any, every: float, name: str, *args: Any) -> None:
        now = datetime.now(UTC)
        options = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None, "next_run_time": now}
        self._scheduler.add_job(self._tracked, "interval", (work, *args), seconds=every, id=name, **options)

    async def _tracked(self, work: Any, *args: Any) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            await work(*args)
        except asyncio.CancelledError:
            if self._scheduler.running:
                raise
        finally:
            self._running.discard(task)

    async def _own(self) -> None:
        """Try to become the process that syncs; once it is, the streams' jobs begin."""
        if self.owner:
            return
        try:
            self.owner = await self._owning.enter_async_context(self._store.exclusive(OWNER))
        except Exception as error:
            log.warning("schedules wait: %s", type(error).__name__)
        if self.owner:
            for plan in self._plans:
                gate = asyncio.Semaphore(int(getattr(plan.connector, "max_connections", 2)))
                self._gates.setdefault(plan.connector.name, gate)
                self._add(self._sync, plan.every, f"{plan.connector.name}/{plan.stream}", plan)
        else:
            await self._owning.aclose()

    async def _sync(self, plan: Plan) -> None:
        async with self._gates[plan.connector.name]:
            try:
                how = replace(plan.how, full=await self._full_is_due(plan))
                result = await sync_stream(self._store, plan.pack, plan.connector, plan.stream, how)
            except Exception as error:  # the store's, for one: another time
                result = SyncResult(plan.connector.name, plan.stream, "incremental", error=describe(error))
        self._tell(result)

    def _tell(self, result: SyncResult) -> None:
        """Log what went wrong once: not each time it is met again, nor for each stream of one source."""
        name, error = f"{result.source}.{result.stream}", result.error
        lately = self._lately.setdefault(result.source, set())
        if error is None:
            lately.clear()
            if self._told.pop(name, None):
                log.warning("%s works again", name)
        elif error not in lately and error != self._told.get(name):
            lately.add(error)
            self._told[name] = error
            log.warning("%s", result.told)

    async def _full_is_due(self, plan: Plan) -> bool:
        sql = "SELECT cursor, last_full FROM stream_state WHERE source=? AND name=?"
        rows = await self._store.fetch(sql, (plan.connector.name, plan.stream))
        if not rows or rows[0][0] is None:
            return False  # the first read is of all anyway
        last_full = rows[0][1]
        return last_full is None or self._store.now() - last_full >= plan.full_every * 1e6
