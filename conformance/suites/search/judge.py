"""An answer compared with what the matcher finds certain.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from conformance.errors import Failed, NotDeclared, Skipped
from conformance.session import Check
from conformance.statement import dicts
from conformance.suites.search.ask import Answer, Busy, Refused, ask
from conformance.suites.search.query import Query
from conformance.suites.search.requirements import REQUIREMENTS
from conformance.suites.search.scope import Scope
from conformance.suites.search.shape import Shapes
from conformance.validation import misshapen

Json = dict[str, Any]
SELECTIVE = 40  # matches certain; a query that finds more is asked about a few resources only
FEW = 15  # of each kind, then


@dataclass(slots=True)
class Judge:
    """Asks and compares. `busy` are the optional things that the server was too busy for: not asked again."""

    scope: Scope
    shapes: Shapes
    busy: set[str] = field(default_factory=set)

    async def try_(self, query: Query) -> None:
        """One check: ask, compare, book."""
        all_of_them = self.expected(query)
        asked, expected = self._narrow(query, all_of_them)
        async with self.scope.session.check(REQUIREMENTS[query.requirement], asked.subject) as check:
            if query.optional and f"{query.type}, {query.optional}" in self.busy:
                raise Skipped(f"the server was too busy for {query.optional} before")
            try:
                try:
                    answer = await ask(check, asked.type, asked.items)
                except Refused:
                    if asked is query:
                        raise
                    asked, expected = query, all_of_them  # perhaps for the ids: they are our own idea
                    answer = await ask(check, asked.type, asked.items)
            except (Busy, Refused) as trouble:
                raise self._unanswered(query, trouble) from None
            self.shapes.look(asked.type, answer, check)
            if query.requirement in ("chain", "has") and answer.left_out(query.items):
                raise NotDeclared(f"the server does not use {query.optional}, as its self link says")
            await self.compare(check, asked, answer, expected)
            self._exercised(query, expected)
            check.exchanges.clear()  # of what is as it should be nothing is told

    def _unanswered(self, query: Query, trouble: Exception) -> Exception:
        """How the check ends: what is optional may be refused, and a busy server cannot be judged by it."""
        if isinstance(trouble, Busy):
            self.busy.add(f"{query.type}, {query.optional}")
            return Skipped(str(trouble)) if query.optional else Failed(str(trouble))
        if query.optional:
            return NotDeclared(f"the server refuses {query.optional}: {trouble}")
        return Failed(f"the server refuses {_said(query)}: {trouble}")

    async def compare(
        self, check: Check, query: Query, answer: Answer, expected: dict[str, bool | None]
    ) -> None:
        """Fail for each certain match that is not there, and each resource that certainly does not match."""
        items = list(query.items)
        returned = {str(one.get("id")): one for one in answer.matches}
        surplus = [
            id
            for id, one in returned.items()
            if self.usable(one, query) and self._verdict(one, items) is False
        ]
        missing = [id for id, verdict in expected.items() if verdict and id not in returned]
        if not answer.complete:
            missing = []
        if missing:
            missing = await self._still(check, query, missing)
            if not missing and not surplus:
                raise Skipped("the resources that were missing have changed since they were read")
        if missing or surplus:
            parts = [f"{text} {_ids(ids)}" for text, ids in (("misses", missing), ("finds", surplus)) if ids]
            wrong = " and wrongly ".join(parts)
            note = answer.left_out(query.items)
            ignored = f" ({note} is not in the self link)" if note else ""
            raise Failed(f"{_said(query)} {wrong if missing else 'wrongly ' + wrong}{ignored}")
        if query.positive and True not in expected.values():
            raise Skipped(f"nothing certain is known about {_said(query)}")

    def usable(self, resource: Json, query: Query) -> bool:
        """Whether it can be judged; one of another type, or of no sound shape, is told of elsewhere."""
        if resource.get("resourceType") != query.type or not isinstance(resource.get("id"), str):
            return False
        twin = self.scope.world.by_name.get(f"{query.type}/{resource['id']}")  # those there are sound
        if twin != resource and misshapen(resource, self.scope.session.definitions):
            return False
        return all(one.get("code") != "SUBSETTED" for one in dicts(resource.get("meta", {}).get("tag")))

    def same(self, resource: Json) -> Json:
        """The harvested twin of a resource, if it is as it was; else the resource itself."""
        twin = self.scope.world.by_name.get(f"{resource.get('resourceType')}/{resource.get('id')}")
        if twin is not None and twin == resource:
            return twin
        self.scope.alive.append(resource)
        return resource

    def _verdict(self, resource: Json, items: list[tuple[str, str]]) -> bool | None:
        return self.scope.world.all_of(self.same(resource), items)

    async def _still(self, check: Check, query: Query, ids: list[str]) -> list[str]:
        """Those of the missing that are still as they were read: the others are no reason to accuse."""
        found = []
        for id in ids[:5]:
            response = await check.get(f"{query.type}/{id}")
            if response.status in (404, 410):
                continue
            twin = self.scope.world.by_name[f"{query.type}/{id}"]
            if response.status != 200 or response.json() == twin:
                found.append(id)
        return found + (ids[5:] if found else [])

    def expected(self, query: Query) -> dict[str, bool | None]:
        """The verdict on each resource of the type that is looked at."""
        items = list(query.items)
        world = self.scope.world
        return {str(one["id"]): world.all_of(one, items) for one in self.scope.resources(query.type)}

    def _narrow(self, query: Query, expected: dict[str, bool | None]) -> tuple[Query, dict[str, bool | None]]:
        """Where much is found, ask by `_id` about a few resources that match and a few that do not."""
        many = sum(verdict is not False for verdict in expected.values()) > SELECTIVE
        if not many or not self.scope.declares(query.type, "_id") or query.code == "_id":
            return query, expected
        chance = self.scope.chance(query.type, query.requirement, *query.items[0])
        ids = sorted(expected)
        chosen = []
        for wanted in (True, False):
            of_kind = [id for id in ids if expected[id] is wanted]
            chosen += chance.sample(of_kind, min(FEW, len(of_kind)))
        if not chosen:
            return query, expected
        return query.narrowed(sorted(chosen)), {id: expected[id] for id in chosen}

    def _exercised(self, query: Query, expected: dict[str, bool | None]) -> None:
        session = self.scope.session
        name = f"{query.type}?{query.code}"
        if True in expected.values():
            session.tally(EXERCISED).saw(name)
        if False in expected.values():
            session.tally(NEGATIVE).saw(name)
        if ":" in query.name and "." not in query.name and not query.name.startswith("_has"):
            session.tally(MODIFIERS).saw(f"{query.type}?{query.name}")


EXERCISED = "search parameters exercised"
NEGATIVE = "search parameters with a negative query"
MODIFIERS = "search modifiers exercised"


def _said(query: Query) -> str:
    """The query as one reads it aloud, without the list of ids that narrows it."""
    items = [item for item in query.items if item[0] != "_id" or query.code == "_id"]
    narrowed = len(items) < len(query.items)
    text = f"{query.type}?{'&'.join(f'{name}={value}' for name, value in items)}"
    return text + (" (among a few by _id)" if narrowed else "")


def _ids(ids: list[str]) -> str:
    named = ", ".join(ids[:5])
    return named if len(ids) <= 5 else f"{named} and {len(ids) - 5} more"
