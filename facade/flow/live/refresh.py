"""Before an answer: what its streams' sources hold now is brought into the store, as far as it is wanted.

Of a live stream a slice is asked for; what cannot be narrowed is read whole, in the background unless the
client demands it. Whatever fails, the store answers, and says how old it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from math import inf
from typing import TYPE_CHECKING

from facade.flow.live.asking import Asking, Origin
from facade.flow.live.demand import NO_DEMAND, Answer, Demand, Told, as_it_is, check_cached, sum_up, tell
from facade.flow.live.freshness import Freshness, Known
from facade.flow.live.narrow import Slice, narrow, narrow_id
from facade.flow.live.slice import slice_of_stored
from facade.search import Search
from facade.store import Store

if TYPE_CHECKING:
    from facade.mapping import Pack

Part = Callable[[Known], Awaitable[Slice | None]]
"""The slice of a stream that a request is about, if it narrows it."""


class Refresher:
    """Refreshes what requests are about, and knows the age of the rest."""

    def __init__(self, store: Store, origins: Mapping[str, Origin], fresh: Freshness) -> None:
        """`origins` by the sources' names; a source without one is never asked."""
        self.fresh = fresh
        self._store, self._origins = store, origins
        self._asking = Asking(store, origins, fresh)

    @property
    def packs(self) -> dict[str, Pack]:
        """By source, of those that may be asked."""
        return {name: origin.pack for name, origin in self._origins.items()}

    async def aclose(self) -> None:
        """End what is under way; before the connectors and the store are closed."""
        await self._asking.aclose()

    async def search(self, search: Search, demand: Demand = NO_DEMAND, *, onward: bool = False) -> Told:
        """Refresh what a search is about. `onward`: a page after the first, which is refreshed on demand
        only, or else pages would shift.

        Raises NotFresh for `only-if-cached`, and Unavailable when there is nothing to answer from.
        """

        async def part(one: Known) -> Slice | None:
            return narrow(self._origins[one.source].pack, one.stream, search, zone=self._store.zone)

        if onward and not demand.explicit:
            demand = Demand(max_stale=inf, only_if_cached=demand.only_if_cached)
        return await self._refresh(search.type, part, demand)

    async def read(self, type: str, id: str, demand: Demand = NO_DEMAND) -> Told:
        """Refresh one resource, be it stored or new; raises as `search` does."""

        async def part(one: Known) -> Slice | None:
            pack = self._origins[one.source].pack
            found = narrow_id(pack, one.stream, type, id)
            if found is None:
                stream_id = (await self._asking.into(one)).state.stream_id
                found = await slice_of_stored(self._store, pack.streams[one.stream], stream_id, type, id)
            return found

        return await self._refresh(type, part, demand)

    async def stored(self, type: str) -> Told:
        """What is to be said of resources of a type that come from the store as they are."""
        made = self.fresh.made.get(type)
        if made is None:
            return Told(None)
        now = self.fresh.clock()
        if not made.streams:
            return Told(now)
        answers = [as_it_is(one, now, strict=self.fresh.strict) for one in made.streams]
        return sum_up(await self._believed(answers))

    async def _refresh(self, type: str, part: Part, demand: Demand) -> Told:
        streams = self.fresh.made[type].streams
        if not streams:
            return Told(self.fresh.clock())
        if demand.only_if_cached:
            answers = [await self._remembered(one, type, part) for one in streams]
            check_cached(answers, self.fresh.clock(), demand, strict=self.fresh.strict)
        elif len(streams) == 1:
            answers = [await self._bring(streams[0], type, part, demand)]
        else:
            tasks = (self._bring(one, type, part, demand) for one in streams)
            answers = list(await asyncio.gather(*tasks))
        return tell(await self._believed(answers), self.fresh.clock(), demand)

    async def _believed(self, answers: list[Answer]) -> list[Answer]:
        """What the book says is wrong may be over by now: it is looked at before that is told."""
        if not any(answer.by_book and answer.trouble for answer in answers):
            return answers
        await self.fresh.look(self._store)
        now, strict = self.fresh.clock(), self.fresh.strict
        return [as_it_is(one.stream, now, strict=strict) if one.by_book else one for one in answers]

    async def _bring(self, one: Known, type: str, part: Part, demand: Demand) -> Answer:
        """A stream as fresh as it has to be, or why it is not."""
        bears = demand.bears(one.max_age if one.live else inf)
        now = self.fresh.clock()
        if one.source not in self._origins or (not one.live and bears == inf):
            return as_it_is(one, now, strict=self.fresh.strict)
        if bears == inf:
            return await self._remembered(one, type, part)
        oldest = now - bears if bears else None
        if oldest is not None and one.asked is not None and one.asked >= oldest:
            return Answer(one, one.asked)
        found = await part(one) if one.live else None
        if found is not None:
            if found.empty:
                return Answer(one, now)
            asked = None if oldest is None else self._asking.last(one, type, found)
            if asked is not None and oldest is not None and asked >= oldest:
                return Answer(one, asked)
            answer = await self._asking.slice(one, type, found, oldest)
            if answer is not None:
                return answer
        if demand.explicit or not one.live:
            return await self._asking.whole(one, oldest)
        self._asking.begin_whole(one)
        return as_it_is(one, now, strict=self.fresh.strict)

    async def _remembered(self, one: Known, type: str, part: Part) -> Answer:
        """A stream that is not asked now; a slice of it may be younger than all of it."""
        answer = as_it_is(one, self.fresh.clock(), strict=self.fresh.strict)
        if one.live and one.source in self._origins:
            found = await part(one)
            asked = None if found is None else self._asking.last(one, type, found)
            if asked is not None and (one.asked is None or asked > one.asked):
                return Answer(one, asked, None if one.failing is None else answer.trouble)
        return answer
