"""Conditional references: criteria that stand where a reference to their one match will be.

https://hl7.org/fhir/R4/http.html#trules
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from facade.errors import BadRequest, FacadeError, PreconditionFailed, TooCostly
from facade.flow.local import Changes
from facade.rest.bundle_post.errors import EntryFailed
from facade.rest.bundle_post.references import Target
from facade.rest.request.call import parse_items
from facade.rest.service import Service
from facade.rest.writing.draft import find_criteria
from facade.search import Search

MOST = 500
_PRINTABLE = "".join(map(chr, range(33, 127)))


class Conditions:
    """Those of one transaction."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._searches: dict[str, tuple[Search, int, str]] = {}

    async def read(self, wanted: Mapping[str, tuple[int, str]]) -> None:
        """Understand them; each comes with the entry and element that first said so. Raises EntryFailed."""
        if len(wanted) > MOST:
            raise TooCostly(f"The transaction has more than {MOST} conditional references.")
        for text, (at, path) in wanted.items():
            type, _, query = text.partition("?")
            try:
                if type not in self._service.served:
                    raise BadRequest(f"{type} is not served here.", expression=path)
                items = parse_items(quote(query, safe=_PRINTABLE).encode())
                search = await find_criteria(self._service, type, items, path)
            except FacadeError as error:
                error.expression = path
                raise EntryFailed(at, error) from None
            self._searches[text] = (search, at, path)

    def resolve(self, changes: Changes) -> dict[str, Target]:
        """What each one's match is. Raises EntryFailed (412) if there is none, or more than one."""
        found: dict[str, Target] = {}
        for text, (search, at, path) in self._searches.items():
            try:
                match = changes.match(search)
            except PreconditionFailed:
                reason = f"The conditional reference matches more than one {search.type}."
                raise EntryFailed(at, PreconditionFailed(reason, expression=path)) from None
            if match is None:
                reason = f"The conditional reference matches no {search.type}."
                raise EntryFailed(at, PreconditionFailed(reason, expression=path))
            found[text] = Target(f"{match.type}/{match.id}", match.version)
        return found
