"""Any sequence of writes, conditional or not, leaves what a dictionary of resources would hold."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from facade.errors import BadRequest, FacadeError, PreconditionFailed, VersionConflict
from facade.flow.local import Changes, Precondition, Written
from facade.store import Store
from facade.store.serialise import from_json
from tests.facade.flow.local.local import criteria, numbered, run
from tests.facade.stores import Ticking

T = TypeVar("T")
IDS = st.sampled_from(["a", "b", "c"])
NUMBERS = st.sampled_from(["1", "2"])
ACTIVE = st.booleans()
VERSIONS = st.sampled_from([None, 1, 2, 3])


class Writes(RuleBasedStateMachine):
    """`living` holds (number, active) by id; `last` each id's last version; `shown` all that was answered."""

    def __init__(self) -> None:
        super().__init__()
        self.living: dict[str, tuple[str, bool]] = {}
        self.last: dict[str, int] = {}
        self.shown: dict[tuple[str, int], bytes] = {}
        self.times: dict[str, int] = {}
        self.made = 0

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.store = Store.open(f"sqlite:///{Path(self.folder.name) / 'facade.db'}", clock=Ticking())

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    def do(self, work: Callable[[Changes], Written], expected: Written | type[FacadeError]) -> None:
        """What the model expects: outcome, id and version; or a refusal."""
        try:
            written = asyncio.run(run(self.store, work))
        except FacadeError as error:
            assert error.__class__ is expected, error
            return
        assert isinstance(expected, Written), expected
        assert (written.outcome, written.id, written.version) == (
            expected.outcome,
            expected.id,
            expected.version,
        )
        if written.outcome in ("created", "updated", "deleted"):
            assert written.updated > self.times.get(written.id, 0)
            self.times[written.id] = written.updated
            self.shown[written.id, written.version] = written.body
        elif written.version:
            assert written.body == self.shown[written.id, written.version]

    def put(self, id: str, number: str, active: bool) -> Written:
        if self.living.get(id) == (number, active):
            return Written("unchanged", "Patient", id, self.last[id])
        outcome: Any = "updated" if id in self.living else "created"
        self.living[id] = (number, active)
        self.last[id] = self.last.get(id, 0) + 1
        return Written(outcome, "Patient", id, self.last[id])

    def drop(self, id: str) -> Written:
        if self.living.pop(id, None) is None:
            return Written("absent", "Patient", id, self.last.get(id, 0))
        self.last[id] += 1
        return Written("deleted", "Patient", id, self.last[id])

    def matches(self, number: str) -> list[str]:
        return [id for id, (own, _) in self.living.items() if own == number]

    def fresh(self) -> str:
        self.made += 1
        return f"new-{self.made}"

    def holds(self, id: str | None, version: int | None) -> bool:
        return version is None or (id in self.living and self.last[id] == version)

    @rule(number=NUMBERS, active=ACTIVE)
    def create(self, number: str, active: bool) -> None:
        id = self.fresh()
        self.do(lambda c: c.create(numbered(id, number, active=active)), self.put(id, number, active))

    @rule(number=NUMBERS, active=ACTIVE)
    def create_unless(self, number: str, active: bool) -> None:
        id, found = self.fresh(), self.matches(number)
        expected: Any = PreconditionFailed
        if not found:
            expected = self.put(id, number, active)
        elif len(found) == 1:
            expected = Written("found", "Patient", found[0], self.last[found[0]])
        one = criteria(identifier=number)
        self.do(lambda c: c.create(numbered(id, number, active=active), one), expected)

    @rule(id=IDS, number=NUMBERS, active=ACTIVE, version=VERSIONS)
    def update(self, id: str, number: str, active: bool, version: int | None) -> None:
        expected: Any = PreconditionFailed
        if self.holds(id, version):
            expected = self.put(id, number, active)
        precondition = Precondition(None if version is None else frozenset({version}))
        self.do(lambda c: c.update(numbered(id, number, active=active), precondition), expected)

    @rule(given=st.none() | IDS, wanted=NUMBERS, number=NUMBERS, active=ACTIVE, version=VERSIONS)
    def update_match(
        self, given: str | None, wanted: str, number: str, active: bool, version: int | None
    ) -> None:
        found = self.matches(wanted)
        id = given or self.fresh()
        match = found[0] if found else None
        expected: Any
        if len(found) > 1 or not self.holds(match, version):
            expected = PreconditionFailed
        elif match is not None:
            expected = BadRequest if given not in (None, match) else self.put(match, number, active)
        else:
            expected = VersionConflict if id in self.living else self.put(id, number, active)
        draft, one = numbered(id, number, active=active), criteria(identifier=wanted)
        precondition = Precondition(None if version is None else frozenset({version}))
        self.do(lambda c: c.update_match(draft, one, precondition, given=given is not None), expected)

    @rule(id=IDS, version=VERSIONS)
    def remove(self, id: str, version: int | None) -> None:
        expected: Any = self.drop(id) if self.holds(id, version) else PreconditionFailed
        precondition = Precondition(None if version is None else frozenset({version}))
        self.do(lambda c: c.remove("Patient", id, precondition), expected)

    @rule(number=NUMBERS)
    def remove_match(self, number: str) -> None:
        found = self.matches(number)
        expected: Any = PreconditionFailed
        if not found:
            expected = Written("absent", "Patient", "")
        elif len(found) == 1:
            expected = self.drop(found[0])
        self.do(lambda c: c.remove_match(criteria(identifier=number)), expected)

    @invariant()
    def the_store_holds_the_model(self) -> None:
        if not hasattr(self, "store"):
            return
        rows = self.store.query("SELECT id, body FROM resource WHERE deleted=0")
        held = {id: from_json(bytes(body)) for id, body in rows}
        assert {
            id: (body["identifier"][0]["value"], body["active"]) for id, body in held.items()
        } == self.living
        found = "SELECT r.id, v.version, v.body FROM resource_version v JOIN resource r ON r.rid=v.rid"
        rows = self.store.query(f"{found} UNION ALL SELECT id, version, body FROM resource")
        assert {(id, version): bytes(body) for id, version, body in rows} == self.shown
        indexed = self.store.query(
            "SELECT DISTINCT r.id, i.code FROM index_token i JOIN resource r ON r.rid=i.rid"
            " JOIN system_uri s ON s.id=i.system WHERE s.uri='urn:mrn'"
        )
        assert set(indexed) == {(id, number) for id, (number, _) in self.living.items()}


TestWrites = Writes.TestCase
TestWrites.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
