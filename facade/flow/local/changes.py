"""The changes of one transaction: decided one after the other, each on what those before it left, and written
together.

https://hl7.org/fhir/R4/http.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from facade.errors import BadRequest, NotFound, PreconditionFailed, VersionConflict
from facade.flow.draft import Draft
from facade.flow.local.draft import named
from facade.flow.local.precondition import NO_PRECONDITION, Precondition
from facade.flow.parameters import TYPE, refuse_rivals
from facade.flow.sql import by_parts
from facade.flow.versions import CURRENT, Current, Next, later, next_version, remove, write_next
from facade.search import Search, plan_search
from facade.store import Store, Transaction
from facade.store.access import EVERYTHING, Access
from facade.store.serialise import from_json

MATCH_SECONDS = 2.0
"""How long the search for a match may take: no one else can write meanwhile."""

T = TypeVar("T")
Name = tuple[str, str]
Outcome = Literal["created", "updated", "unchanged", "found", "deleted", "absent"]


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a change. `found`: a conditional create met its one match; `absent`: there was nothing
    to delete, and there is no version if there never was. `updated` is in microseconds; `body` as a read
    answers, empty of what is deleted."""

    outcome: Outcome
    type: str
    id: str
    version: int = 0
    updated: int = 0
    body: bytes = b""


