"""What comes along with the matches: `_include`, `_revinclude`, `_include:iterate`.

https://hl7.org/fhir/R4/search.html#include · https://hl7.org/fhir/R4/search.html#revinclude
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from conformance.errors import Failed, NotDeclared, Skipped
from conformance.matching import references
from conformance.matching.parameters import Parameter
from conformance.session import Check
from conformance.statement import dicts
from conformance.suites.search.ask import Answer, Refused, ask
from conformance.suites.search.query import Item
from conformance.suites.search.requirements import REQUIREMENTS
from conformance.suites.search.scope import Scope
from conformance.validation import misshapen

Json = dict[str, Any]
INCLUDES = "search includes exercised"
ASKED = 5  # matches of one query
MOST = 25  # resources that refer to one, at most, to ask for them all


@dataclass
class Including:
    """The checks of one type."""

    scope: Scope
    type: str

    def jobs(self) -> Iterator[Coroutine[Any, Any, None]]:
        """One for each declared include that leads to what was read, and one that goes on from there."""
        declared = self.scope.session.statement.types[self.type]
        tally = self.scope.session.tally(INCLUDES)
        for name, specs in (("_include", declared.includes), ("_revinclude", declared.revincludes)):
            for spec in specs:
                parameter = self._parameter(spec)
                if parameter is None:
                    continue
                item = f"{self.type}?{name}={spec}"
                tally.expect(item, "no resource that was read has such a reference")
                forward = name == "_include"
                among = self._referring(parameter) if forward else self._referred_to(parameter)
                if among:
                    yield self._check(name, spec, parameter, among)
        yield from self._further(declared.includes)

    def _parameter(self, spec: str) -> Parameter | None:
        """The parameter of `Type:code`; None for wildcards and for what is not known."""
        type, _, code = spec.partition(":")
        known = self.scope.known.get(type, {}).get(code.partition(":")[0])
        return known if known is not None and known.kind == "reference" else None

    def _referring(self, parameter: Parameter) -> list[Json]:
        world = self.scope.world
        if parameter.type != self.type:
            return []
        return [one for one in self.scope.resources(self.type) if world.targets(one, parameter)][:ASKED]

    def _referred_to(self, parameter: Parameter) -> list[Json]:
        world = self.scope.world
        few = (
            one for one in self.scope.resources(self.type) if 0 < len(world.referring(one, parameter)) <= MOST
        )
        return [one for one, _ in zip(few, range(ASKED), strict=False)]

    async def _check(self, name: str, spec: str, parameter: Parameter, among: list[Json]) -> None:
        session = self.scope.session
        item = f"{self.type}?{name}={spec}"
        there: set[str] = set()
        async with session.check(REQUIREMENTS[name.removeprefix("_")], item) as check:
            answer = await self._ask(check, among, [(name, spec)])
            matches, beside = self._parts(answer)
            if name == "_include":
                wanted = {_name(target) for one in matches for target in self._targets(one, parameter)}
                allowed = {url for one in matches for url in self._urls(one, parameter)}
                wrong = [_name(one) for one in beside if _name(one) not in allowed]
            else:
                wanted = {_name(one) for match in matches for one in self._sources(match, parameter)}
                ids = {_name(match) for match in matches}
                wrong = [
                    _name(one)
                    for one in beside
                    if one.get("resourceType") != parameter.type or not ids & self._urls(one, parameter)
                ]
            there = {_name(one) for one in (*matches, *beside)}
            await self._gone(check, sorted(wanted - there), f"{name}={spec}")
            check.that(not wrong, f"{name}={spec} brings {', '.join(wrong[:5])}, to which it does not lead")
            session.tally(INCLUDES).saw(item)
            if not wanted:
                raise Skipped("none of the matches that came has such a reference")
            check.exchanges.clear()
        if not there:
            return
        async with session.check(REQUIREMENTS["include.mode"], item) as check:
            self._modes(answer, {_name(one) for one in matches})
        if beside and answer.complete and answer.total is not None:
            async with session.check(REQUIREMENTS["include.total"], item) as check:
                told = f"the total is {answer.total}; {len(matches)} match, {len(beside)} are included"
                check.that(answer.total == len(matches), told)

    def _further(self, includes: Iterable[str]) -> Iterator[Coroutine[Any, Any, None]]:
        """The first include that leads to resources which refer to others by a declared include of theirs."""
        world = self.scope.world
        for spec in includes:
            first = self._parameter(spec)
            for one in self._referring(first) if first else ():
                for target in world.targets(one, first) if first else ():
                    declared = self.scope.session.statement.types.get(target["resourceType"])
                    for following in declared.includes if declared else ():
                        second = self._parameter(following)
                        if second and second.type == target["resourceType"] and world.targets(target, second):
                            yield self._iterated(
                                spec, following, one, [_name(x) for x in world.targets(target, second)]
                            )
                            return

    async def _iterated(self, spec: str, following: str, one: Json, wanted: list[str]) -> None:
        items = [("_include", spec), ("_include:iterate", following)]
        subject = f"{self.type}?_include={spec}&_include:iterate={following}"
        async with self.scope.session.check(REQUIREMENTS["include.iterate"], subject) as check:
            answer = await self._ask(check, [one], items)
            if answer.left_out(items):
                raise NotDeclared("the server does not use it, as its self link says")
            there = {_name(each) for each in (*answer.matches, *answer.included)}
            await self._gone(check, sorted(set(wanted) - there), f"_include:iterate={following}")
            check.exchanges.clear()

    async def _ask(self, check: Check, among: list[Json], items: list[Item]) -> Answer:
        ids = [("_id", ",".join(str(one["id"]) for one in among))]
        narrow = ids if self.scope.declares(self.type, "_id") else []
        try:
            return await ask(
                check, self.type, [*narrow, *items], count=50 if narrow else ASKED, pages=2 if narrow else 1
            )
        except Refused as refused:
            if ":iterate" in items[-1][0]:
                raise NotDeclared(f"the server refuses _include:iterate: {refused}") from None
            raise Failed(f"the server declares {items[0][1]} and refuses it: {refused}") from None

    def _parts(self, answer: Answer) -> tuple[list[Json], list[Json]]:
        """The matches, and what is beside them, whether it is marked or not. Raises Skipped."""
        known = self.scope.session.definitions
        for one in (*answer.matches, *answer.included):
            if self.scope.world.by_name.get(_name(one)) != one and misshapen(one, known):
                raise Skipped(f"{_name(one)} has no sound shape: what it refers to cannot be told")
        matches = [one for one in answer.matches if one.get("resourceType") == self.type]
        beside = [one for one in answer.matches if one.get("resourceType") != self.type]
        return matches, [*beside, *answer.included]

    def _modes(self, answer: Answer, matches: set[str]) -> None:
        for bundle in answer.bundles:
            for entry in dicts(bundle.get("entry")):
                resource = entry.get("resource")
                search = entry.get("search")
                mode = search.get("mode") if isinstance(search, dict) else None
                if not isinstance(resource, dict) or resource.get("resourceType") == "OperationOutcome":
                    continue
                if mode not in ("match", "include") or (mode == "match") != (_name(resource) in matches):
                    raise Failed(f"the entry {_name(resource)} has the search mode {mode}")

    def _targets(self, resource: Json, parameter: Parameter) -> list[Json]:
        known = self.scope.world.by_name.get(_name(resource))
        return self.scope.world.targets(known, parameter) if known == resource and known else []

    def _sources(self, match: Json, parameter: Parameter) -> list[Json]:
        known = self.scope.world.by_name.get(_name(match))
        return self.scope.world.referring(known, parameter) if known else []

    def _urls(self, resource: Json, parameter: Parameter) -> set[str]:
        """What a resource refers to: `Type/id` where it is on this server."""
        known = self.scope.world.by_name.get(_name(resource))
        base = self.scope.base_url
        if known is None or known != resource:
            self.scope.alive.append(resource)
            known = resource
        return {
            url for one in self.scope.world.found(known, parameter) if (url := references.literal(one, base))
        }

    async def _gone(self, check: Check, missing: list[str], spec: str) -> None:
        """Fail for what is missing, unless it is not there any more."""
        for name in missing[:5]:
            response = await check.get(name)
            if response.status == 200:
                raise Failed(f"{spec} does not bring {name}")


def _name(resource: Json) -> str:
    return f"{resource.get('resourceType')}/{resource.get('id')}"
