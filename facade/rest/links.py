"""The links of a searchset: the search as it was understood, and the way to its next page.

https://hl7.org/fhir/R4/bundle.html#searchset · https://hl7.org/fhir/R4/http.html#paging
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote

from facade.rest import paging
from facade.rest.request.negotiation import PARAMETERS
from facade.rest.service import Service

_SAFE = "/:,$*"  # what FHIR values are made of stays readable in links
_ASCII = {code: quote(chr(code), safe=_SAFE) for code in range(128)}


@dataclass(slots=True)
class Links:
    """`used` is the search in one canonical spelling, for which alone its cursors are good."""

    service: Service
    path: str
    used: str
    kept: str
    _search: str = field(init=False)
    _first: str = field(init=False)

    def __post_init__(self) -> None:
        self._search = f"{self.path}?{self.used}"
        query = f"{self.used}&{self.kept}" if self.used and self.kept else self.used or self.kept
        address = f"{self.service.base_url}/{self.path}".rstrip("/")
        self._first = f"{address}?{query}" if query else address

    @classmethod
    def of(
        cls,
        service: Service,
        path: str,
        accepted: Iterable[tuple[str, str]],
        items: Iterable[tuple[str, str]],
    ) -> Links:
        """From the parameters that were understood, and all that were sent."""
        return cls(
            service,
            path,
            spell(accepted),
            spell((name, value) for name, value in items if name in PARAMETERS),
        )

    def open(self, cursor: str) -> str:
        """The place in the order that the client's cursor stands for. Raises BadRequest."""
        return paging.open_cursor(self.service.cursor_key, self._search, cursor)

    def at(self, cursor: str | None) -> str:
        """The URL of the page that begins at a cursor, or of the first."""
        if not cursor:
            return self._first
        return f"{self._first}{'&' if self.used or self.kept else '?'}{paging.PARAMETER}={cursor}"

    def sign(self, place: str) -> str:
        """The URL of the page at a place in the order."""
        return self.at(paging.sign(self.service.cursor_key, self._search, place))


def spell(items: Iterable[tuple[str, str]]) -> str:
    """Parameters percent-encoded, each in the only way that we ever write it."""
    return "&".join([f"{_spelled(name)}={_spelled(value)}" for name, value in items])


def _spelled(text: str) -> str:
    return text.translate(_ASCII) if text.isascii() else quote(text, safe=_SAFE)
