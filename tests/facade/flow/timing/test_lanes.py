"""Turns of a source's streams: how many at once, and that the short do not wait for the long."""

from __future__ import annotations

import asyncio

import pytest

from facade.flow.timing.lanes import Lanes


@pytest.mark.parametrize(
    ("connections", "long", "short", "both"),
    [(1, 1, 1, (1, 0)), (2, 1, 1, (1, 1)), (3, 1, 2, (1, 1)), (5, 3, 4, (3, 1))],
)
async def test_how_many_at_once(connections: int, long: int, short: int, both: tuple[int, int]) -> None:
    assert await inside(Lanes(connections), long=9, short=0) == (long, 0)
    assert await inside(Lanes(connections), long=0, short=9) == (0, short)
    assert await inside(Lanes(connections), long=9, short=9) == both


async def inside(lanes: Lanes, *, long: int, short: int) -> tuple[int, int]:
    """How many of each are let in while nobody leaves."""
    count = {True: 0, False: 0}

    async def one(is_long: bool) -> None:
        async with lanes.turn(long=is_long):
            count[is_long] += 1
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(one(True)) for _ in range(long)]
    tasks += [asyncio.create_task(one(False)) for _ in range(short)]
    for _ in range(10):
        await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return count[True], count[False]
