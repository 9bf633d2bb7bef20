"""Who may read a source now: within its connections, one left for live reads, short ones not behind long.

| connections | scheduled reads at once | of these, long ones |
|---|---|---|
| 1 | 1 | 1: a long read holds up all others |
| 2 | 1, and while a long one runs a short one beside it | 1 |
| n | n - 1 | n - 2 |
"""

from __future__ import annotations

from asyncio import Semaphore
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Lanes:
    """The turns of one source's streams; first come, first served."""

    def __init__(self, connections: int) -> None:
        room = max(1, connections - 1)
        self._long = Semaphore(max(1, room - 1))
        self._short = Semaphore(room)
        self._all = Semaphore(2 if connections == 2 else room)

    @asynccontextmanager
    async def turn(self, *, long: bool) -> AsyncIterator[None]:
        """Wait until a read may begin; the block is the read."""
        async with self._long if long else self._short, self._all:
            yield
