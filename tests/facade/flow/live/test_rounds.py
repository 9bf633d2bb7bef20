"""Rounds: who may share an asking, and who has to wait for the next."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest

from facade.errors import Unavailable
from facade.flow.live.rounds import Rounds


class Asked:
    """Work that counts how often it was begun, and ends when it is let go."""

    def __init__(self) -> None:
        self.times = 0
        self.gate = asyncio.Event()

    async def __call__(self) -> int:
        self.times += 1
        await self.gate.wait()
        return self.times


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def turns(count: int = 20) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_who_arrives_together_shares_one_round() -> None:
    rounds, work = Rounds(), Asked()
    work.gate.set()
    joined = [rounds.join("slice", work) for _ in range(50)]
    await asyncio.gather(*(one.task for one in joined))
    assert work.times == 1
    assert len({id(one) for one in joined}) == 1


async def test_who_arrives_one_turn_after_another_shares_one_round() -> None:
    rounds, work = Rounds(clock=Clock()), Asked()
    first = rounds.join("slice", work)
    for _ in range(10):
        await asyncio.sleep(0)
        assert rounds.join("slice", work) is first
    work.gate.set()
    await first.task
    assert work.times == 1


async def test_a_crowd_that_never_ends_is_not_waited_for() -> None:
    clock = Clock()
    rounds, work = Rounds(clock=clock), Asked()
    first = rounds.join("slice", work)
    for _ in range(20):
        clock.now += 0.001
        await asyncio.sleep(0.001)
        rounds.join("slice", work)
    assert first.sent is not None
    assert rounds.running("slice") is first


async def test_who_comes_after_the_sending_waits_for_the_next_round() -> None:
    rounds, work = Rounds(), Asked()
    first = rounds.join("slice", work)
    await turns()
    late, later = rounds.join("slice", work), rounds.join("slice", work)
    assert late is later is not first
    await turns()
    assert work.times == 1, "one at a time"
    work.gate.set()
    await late.task
    assert work.times == 2
    assert first.sent is not None
    assert late.sent is not None
    assert first.sent <= late.sent


async def test_an_age_that_is_borne_joins_what_is_under_way() -> None:
    clock = Clock()
    rounds, work = Rounds(clock=clock), Asked()
    first = rounds.join("slice", work)
    await turns()
    clock.now = 105.0
    assert rounds.join("slice", work, 100.0) is first
    assert rounds.join("slice", work, 100.5) is not first
    work.gate.set()
    await first.task
    assert rounds.asked("slice") == 100.0


async def test_other_keys_do_not_wait() -> None:
    rounds, one, other = Rounds(), Asked(), Asked()
    other.gate.set()
    rounds.join("one", one)
    await rounds.join("other", other).task
    assert (one.times, other.times) == (1, 1)


async def test_a_failure_reaches_all_who_wait_and_the_next_round_asks_again() -> None:
    rounds = Rounds()
    failures = [ValueError("down"), None]

    async def work() -> None:
        failure = failures.pop(0)
        if failure is not None:
            raise failure

    joined = [rounds.join("slice", work), rounds.join("slice", work)]
    for one in joined:
        with pytest.raises(ValueError, match="down"):
            await one.task
    assert rounds.asked("slice") is None
    await rounds.join("slice", work).task
    assert rounds.asked("slice") is not None


async def test_who_leaves_cancels_nothing_that_others_wait_for() -> None:
    rounds, work = Rounds(), Asked()

    async def client() -> None:
        await asyncio.wait({rounds.join("slice", work).task})

    leaving, staying = asyncio.create_task(client()), asyncio.create_task(client())
    await turns()
    leaving.cancel()
    await turns()
    assert not staying.done()
    work.gate.set()
    await staying
    assert work.times == 1


async def test_rounds_of_one_key_begin_apart() -> None:
    rounds, begun = Rounds(apart=0.05), list[float]()
    loop = asyncio.get_running_loop()

    def note() -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            begun.append(loop.time())

        return work

    for _ in range(3):
        await rounds.join("stream", note()).task
    assert all(after - before >= 0.045 for before, after in pairwise(begun))


async def test_closing_ends_what_is_under_way_and_what_waits() -> None:
    rounds, work = Rounds(), Asked()
    first = rounds.join("slice", work)
    await turns()
    second = rounds.join("slice", work)
    await rounds.aclose()
    assert first.task.cancelled()
    assert second.task.cancelled()
    assert work.times == 1
    with pytest.raises(Unavailable, match="the server is being stopped"):
        rounds.join("slice", work)
