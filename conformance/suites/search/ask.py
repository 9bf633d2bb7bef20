"""A query sent, and its answer read page by page.

https://hl7.org/fhir/R4/search.html#return
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from conformance.errors import Failed
from conformance.exchange import Response, said
from conformance.harvest import included, link, matches
from conformance.session import Check
from conformance.suites.search.query import Item

Json = dict[str, Any]
PAGE = 200  # matches asked for at a time
PAGES = 4  # that are read of one answer
FORM = {"content-type": "application/x-www-form-urlencoded"}


class Refused(Exception):
    """The server does not answer such a query: `status`, and what it says."""

    def __init__(self, response: Response) -> None:
        self.status = response.status
        try:
            self.said = said(response.json())
        except Failed:
            self.said = ""
        super().__init__(f"status {self.status}" + (f": {self.said}" if self.said else ""))


class Busy(Failed):
    """The server has no time for it now."""


@dataclass(slots=True)
class Answer:
    """`bundles` are the pages; `complete` if there are certainly no more."""

    bundles: list[Json] = field(default_factory=list)
    complete: bool = False

    @property
    def matches(self) -> list[Json]:
        return [one for bundle in self.bundles for one in matches(bundle)]

    @property
    def included(self) -> list[Json]:
        return [one for bundle in self.bundles for one in included(bundle)]

    @property
    def total(self) -> int | None:
        found = self.bundles[0].get("total")
        return found if isinstance(found, int) and not isinstance(found, bool) else None

    @property
    def used(self) -> list[Item] | None:
        """The parameters in the self link; None if there is no such link."""
        url = link(self.bundles[0], "self")
        return parse_qsl(urlsplit(url).query, keep_blank_values=True) if url else None

    def left_out(self, items: Sequence[Item]) -> str:
        """The first parameter that, by the self link, was not used; empty if all were."""
        used = self.used
        if used is None:
            return ""
        names = {name for name, _ in used}
        return next((name for name, _ in items if name not in names), "")


async def ask(
    check: Check,
    type: str,
    items: Sequence[Item],
    *,
    count: int = PAGE,
    pages: int = PAGES,
    post: bool = False,
) -> Answer:
    """All pages of an answer, or the first `pages`. Raises Refused for 4xx, Busy for 503, else Failed.

    `count` of -1 asks for no size of pages.
    """
    params = [*items, *([("_count", str(count))] if count >= 0 else [])]
    answer = Answer()
    url, query = type, params
    for _ in range(pages):
        if post and not answer.bundles:
            response = await check.send(
                "POST", f"{type}/_search", headers=FORM, body=urlencode(params).encode()
            )
        else:
            response = await check.get(url, query)
        if 400 <= response.status < 500 and not answer.bundles:
            raise Refused(response)
        if response.status == 503:
            told = said(response.json()) if "json" in response.header("content-type") else ""
            raise Busy(f"the status is 503, and not 200: {told or 'nothing is said'}")
        check.status(response, 200)
        bundle = response.resource("Bundle")
        answer.bundles.append(bundle)
        url, query = link(bundle, "next"), []
        if not url:  # a server that knows no paging cuts at _count, and says no more
            full = len(answer.bundles) == 1 and 0 < count <= len(answer.matches)
            answer.complete = not full or answer.total == len(answer.matches)
            break
    return answer
