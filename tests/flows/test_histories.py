"""Whatever a source lives through, a full sync leaves nothing missing and nothing stale."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from connectors.errors import Unreachable
from facade.flow.replay import replay
from facade.flow.sync import How, sync_source, sync_stream
from facade.store import Store
from tests.facade.flow.state import resources, state
from tests.facade.stores import Ticking
from tests.flows.chronicle import Chronicle, Clock, chronicle_pack
from tests.flows.histories import Lively, lively_pack

PACK = lively_pack()


def expected(source: Lively) -> dict[str, str]:
    """The patients and practitioners that must be there, each with its family name."""
    found = {}
    for stream, type in (("person", "Patient"), ("doctor", "Practitioner")):
        for key, row in source.living(stream).items():
            if row["sex"] != "X":  # has no entry in the concept map: refused
                found[f"{type}/{key}"] = row["lname"]
    return found


def held(store: Store) -> dict[str, str]:
    return {
        name: resource["name"][0]["family"]
        for name, resource in resources(store).items()
        if not name.startswith("Observation/")
    }


@pytest.mark.parametrize("seed", range(6))
async def test_a_full_sync_misses_nothing(tmp_path: Path, seed: int) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'a.db'}", clock=Ticking())
    for version in range(4):
        await sync_source(store, PACK, Lively(seed, version), accept_deletes=True)
        late = held(store)
        source = Lively(seed, version)
        await sync_source(store, PACK, source, full=True, accept_deletes=True)
        assert held(store) == expected(source)
        assert version == 0 or late != held(store) or seed % 2, "the history holds nothing hard"
    fresh = Store.open(f"sqlite:///{tmp_path / 'b.db'}")
    await sync_source(fresh, PACK, Lively(seed, 3))
    left, right = state(store), state(fresh)
    assert left == right
    await replay(store, PACK, "emr")
    assert state(store) == left
    store.close()
    fresh.close()


@pytest.mark.parametrize("seed", range(4))
async def test_reads_by_cursor_alone_find_what_commits_within_the_overlap(store: Store, seed: int) -> None:
    for version in range(5):
        source = Lively(seed, version, gentle=True)
        await sync_stream(store, PACK, source, "person", How(batch=7))
        wanted = {name: family for name, family in expected(source).items() if name.startswith("Patient/")}
        assert held(store) == wanted


async def test_a_source_that_breaks_off_again_and_again_still_gets_through(store: Store) -> None:
    class Breaking(Lively):
        left = 0

        async def read(self, *args: object) -> object:  # type: ignore[override]
            self.left += 30
            async for record in super().read(*args):  # type: ignore[arg-type]
                if self.left <= 0:
                    raise Unreachable("gone")
                self.left -= 1
                yield record

    source = Breaking(3, 2, gentle=True)
    for _ in range(60):
        result = await sync_stream(store, PACK, source, "person", How(batch=5))
        if result.error is None:
            break
        assert result.error == "gone"
    else:
        raise AssertionError("never came to an end")
    wanted = {name: family for name, family in expected(source).items() if name.startswith("Patient/")}
    assert held(store) == wanted


SEEDS = 1000
BATCH_OF_SEEDS = 100


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store to copy: its tables take longest to make."""
    path = tmp_path_factory.mktemp("blank") / "blank.db"
    Store.open(f"sqlite:///{path}").close()
    return path


def seeds(first: int) -> Iterable[int]:
    """A batch, or the one that FACADE_SEED names."""
    only = os.environ.get("FACADE_SEED")
    if only is None:
        return range(first, first + BATCH_OF_SEEDS)
    return [int(only)] if first <= int(only) < first + BATCH_OF_SEEDS else []


@pytest.mark.parametrize("first", range(0, SEEDS, BATCH_OF_SEEDS))
async def test_a_thousand_histories(tmp_path: Path, blank: Path, first: int) -> None:
    """Each read keeps its promise, whatever happened before; `FACADE_SEED=17` plays one again."""
    pack = chronicle_pack()
    failed = []
    for seed in seeds(first):
        folder = tmp_path / str(seed)
        folder.mkdir()
        shutil.copy(blank, folder / "facade.db")
        clock = Clock()
        store = Store.open(
            f"sqlite:///{folder / 'facade.db'}", key_file=blank.with_name("blank.db.key"), clock=clock
        )
        chronicle = Chronicle(seed, folder, store, clock, pack)
        try:
            await chronicle.live()
        except AssertionError as error:
            failed.append(str(error).splitlines()[0])
        finally:
            await chronicle.close()
            store.close()
        shutil.rmtree(folder)
    assert not failed, "\n".join(failed)
