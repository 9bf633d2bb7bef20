"""Clients' writes, killed at any moment: no transaction is half there, and none that was told of is lost."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from facade.store import Store
from facade.store.serialise import from_json
from tests.facade.flow.state import index, resources
from tests.flows.writing import PAIRS
from tests.paths import REPO

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills")
KILLS = 8


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path, postgres_url: Callable[[], str]) -> str:
    found = f"sqlite:///{tmp_path / 'facade.db'}" if request.param == "sqlite" else postgres_url()
    Store.open(found).close()
    return found


@pytest.fixture(scope="module")
def writers() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.flows.writing"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPO
    ) as server:
        yield server
        server.communicate()


def written_until_killed(writers: subprocess.Popen[str], order: str) -> dict[str, tuple[int, str]]:
    """What was acknowledged last of each pair: its number, and whether it was `there` or `gone`."""
    assert writers.stdin is not None
    assert writers.stdout is not None
    writers.stdin.write(f"{order}\n")
    writers.stdin.flush()
    told = {}
    for line in writers.stdout:
        if line == "\n":
            break
        name, number, state = line.split()
        told[name] = (int(number), state)
    return told


@pytest.mark.parametrize("how", ["changes", "bundles"])
def test_nothing_is_half_and_nothing_lost(writers: subprocess.Popen[str], url: str, how: str) -> None:
    chance = random.Random(20240131)
    told: dict[str, tuple[int, str]] = {}
    for seed in range(1, KILLS + 1):
        told.update(written_until_killed(writers, f"{chance.uniform(0, 0.3)} {seed} {how} {url}"))
        store = Store.open(url)
        held = halves(store)
        check_indexed(store)
        check_versions(store)
        store.close()
        for name, (number, state) in told.items():
            patient, observation = held.get(name, (-1, -1))
            assert patient == observation, name
            # one more may be kept than could be told
            assert patient > number or patient in (-1, number if state == "there" else -1)
    assert len(told) == PAIRS


def halves(store: Store) -> dict[str, tuple[int, int]]:
    """What the Patient and the Observation of each pair say; -1 where it is not there."""
    found: dict[str, tuple[int, int]] = {}
    stored = resources(store)
    for name in {name.partition("/")[2] for name in stored}:
        patient, observation = stored.get(f"Patient/{name}"), stored.get(f"Observation/{name}")
        found[name] = (
            -1 if patient is None else int(patient["identifier"][0]["value"]),
            -1 if observation is None else int(observation["code"]["text"]),
        )
    return found


def check_indexed(store: Store) -> None:
    """The index tells of what is there, and of nothing else."""
    numbers = {(row[2], row[4]) for row in index(store) if row[1] == "Patient" and row[-1] == "urn:n"}
    stored = resources(store)
    assert numbers == {
        (name.partition("/")[2], one["identifier"][0]["value"])
        for name, one in stored.items()
        if name.startswith("Patient")
    }


def check_versions(store: Store) -> None:
    """Every version from the first to the last is there once, with its own number in its body."""
    former = (
        "SELECT rid, version, body FROM resource_version UNION ALL SELECT rid, version, body FROM resource"
    )
    by_rid: dict[int, list[int]] = {}
    for rid, version, body in store.query(former):
        by_rid.setdefault(rid, []).append(version)
        if body:
            assert from_json(bytes(body))["meta"]["versionId"] == str(version)
    assert all(sorted(versions) == list(range(1, len(versions) + 1)) for versions in by_rid.values())
