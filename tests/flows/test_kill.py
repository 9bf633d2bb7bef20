"""A sync is killed a hundred times at random moments; the next one ends where an undisturbed one does."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from facade.store import Store
from tests.facade.flow.state import state
from tests.flows.histories import Lively, lively_pack
from tests.flows.killed import sync_all
from tests.paths import REPO

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks and kills")

KILLS = 100
LIFE = 12
"""Versions of the source that one store lives through before it is compared and a new one begun."""


async def undisturbed(mode: str, seed: int, version: int, path: Path) -> dict[str, object]:
    """The state of a store that has synced the source as it is, once."""
    store = Store.open(f"sqlite:///{path}")
    try:
        assert await sync_all(
            store, lively_pack(), Lively(seed, version, gentle=mode == "cursor"), full=True
        ) == [None, None]
        return comparable(store)
    finally:
        store.close()


def comparable(store: Store) -> dict[str, object]:
    """All but the cursors, which an undisturbed store may have left elsewhere."""
    found = state(store)
    del found["cursors"]
    return found


def ask(server: subprocess.Popen[str], line: str) -> str:
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write(line + "\n")
    server.stdin.flush()
    return server.stdout.readline().strip()


async def test_killed_a_hundred_times(tmp_path: Path) -> None:
    chance = random.Random(20240131)
    killed, rounds, life = 0, 0, 0
    command = [sys.executable, "-m", "tests.flows.killed"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPO
    ) as server:
        begun = time.monotonic()
        assert ask(server, f"full 1 0 30 {tmp_path / 'first.db'}") == "done"
        reach = longest = time.monotonic() - begun
        while killed < KILLS:
            mode = ("full", "cursor")[life % 2]
            path, seed, version = tmp_path / f"{life}.db", chance.randrange(1000), 0
            for _ in range(LIFE):
                answer = ask(server, f"{mode} {seed} {version} {chance.uniform(0, reach):.4f} {path}")
                rounds += 1
                assert answer in ("done", "killed"), answer
                killed += answer == "killed"
                reach = min(longest, reach * (1.1 if answer == "killed" else 0.8))  # most are caught alive
                version += chance.random() < 0.7
            assert ask(server, f"{mode} {seed} {version} 30 {path}") == "done"
            store = Store.open(f"sqlite:///{path}")
            found = comparable(store)
            store.close()
            assert found == await undisturbed(mode, seed, version, tmp_path / f"{life}-undisturbed.db")
            life += 1
        server.communicate()
    print(f"{killed} kills in {rounds} syncs of {life} stores")
