"""Many write at once: in one process on both stores, and in two processes."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from facade.store import Store
from facade.store.serialise import from_json
from tests.facade.flow.local.local import patient, run, versions
from tests.facade.flow.local.writer import count_up, create_all
from tests.facade.flow.state import resources
from tests.paths import REPO


async def test_sixty_four_conditional_creates_of_one_thing_make_one(store: Store) -> None:
    told = await create_all(store, 0, 64)
    assert Counter(told) == {"created": 1, "found": 63}
    assert len(resources(store)) == 1


async def test_no_update_is_lost(store: Store) -> None:
    await run(store, lambda c: c.create(patient("counter")))
    await count_up(store, 0, 20)
    check_counter(store, 20)


def check_counter(store: Store, count: int) -> None:
    """Each addition made one version, and each is one longer than the last, and later."""
    assert len(resources(store)["Patient/counter"]["name"]) == count
    assert [version for _, version, _, _ in versions(store)] == list(range(1, count + 2))
    times = [updated for _, _, updated, _ in versions(store)]
    assert times == sorted(set(times))
    bodies = store.query("SELECT version, body FROM resource_version ORDER BY version")
    assert [len(from_json(bytes(body)).get("name", ())) for _, body in bodies] == list(range(count))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path, postgres_url: Callable[[], str]) -> str:
    found = f"sqlite:///{tmp_path / 'facade.db'}" if request.param == "sqlite" else postgres_url()
    Store.open(found).close()
    return found


def in_two_processes(url: str, mode: str, count: int) -> list[str]:
    """What both were told, begun together."""
    with ExitStack() as stack:
        writers = [
            stack.enter_context(
                subprocess.Popen(
                    [
                        sys.executable,
                        "-m",
                        "tests.facade.flow.local.writer",
                        url,
                        mode,
                        str(number),
                        str(count),
                    ],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    cwd=REPO,
                )
            )
            for number in range(2)
        ]
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
        for writer in writers:
            assert writer.stdin is not None
            writer.stdin.write("\n")
            writer.stdin.flush()
        return [word for writer in writers for word in writer.communicate()[0].split()]


def test_two_processes_make_one_thing_once(url: str) -> None:
    told = in_two_processes(url, "create", 32)
    assert Counter(told) == {"created": 1, "found": 63}
    store = Store.open(url)
    assert len(resources(store)) == 1
    store.close()


async def test_two_processes_lose_no_update(url: str) -> None:
    store = Store.open(url)
    await run(store, lambda c: c.create(patient("counter")))
    assert Counter(in_two_processes(url, "count", 8)) == {"added": 16}
    check_counter(store, 16)
    store.close()
