"""Changes, on both stores: what each does, what is refused, and what a refusal leaves."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from facade.errors import BadRequest, FacadeError, NotFound, PreconditionFailed, TooCostly, VersionConflict
from facade.flow.local import Changes, Precondition, Written, change
from facade.store import Store, Transaction
from facade.store.access import Access
from facade.store.serialise import from_json, instant
from tests.facade.flow.local.local import criteria, numbered, patient, run, versions
from tests.facade.flow.state import index, resources


async def test_a_resource_through_its_life(store: Store) -> None:
    made = await run(store, lambda changes: changes.create(patient("a", active=True)))
    assert (made.outcome, made.type, made.id, made.version) == ("created", "Patient", "a", 1)
    assert from_json(made.body) == {
        "resourceType": "Patient",
        "id": "a",
        "meta": {"versionId": "1", "lastUpdated": instant(made.updated)},
        "active": True,
    }
    same = await run(store, lambda changes: changes.update(patient("a", active=True)))
    assert (same.outcome, same.version, same.body) == ("unchanged", 1, made.body)
    other = await run(store, lambda changes: changes.update(patient("a", active=False)))
    assert (other.outcome, other.version) == ("updated", 2)
    gone = await run(store, lambda changes: changes.remove("Patient", "a"))
    assert (gone.outcome, gone.version, gone.body) == ("deleted", 3, b"")
    again = await run(store, lambda changes: changes.remove("Patient", "a"))
    assert (again.outcome, again.version, again.updated) == ("absent", 3, gone.updated)
    assert resources(store) == {}
    assert index(store) == set()
    back = await run(store, lambda changes: changes.update(patient("a", active=False)))
    assert (back.outcome, back.version) == ("created", 4)
    times = [made.updated, other.updated, gone.updated, back.updated]
    assert versions(store) == [("a", at + 1, time, int(at == 2)) for at, time in enumerate(times)]
    assert times == sorted(set(times))
    assert (await run(store, lambda changes: changes.remove("Patient", "b"))) == Written(
        "absent", "Patient", "b"
    )


async def test_what_a_client_says_of_the_version_is_ours_to_say(store: Store) -> None:
    meta = {"versionId": 7, "lastUpdated": "yesterday", "tag": [{"code": "x"}]}
    made = await run(store, lambda changes: changes.create(patient("a", meta=meta)))
    shown = from_json(made.body)["meta"]
    assert shown == {"versionId": "1", "lastUpdated": instant(made.updated), "tag": [{"code": "x"}]}


@pytest.mark.parametrize(
    ("precondition", "place"),
    [
        (Precondition(frozenset({2})), "http.If-Match"),
        (Precondition(frozenset({2, 3})), "http.If-Match"),
        (Precondition(exists=False), "http.If-None-Match"),
    ],
)
async def test_a_precondition_that_does_not_hold(
    store: Store, precondition: Precondition, place: str
) -> None:
    await run(store, lambda changes: changes.create(numbered("a", "1")))
    before = versions(store)
    draft = numbered("a", "1", active=True)
    for work in (
        lambda changes: changes.update(draft, precondition),
        lambda changes: changes.remove("Patient", "a", precondition),
        lambda changes: changes.update_match(draft, criteria(identifier="1"), precondition, given=True),
        lambda changes: changes.remove_match(criteria(identifier="1"), precondition),
    ):
        with pytest.raises(PreconditionFailed) as refusal:
            await run(store, work)
        assert refusal.value.expression == place
    assert versions(store) == before


@pytest.mark.parametrize("id", ["gone", "never"])
async def test_preconditions_of_what_is_not_there(store: Store, id: str) -> None:
    await run(store, lambda changes: changes.create(patient("gone")))
    await run(store, lambda changes: changes.remove("Patient", "gone"))

    def refusals(changes: Changes) -> int:
        count = 0
        for precondition in (Precondition(frozenset({1, 2})), Precondition(exists=True)):
            for work in (
                lambda p: changes.update(patient(id), p),
                lambda p: changes.remove("Patient", id, p),
            ):
                with pytest.raises(PreconditionFailed):
                    work(precondition)
                count += 1
        return count

    assert await run(store, refusals) == 4
    made = await run(store, lambda changes: changes.update(patient(id), Precondition(exists=False)))
    assert made.outcome == "created"


async def test_a_conditional_create(store: Store) -> None:
    first = await run(store, lambda c: c.create(numbered("a", "1"), criteria(identifier="urn:mrn|1")))
    second = await run(store, lambda c: c.create(numbered("b", "1"), criteria(identifier="urn:mrn|1")))
    assert (first.outcome, second.outcome) == ("created", "found")
    assert (second.id, second.version, second.body) == ("a", 1, first.body)
    await run(store, lambda c: c.create(numbered("c", "1")))
    with pytest.raises(PreconditionFailed, match="More than one Patient matches"):
        await run(store, lambda c: c.create(numbered("d", "1"), criteria(identifier="urn:mrn|1")))
    assert set(resources(store)) == {"Patient/a", "Patient/c"}


async def test_a_conditional_update(store: Store) -> None:
    one = criteria(identifier="urn:mrn|1")
    made = await run(store, lambda c: c.update_match(numbered("x", "1"), one, given=False))
    assert (made.outcome, made.id) == ("created", "x")
    changed = await run(store, lambda c: c.update_match(numbered("y", "1", active=True), one, given=False))
    assert (changed.outcome, changed.id, changed.version) == ("updated", "x", 2)
    assert from_json(changed.body)["id"] == "x"
    same = await run(store, lambda c: c.update_match(numbered("x", "1", active=True), one, given=True))
    assert same.outcome == "unchanged"
    with pytest.raises(BadRequest, match="another id"):
        await run(store, lambda c: c.update_match(numbered("y", "1"), one, given=True))
    two = criteria(identifier="urn:mrn|2")
    with pytest.raises(VersionConflict, match="with the id that was sent"):
        await run(store, lambda c: c.update_match(numbered("x", "2"), two, given=True))
    await run(store, lambda c: c.remove("Patient", "x"))
    back = await run(store, lambda c: c.update_match(numbered("x", "2"), two, given=True))
    assert (back.outcome, back.version) == ("created", 4)
    await run(store, lambda c: c.create(numbered("z", "2")))
    with pytest.raises(PreconditionFailed):
        await run(store, lambda c: c.update_match(numbered("y", "2"), two, given=False))
    assert set(resources(store)) == {"Patient/x", "Patient/z"}


async def test_a_patient_found_by_criteria_is_in_its_own_compartment(store: Store) -> None:
    one = criteria(identifier="1")
    await run(store, lambda c: c.create(numbered("x", "1")))
    await run(store, lambda c: c.update_match(numbered("y", "1", active=True), one, given=False))
    assert store.query("SELECT id, patient FROM resource") == [("x", "x")]


async def test_a_conditional_delete(store: Store) -> None:
    one = criteria(identifier="1")
    assert (await run(store, lambda c: c.remove_match(one))).outcome == "absent"
    await run(store, lambda c: c.create(numbered("a", "1")))
    gone = await run(store, lambda c: c.remove_match(one))
    assert (gone.outcome, gone.id, gone.version) == ("deleted", "a", 2)
    await run(store, lambda c: c.create(numbered("b", "1")))
    await run(store, lambda c: c.create(numbered("c", "1")))
    with pytest.raises(PreconditionFailed):
        await run(store, lambda c: c.remove_match(one))
    assert set(resources(store)) == {"Patient/b", "Patient/c"}


async def test_each_change_sees_those_before_it(store: Store) -> None:
    one = criteria(identifier="1")

    def work(c: Changes) -> list[tuple[str, str, int]]:
        done = [
            c.create(numbered("a", "1")),
            c.create(numbered("b", "1"), one),
            c.update(numbered("a", "1", active=True)),
            c.update(numbered("a", "2")),
            c.create(numbered("b", "1"), one),
            c.remove("Patient", "b"),
            c.remove("Patient", "b"),
            c.update(numbered("b", "3")),
            c.remove_match(criteria(identifier="2")),
        ]
        return [(one.outcome, one.id, one.version) for one in done]

    assert await run(store, work) == [
        ("created", "a", 1),
        ("found", "a", 1),
        ("updated", "a", 2),
        ("updated", "a", 3),
        ("created", "b", 1),
        ("deleted", "b", 2),
        ("absent", "b", 2),
        ("created", "b", 3),
        ("deleted", "a", 4),
    ]
    assert set(resources(store)) == {"Patient/b"}
    assert [(id, version) for id, version, _, _ in versions(store)] == [
        *[("a", number) for number in range(1, 5)],
        *[("b", number) for number in range(1, 4)],
    ]


async def test_a_refused_change_leaves_the_others_or_takes_them_along(store: Store) -> None:
    await run(store, lambda c: c.create(patient("a")))

    def batch(c: Changes) -> list[str]:
        told = []
        for id, precondition in (
            ("b", Precondition()),
            ("a", Precondition(frozenset({9}))),
            ("c", Precondition()),
        ):
            try:
                told.append(c.update(patient(id, active=True), precondition).outcome)
            except FacadeError as error:
                told.append(type(error).__name__)
        return told

    assert await run(store, batch) == ["created", "PreconditionFailed", "created"]

    def transaction(c: Changes) -> None:
        c.create(patient("d"))
        c.flush()
        c.remove("Patient", "b")
        c.update(patient("a"), Precondition(frozenset({9})))

    with pytest.raises(PreconditionFailed):
        await run(store, transaction)
    assert set(resources(store)) == {"Patient/a", "Patient/b", "Patient/c"}


async def test_nothing_out_of_reach_is_touched(store: Store) -> None:
    await run(store, lambda c: c.create(numbered("mine", "1")))
    await run(store, lambda c: c.create(numbered("theirs", "1")))
    reach = Access(frozenset({"mine"}))
    for work in (
        lambda c: c.update(patient("theirs")),
        lambda c: c.remove("Patient", "theirs"),
    ):
        with pytest.raises(NotFound):
            await change(store, reach, work)
    gone = await change(store, reach, lambda c: c.remove_match(criteria(identifier="1")))
    assert (gone.outcome, gone.id) == ("deleted", "mine")
    assert set(resources(store)) == {"Patient/theirs"}


async def test_many_are_looked_up_at_once(store: Store) -> None:
    await run(store, lambda c: c.create(patient("a")))
    asked: list[str] = []

    def work(transaction: Transaction) -> list[str]:
        changes = Changes(transaction, store.now)
        changes.look_up("Patient", ["a", "b"])
        execute = transaction.execute
        transaction.execute = lambda sql, params=(): asked.append(sql) or execute(sql, params)  # type: ignore
        outcomes = [changes.update(patient(id, active=True)).outcome for id in ("a", "b")]
        assert asked == []
        changes.flush()
        return outcomes

    assert await store.write(work) == ["updated", "created"]
    assert asked


async def test_a_search_for_a_match_is_broken_off(store: Store) -> None:
    """And what was decided before it, and what comes after, is kept."""
    slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n"

    def work(transaction: Transaction) -> str:
        changes = Changes(transaction, store.now)
        changes.create(patient("before"))
        changes.flush()
        with pytest.raises(TooCostly):
            transaction.search(slow, (), 0.05)
        changes.create(patient("after"))
        changes.flush()
        assert transaction.search("SELECT 1", (), 0.05) == [(1,)]
        return str(changes.match(criteria(_id="after")))

    assert "after" in await store.write(work)
    assert {"Patient/before", "Patient/after"} <= resources(store).keys()


async def test_time_goes_on_though_the_clock_does_not(store: Store) -> None:
    def at(micros: int) -> Callable[[Transaction], int]:
        def work(transaction: Transaction) -> int:
            changes = Changes(transaction, lambda: micros)
            written = (
                changes.remove("Patient", "a")
                if micros % 2
                else changes.update(patient("a", active=micros < 100_000))
            )
            changes.flush()
            return written.updated

        return work

    times = [await store.write(at(micros)) for micros in (90_000, 90_001, 90_000, 1, 200_000)]
    assert times == [90_000, 91_000, 92_000, 93_000, 200_000]
    assert [updated for _, _, updated, _ in versions(store)] == times
