"""How an answer is given: pages, totals, the self link, POST; and modifiers that nobody knows.

https://hl7.org/fhir/R4/search.html#return
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

from conformance.errors import Failed, NotDeclared, Skipped
from conformance.session import Check
from conformance.suites.search.ask import Answer, Refused, ask
from conformance.suites.search.query import Item, Query
from conformance.suites.search.requirements import REQUIREMENTS
from conformance.suites.search.scope import Scope
from conformance.suites.search.shape import Shapes

SPLIT = 4  # pages that all resources of a type are asked in
WALKED = 12  # pages, at most: a server may give smaller ones


@dataclass
class Results:
    """The checks of one type; `sample` is a query that finds something, if there is one."""

    scope: Scope
    type: str
    sample: Query | None
    shapes: Shapes

    def jobs(self) -> Iterator[Coroutine[Any, Any, None]]:
        """All of them."""
        yield self._pages()
        yield self._counted("summary.count", [("_summary", "count")], -1)
        yield self._counted("count.zero", [], 0)
        yield self._accurate()
        if self.sample is not None:
            yield self._post(self.sample)
            yield self._self(self.sample)
            yield self._unknown(self.sample)

    def _check(self, requirement: str, subject: str = "") -> Check:
        return self.scope.session.check(REQUIREMENTS[requirement], subject or self.type)

    async def _ask(self, check: Check, items: list[Item], **how: Any) -> Answer:
        try:
            answer = await ask(check, self.type, items, **how)
            self.shapes.look(self.type, answer, check)
            return answer
        except Refused as refused:
            raise Failed(f"the search is refused: {refused}") from None

    async def _pages(self) -> None:
        """Small pages: none too large, none with what another has, and together all there is."""
        pool = self.scope.pools[self.type]
        size = max(1, -(-len(pool.resources) // SPLIT) if pool.whole else 50)
        answer: Answer | None = None
        async with self._check("page.size") as check:
            answer = await self._ask(check, [], count=size, pages=WALKED if pool.whole else 2)
            for bundle in answer.bundles:
                found = len(Answer([bundle]).matches)
                check.that(found <= size, f"_count={size}, and a page has {found} matches")
            check.exchanges.clear()
        if answer is None or not answer.bundles:
            return
        ids = [str(one.get("id")) for one in answer.matches]
        more = {str(one.get("id")) for one in pool.resources} - set(ids)
        alone = len(answer.bundles) == 1 and len(ids) == size and bool(more)
        async with self._check("page.next") as check:
            check.that(not alone, f"_count={size} gives {size} of {len(ids) + len(more)} and no next link")
        async with self._check("page.union") as check:
            if alone:
                raise NotDeclared("the server does not give more than one page")
            if not pool.whole:
                raise Skipped(pool.trouble)
            if not answer.complete:
                raise Skipped(f"there are more than {WALKED} pages of {size}")
            known = {str(one.get("id")) for one in pool.resources}
            if set(ids) != known or len(ids) != len(known):
                await self._again(check, ids, known, size)
            check.exchanges.clear()

    async def _again(self, check: Check, ids: list[str], known: set[str], size: int) -> None:
        """What differs may have changed meanwhile: judge what both walks give now."""
        small = await self._ask(check, [], count=size, pages=WALKED)
        large = await self._ask(check, [], pages=WALKED)
        now = [str(one.get("id")) for one in small.matches]
        whole = {str(one.get("id")) for one in large.matches}
        if set(now) == whole and len(now) == len(whole):
            raise Skipped("resources have come or gone while they were read")
        twice = sorted({id for id in now if now.count(id) > 1})
        missing, more = sorted(whole - set(now)), sorted(set(now) - whole)
        kinds = (("have twice", twice), ("lack", missing), ("have beyond the whole", more))
        told = [f"{text} {', '.join(some[:5])}" for text, some in kinds if some]
        raise Failed(f"the pages of {size} {' and '.join(told)}")

    async def _counted(self, requirement: str, items: list[Item], count: int) -> None:
        async with self._check(requirement) as check:
            try:
                answer = await ask(check, self.type, items, count=count, pages=1)
            except Refused as refused:
                if requirement == "summary.count":
                    raise NotDeclared(f"the server refuses _summary=count: {refused}") from None
                raise Failed(f"_count=0 is refused: {refused}") from None
            if items and answer.left_out(items):
                raise NotDeclared("the server does not use it, as its self link says")
            check.that(not answer.matches, f"there are {len(answer.matches)} resources in the answer")
            self._total(answer, "no total is given")
            check.exchanges.clear()

    async def _accurate(self) -> None:
        items: list[Item] = [("_total", "accurate")]
        async with self._check("total.accurate") as check:
            try:
                answer = await ask(check, self.type, items, count=1, pages=1)
            except Refused as refused:
                raise NotDeclared(f"the server refuses _total: {refused}") from None
            if answer.total is None or answer.left_out(items):
                raise NotDeclared("the server does not use _total")
            self._total(answer, "")
            check.exchanges.clear()

    def _total(self, answer: Answer, otherwise: str) -> None:
        """Fail unless the total is the number of resources that were read."""
        pool = self.scope.pools[self.type]
        if answer.total is None:
            raise Failed(otherwise)
        if pool.whole and answer.total != len(pool.resources):
            raise Failed(f"the total is {answer.total}, and there are {len(pool.resources)} resources")
        if not pool.whole and answer.total < len(pool.resources):
            raise Failed(
                f"the total is {answer.total}, and {len(pool.resources)} were read, and more are there"
            )

    async def _post(self, query: Query) -> None:
        async with self._check("post", query.subject) as check:
            by_get = await self._ask(check, list(query.items))
            try:
                by_post = await ask(check, self.type, query.items, post=True)
            except Refused as refused:
                if refused.status in (404, 405):
                    raise NotDeclared(f"there is no POST to _search: {refused}") from None
                raise Failed(f"POST to _search is refused: {refused}") from None
            one, other = ({str(each.get("id")) for each in answer.matches} for answer in (by_get, by_post))
            differ = sorted(one ^ other)
            check.that(not differ, f"POST and GET differ about {', '.join(differ[:5])}")
            check.exchanges.clear()

    async def _self(self, query: Query) -> None:
        async with self._check("self", query.subject) as check:
            answer = await self._ask(check, list(query.items))
            check.that(answer.used is not None, "there is no self link")
            left_out = answer.left_out(query.items)
            check.that(not left_out, f"the self link does not have {left_out}, which was used")
            check.exchanges.clear()

    async def _unknown(self, query: Query) -> None:
        name, value = query.items[0]
        async with self._check("modifier.unknown", f"{self.type}?{name}:zqunknown") as check:
            try:
                await ask(check, self.type, [(f"{name}:zqunknown", value)], pages=1)
            except Refused:
                check.exchanges.clear()
                return
            raise Failed(f"{self.type}?{name}:zqunknown={value} is answered as if there were such a modifier")
