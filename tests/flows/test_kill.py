"""Syncs, reconciles and live slices, killed at random moments: the next ends as an undisturbed one does."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from facade.store import Store
from tests.facade.flow.state import state
from tests.flows.histories import Lively, lively_pack
from tests.flows.killed import sync_all
from tests.paths import REPO

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks and kills")

KILLS = 100
KILLS_ON_POSTGRESQL = 12
MODES = ("full", "cursor", "live")
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


async def lives(
    ask_for: Callable[[str], str], new_store: Callable[[int], str], kills: int, folder: Path
) -> int:
    """Stores that are synced, killed at random and compared, until so many kills are done; gives how many."""
    chance = random.Random(20240131)
    killed = life = 0
    longest = {}
    for mode in MODES:  # how long each takes, once
        url = made(new_store(1000 + len(longest)))
        begun = time.monotonic()
        assert ask_for(f"{mode} 1 0 30 {url}") == "done"
        longest[mode] = time.monotonic() - begun
    reach = dict(longest)
    while killed < kills or life % len(MODES):
        mode = MODES[life % len(MODES)]
        url, seed, version = made(new_store(life)), chance.randrange(1000), 0
        for _ in range(LIFE):
            answer = ask_for(f"{mode} {seed} {version} {chance.uniform(0, reach[mode]):.4f} {url}")
            assert answer in ("done", "killed"), answer
            killed += answer == "killed"
            # most are caught alive
            reach[mode] = min(longest[mode], reach[mode] * (1.1 if answer == "killed" else 0.8))
            version += chance.random() < 0.7
        assert ask_for(f"{mode} {seed} {version} 30 {url}") == "done"
        store = Store.open(url)
        found = comparable(store)
        store.close()
        assert found == await undisturbed(mode, seed, version, folder / f"{life}-undisturbed.db"), (
            mode,
            seed,
        )
        life += 1
    print(f"{killed} kills in {life} stores")
    return life


def made(url: str) -> str:
    """With its tables, which take so long to make that most kills would meet that alone."""
    Store.open(url).close()
    return url


@pytest.fixture
def fork_server() -> Iterator[Callable[[str], str]]:
    command = [sys.executable, "-m", "tests.flows.killed"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPO
    ) as server:
        yield lambda line: ask(server, line)
        server.communicate()


async def test_killed_a_hundred_times(tmp_path: Path, fork_server: Callable[[str], str]) -> None:
    await lives(fork_server, lambda life: f"sqlite:///{tmp_path / f'{life}.db'}", KILLS, tmp_path)


async def test_killed_on_postgresql(
    tmp_path: Path, fork_server: Callable[[str], str], postgres_url: Callable[[], str]
) -> None:
    urls: dict[int, str] = {}

    def patient(line: str) -> str:
        """The server may need a moment to see that who held the stream is gone."""
        for _ in range(50):
            answer = fork_server(line)
            if answer != "failed":
                return answer
            time.sleep(0.1)
        return answer

    def new_store(life: int) -> str:
        return urls.setdefault(life, urls.get(life) or postgres_url())

    await lives(patient, new_store, KILLS_ON_POSTGRESQL, tmp_path)