class Changes:
    """Decides changes inside a transaction. A change that is refused (it raises a FacadeError) leaves nothing
    behind, and others may follow; what was decided is written by `flush`, a table at a time.

    On PostgreSQL no other process makes changes until the transaction ends, as on SQLite.
    """

    def __init__(
        self,
        transaction: Transaction,
        now: Callable[[], int],
        access: Access = EVERYTHING,
        seconds: float = MATCH_SECONDS,
    ) -> None:
        """`now` is asked once, when no one else can write any more; a search for a match takes so many
        `seconds` at most."""
        transaction.alone()
        self.now = now()
        self._transaction = transaction
        self._access = access
        self._seconds = seconds
        self._pending: dict[Name, Next | Current] = {}
        self._known: dict[Name, Current | None] = {}

    def create(self, draft: Draft, criteria: Search | None = None) -> Written:
        """A new resource, under the draft's id, which must be one that nothing has; unless the criteria have
        a match. Raises PreconditionFailed if they have several."""
        match = None if criteria is None else self.match(criteria)
        return self._put(draft, None) if match is None else self._as_it_is("found", match)

    def update(self, draft: Draft, precondition: Precondition = NO_PRECONDITION) -> Written:
        """The resource with the draft's id, made if there is none, brought back if it was deleted. What it
        says already makes no new version. Raises PreconditionFailed."""
        current = self.current(draft.type, draft.id)
        precondition.check(draft.type, current)
        return self._put(draft, current)

    def update_match(
        self,
        draft: Draft,
        criteria: Search,
        precondition: Precondition = NO_PRECONDITION,
        *,
        given: bool,
    ) -> Written:
        """The one resource that the criteria match; if none does, a new one with the draft's id. `given`:
        that id is the client's, and not one that nothing has.

        Raises PreconditionFailed if there are several, BadRequest if the match has another id than was given,
        VersionConflict if there is no match but a resource with that id.
        """
        match = self.match(criteria)
        precondition.check(draft.type, match)
        if match is not None:
            if given and match.id != draft.id:
                raise BadRequest(
                    f"The {draft.type} that matches has another id than the one sent.",
                    expression=f"{draft.type}.id",
                )
            return self._put(named(draft, match.id), match)
        current = self.current(draft.type, draft.id) if given else None
        if current is not None and not current.deleted:
            raise VersionConflict(
                f"No {draft.type} matches, but there is one with the id that was sent.",
                expression=f"{draft.type}.id",
            )
        return self._put(draft, current)

    def remove(self, type: str, id: str, precondition: Precondition = NO_PRECONDITION) -> Written:
        """Delete a resource; that there is none is no failure. Raises PreconditionFailed."""
        current = self.current(type, id)
        precondition.check(type, current)
        if current is None:
            return Written("absent", type, id)
        return self._remove(current)

    def remove_match(self, criteria: Search, precondition: Precondition = NO_PRECONDITION) -> Written:
        """Delete the one resource that the criteria match, if there is one. Raises PreconditionFailed if
        there are several."""
        match = self.match(criteria)
        precondition.check(criteria.type, match)
        return Written("absent", criteria.type, "") if match is None else self._remove(match)

    def match(self, criteria: Search) -> Current | None:
        """The one living resource that criteria (see as_criteria) match. Raises PreconditionFailed if there
        are several, TooCostly if that cannot be told in time."""
        self.flush()
        plan = plan_search(criteria, self._access, self._transaction.dialect)
        rows = self._transaction.search(*plan.page, self._seconds)
        if len(rows) > 1:
            raise PreconditionFailed(f"More than one {criteria.type} matches the criteria: nothing was done.")
        return Current(*self._transaction.execute(CURRENT + "rid=?", (rows[0][0],))[0]) if rows else None

    def current(self, type: str, id: str) -> Current | None:
        """A resource as it stands after the changes so far, deleted ones too. Raises NotFound if it is out of
        the caller's reach."""
        if (type, id) in self._pending:
            self.flush()
        if (type, id) not in self._known:
            self.look_up(type, (id,))
        return self._known[type, id]

    def look_up(self, type: str, ids: Sequence[str]) -> None:
        """Ask for many resources at once, of those that `current` or an update will ask for."""
        found = {(type, id): None for id in ids}
        clause, values = self._access.clause("resource")
        execute = self._transaction.execute
        rows = by_parts(execute, f"{CURRENT}type=?{clause} AND id IN", ids, (type, *values))
        if clause and len(rows) < len(found):
            hidden = by_parts(execute, f"{CURRENT}type=? AND id IN", ids, (type,))
            if len(hidden) > len(rows):
                raise NotFound(f"There is no such {type}.")
        self._known.update(found)
        self._known.update({(row[1], row[2]): Current(*row) for row in rows})

    def body(self, current: Current) -> bytes:
        """What a read of it answers."""
        sql = "SELECT body FROM resource WHERE rid=?"
        return bytes(self._transaction.execute(sql, (current.rid,))[0][0])

    def flush(self) -> None:
        """Write what was decided."""
        if not self._pending:
            return
        following = [one for one in self._pending.values() if isinstance(one, Next)]
        removed = [one for one in self._pending.values() if isinstance(one, Current)]
        if following:
            write_next(self._transaction, following)
        if removed:
            remove(self._transaction, removed, self.now)
        for name in self._pending:
            self._known.pop(name, None)
        self._pending.clear()

    def _put(self, draft: Draft, current: Current | None) -> Written:
        if current is not None and current.holds(draft.content):
            return self._as_it_is("unchanged", current)
        following = next_version(draft, current, self.now)
        if draft.type == TYPE:
            self.flush()
            refuse_rivals(self._transaction, from_json(following.body), current and current.rid)
        self._pending[draft.type, draft.id] = following
        outcome: Outcome = "created" if current is None or current.deleted else "updated"
        return Written(outcome, draft.type, draft.id, following.version, following.updated, following.body)

    def _remove(self, current: Current) -> Written:
        if current.deleted:
            return Written("absent", current.type, current.id, current.version, current.updated)
        self._pending[current.type, current.id] = current
        updated = later(current, self.now)
        return Written("deleted", current.type, current.id, current.version + 1, updated)

    def _as_it_is(self, outcome: Outcome, current: Current) -> Written:
        version, updated = current.version, current.updated
        return Written(outcome, current.type, current.id, version, updated, self.body(current))


async def change(store: Store, access: Access, work: Callable[[Changes], T]) -> T:
    """Run `work` in a transaction of the store and write what it decides; gives its result when durable.

    Raises what the work raises, or Unavailable: nothing of it is kept then.
    """

    def run(transaction: Transaction) -> T:
        changes = Changes(transaction, store.now, access, min(MATCH_SECONDS, store.search_seconds))
        result = work(changes)
        changes.flush()
        return result

    return await store.write(run)
