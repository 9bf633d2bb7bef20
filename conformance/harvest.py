"""The server's own resources, read by paging: what the checks are made of.

https://hl7.org/fhir/R4/http.html#paging
"""

from __future__ import annotations

import asyncio
from typing import Any

from conformance.client import Client
from conformance.errors import Failed
from conformance.exchange import Exchange
from conformance.options import Options
from conformance.statement import Statement, dicts

PAGE = 100  # resources asked for at a time
_PAGES = 1000  # more pages than this are a walk in circles


class Pool:
    """The resources of one type: `whole` if these are all that the server has, else the first of them.

    `trouble` says why there are none, or no more. `pages` has the ids of each page, as they came.
    """

    def __init__(self, type: str) -> None:
        self.type = type
        self.resources: list[dict[str, Any]] = []
        self.pages: list[list[str]] = []
        self.whole = False
        self.total: int | None = None
        self.trouble = ""
        self.exchanges: list[Exchange] = []

    @property
    def by_id(self) -> dict[str, dict[str, Any]]:
        return {str(one.get("id")): one for one in self.resources}


class Harvest:
    """Reads each type once, when it is first asked for, and not more than `sample` resources of it."""

    def __init__(self, client: Client, statement: Statement, options: Options) -> None:
        self._client = client
        self._statement = statement
        self._sample = options.sample
        self._pools: dict[str, asyncio.Task[Pool]] = {}

    async def of(self, type: str) -> Pool:
        """The resources of a type; an empty pool with its trouble if they cannot be read."""
        if type not in self._pools:
            self._pools[type] = asyncio.create_task(self._read(type))
        return await asyncio.shield(self._pools[type])

    async def all(self) -> dict[str, Pool]:
        """Those of every type that declares a search."""
        types = self._statement.with_interaction("search-type")
        return dict(zip(types, await asyncio.gather(*map(self.of, types)), strict=True))

    async def aclose(self) -> None:
        """Read no further."""
        tasks = list(self._pools.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def forget(self) -> None:
        """What was read is out of date: the kit has written."""
        self._pools.clear()

    async def _read(self, type: str) -> Pool:
        pool = Pool(type)
        try:
            await self._walk(pool)
        except Failed as error:
            pool.trouble = str(error)
        return pool

    async def _walk(self, pool: Pool) -> None:
        url, params = pool.type, {"_count": str(PAGE)}
        for _ in range(_PAGES):
            answer = await self._client.send("GET", url, params=params, log=pool.exchanges)
            if answer.status != 200:
                raise Failed(f"GET {pool.type} gives status {answer.status}")
            bundle = answer.resource("Bundle")
            if isinstance(bundle.get("total"), int):
                pool.total = bundle["total"]
            page = matches(bundle)
            pool.pages.append([str(one.get("id")) for one in page])
            pool.resources += page
            url, params = link(bundle, "next"), {}
            if not url:
                full = len(pool.pages) == 1 and len(page) >= PAGE and len(page) != pool.total
                pool.whole = not full  # a server that knows no paging cuts at _count, and says no more
                pool.trouble = f"the page of {len(page)} is full, and has no next link" if full else ""
                return
            if len(pool.resources) >= self._sample:
                pool.trouble = f"only the first {len(pool.resources)} were read (--sample)"
                return
        raise Failed(f"paging through {pool.type} does not end: {_PAGES} pages, and still a next link")


def matches(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    """The resources of a searchset that match: neither included nor an outcome."""
    return [
        entry["resource"]
        for entry in dicts(bundle.get("entry"))
        if isinstance(entry.get("resource"), dict) and mode(entry) == "match"
    ]


def included(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    """The resources that came with the matches."""
    return [
        entry["resource"]
        for entry in dicts(bundle.get("entry"))
        if isinstance(entry.get("resource"), dict) and mode(entry) == "include"
    ]


def mode(entry: dict[str, Any]) -> str:
    """`match`, `include` or `outcome`; where the server says none, by what the entry holds."""
    search = entry.get("search")
    said = search.get("mode") if isinstance(search, dict) else None
    if isinstance(said, str):
        return said
    resource = entry.get("resource")
    outcome = isinstance(resource, dict) and resource.get("resourceType") == "OperationOutcome"
    return "outcome" if outcome else "match"


def link(bundle: dict[str, Any], relation: str) -> str:
    """The URL of a Bundle's link; empty if there is none."""
    for one in dicts(bundle.get("link")):
        if one.get("relation") == relation and isinstance(one.get("url"), str):
            return str(one["url"])
    return ""
