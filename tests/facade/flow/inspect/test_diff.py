"""facade.flow.inspect.diff: what is foretold is what a replay or whole read then does; nothing is written."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import Unreachable
from facade.flow.inspect.diff import diff_source
from facade.flow.inspect.difference import SourceDiff
from facade.flow.replay import replay
from facade.flow.sync import sync_source
from facade.mapping import Pack, parse_pack
from facade.packs import PackFiles
from facade.store import Store
from tests.facade.flow.scripted import GENDER, PATIENT, STREAM, Scripted, pack, row
from tests.facade.flow.state import resources, state
from tests.flows.histories import FILES, Lively, lively_pack

EDITS = [
    ("codes/gender.csv", "F,female", "F,other"),
    ("codes/gender.csv", "M,male\n", "M,male\nX,unknown\n"),
    ("resources/person.yaml", "family: $lname", "family: $lname, use: official"),
    ("resources/person.yaml", "id: $pid", "id: $lname"),
    ("resources/person.yaml", "id: $pid", "when: $sex = 'F'\nid: $pid"),
    ("resources/weight.yaml", "value: $weight", "value: $weight, unit: kg"),
    ("resources/weight.yaml", "stream: person", "stream: person\ndisabled: true"),
    ("resources/weight.yaml", "id: $row", "id: $pid ~ '-w'"),
    ("resources/doctor.yaml", "resource: Practitioner", "resource: Patient"),
    ("resources/doctor.yaml", "id: $pid", "id: $lname"),
    ("resources/doctor.yaml", "gender: $sex | code(gender)", "birthDate: $lname"),
]


def edited(chance: random.Random) -> Pack:
    """The lively pack after some edits, as a person would make them."""
    files = dict(FILES)
    for name, old, new in chance.sample(EDITS, chance.randint(0, 3)):
        files[name] = files[name].replace(old, new)
    return parse_pack(PackFiles("lively", Path(), (files,)))


def foretold(diff: SourceDiff) -> dict[str, tuple[int, int, int]]:
    """(added, changed, gone) by type."""
    counts = {name: (one.added, one.changed, one.gone) for name, one in diff.types.items()}
    return {name: count for name, count in counts.items() if any(count)}


def happened(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[int, int, int]]:
    counts: dict[str, Counter[str]] = {}
    for name in before.keys() | after.keys():
        what = (
            "added"
            if name not in before
            else "gone"
            if name not in after
            else "changed"
            if before[name] != after[name]
            else "same"
        )
        counts.setdefault(name.partition("/")[0], Counter())[what] += 1
    told = {name: (one["added"], one["changed"], one["gone"]) for name, one in counts.items()}
    return {name: count for name, count in told.items() if any(count)}


@pytest.mark.parametrize("seed", range(40))
async def test_what_is_foretold_of_a_replay_happens(store: Store, seed: int) -> None:
    chance = random.Random(seed)
    source = Lively(seed, chance.randrange(3), size=25)
    await sync_source(store, lively_pack(), source)
    before, changed = state(store), edited(chance)
    diff = await diff_source(store, changed, source)
    assert state(store) == before
    assert not diff.errors and not diff.fresh
    await replay(store, changed, "emr")
    assert foretold(diff) == happened(before["resources"], resources(store))
    again = await diff_source(store, changed, source)
    assert not again.differs
    assert sum(one.same for one in again.types.values()) == len(resources(store))


@pytest.mark.parametrize("seed", range(40))
async def test_what_is_foretold_of_a_whole_read_happens(store: Store, seed: int) -> None:
    chance = random.Random(seed)
    await sync_source(store, lively_pack(), Lively(seed, 0, size=25))
    before, changed = state(store), edited(chance)
    source = Lively(seed, 1, size=25)
    diff = await diff_source(store, changed, source, from_source=True)
    assert state(store) == before
    assert set(diff.fresh) == {"person", "doctor"}
    await replay(store, changed, "emr")
    await sync_source(store, changed, source, full=True, accept_deletes=True)
    assert foretold(diff) == happened(before["resources"], resources(store))


async def test_elements_are_told_with_their_resources(store: Store) -> None:
    await sync_source(store, pack(), Scripted([row(1), row(2, sex="X"), row(3, sex="F")]))
    changed = pack(
        **{
            "codes/gender.csv": GENDER + "X,other\n",
            "resources/patient.yaml": PATIENT.replace("family: $lname", "family: $lname, use: official"),
        }
    )
    diff = await diff_source(store, changed, Scripted([]))
    patient = diff.types["Patient"]
    assert (patient.added, patient.changed) == (1, 2)  # without an entry for X there was no Patient/2
    use = patient.elements["Patient.name.use"]
    assert (use.added, use.changed, use.removed) == (2, 0, 0)
    assert {one.after for one in use.examples} == {"official"}
    assert patient.added_examples == ["Patient/2"]


async def test_what_would_be_quarantined_is_told_once(store: Store) -> None:
    source = Scripted([row(1), row(2)])
    await sync_source(store, pack(), source)
    changed = pack(**{"resources/patient.yaml": PATIENT + "  deceasedDateTime: $lname | date\n"})
    diff = await diff_source(store, changed, source)
    ((_, element, _),) = diff.refused
    assert (element, diff.refused.total(), diff.types["Patient"].gone) == ("deceasedDateTime", 2, 2)
    assert all("(" in example for example in diff.types["Patient"].gone_examples)
    await replay(store, changed, "emr")
    assert not (await diff_source(store, changed, source)).refused


async def test_a_column_that_was_never_read_is_fetched_from_the_source(store: Store) -> None:
    await sync_source(store, pack(), Scripted([row(1), row(2)]))
    query = STREAM.format(mode="snapshot", cursor="").replace("SELECT pid", "SELECT died, pid")
    changed = pack(
        **{
            "streams/patient.sql": query,
            "resources/patient.yaml": PATIENT + "  deceasedDateTime: $died | date\n",
        }
    )
    source = Scripted([row(1, died="1970-01-02"), row(2, died="1970-01-03")])
    diff = await diff_source(store, changed, source)
    assert diff.fresh == ("patient",)
    assert diff.types["Patient"].elements["Patient.deceasedDateTime"].added == 2


async def test_a_stream_that_cannot_be_read_says_so_and_claims_nothing(store: Store) -> None:
    await sync_source(store, pack(), Scripted([row(n) for n in range(5)]))

    class Broken(Scripted):
        async def read(self, stream: str, since: Any = None, where: Any = None) -> Any:
            yield next(iter([record async for record in Scripted([row(1), row(99)]).read(stream)]))
            raise Unreachable("source emr: it went away")

    diff = await diff_source(store, pack(), Broken([]), from_source=True)
    assert diff.errors == {"patient": "source emr: it went away"}
    assert not diff.differs


async def test_resources_that_change_hands_are_changed_not_gone(store: Store) -> None:
    source = Scripted([row(1, doctor="2"), row(2, doctor="1"), row(3, doctor="3")])
    await sync_source(store, pack(), source)
    before = resources(store)
    changed = pack(**{"resources/patient.yaml": PATIENT.replace("id: $pid", "id: $doctor")})
    diff = await diff_source(store, changed, source)
    assert foretold(diff) == {"Patient": (0, 2, 0)}
    assert diff.types["Patient"].elements["Patient.name.family"].changed == 2
    await replay(store, changed, "emr")
    assert happened(before, resources(store)) == {"Patient": (0, 2, 0)}
