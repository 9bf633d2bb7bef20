"""One HTTP request, as the interactions see it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from facade.errors import BadRequest
from facade.rest.errors import TooSlow, UnsupportedMedia, UriTooLong, too_large
from facade.rest.request.negotiation import Media, negotiate
from facade.rest.request.prefer import Prefer, parse_prefer

MAX_QUERY = 8 * 1024
MAX_FORM = 64 * 1024
MAX_PARAMETERS = 1000
BODY_SECONDS = 10.0
BODY_RATE = 64 * 1024
"""Bytes a second that a client must bring on average once BODY_SECONDS are over."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Items = list[tuple[str, str]]
Ask = Callable[[Any, "Call"], Coroutine[Any, Any, Any]]
"""From a Service and a Call to its Answer: what a Bundle's entries are answered by."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a call that is an entry of a Bundle has beyond its request: the resource, read already; the id
    that it gets if it is new; and `commit`, which does its changes in a transaction with those of others."""

    resource: dict[str, Any] | None
    new_id: str
    commit: Callable[[Callable[[Any], Any]], Awaitable[Any]]


class Call:
    """Parses what is asked for, when it is asked for. Header names are given in lower case."""

    __slots__ = ("_headers", "_items", "_receive", "ask", "method", "part", "path", "query")

    def __init__(
        self, scope: Scope, receive: Receive, *, ask: Ask | None = None, part: Part | None = None
    ) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"][len(scope.get("root_path", "")) :]
        self.query: bytes = scope["query_string"]
        self._headers = _by_name(scope["headers"])
        self._receive = receive
        self._items: Items | None = None
        self.ask = ask
        self.part = part

    def header(self, name: bytes) -> str:
        """The header's value, repetitions joined with commas; empty when absent."""
        found = self._headers.get(name)
        return found.decode("latin-1") if found else ""

    def has_header(self, name: bytes) -> bool:
        """Whether it was sent, even if empty."""
        return name in self._headers

    def raw_header(self, name: bytes) -> bytes:
        """The same as it came."""
        return self._headers.get(name, b"")

    def items(self) -> Items:
        """The parameters of the URL, in order. Raises BadRequest and UriTooLong."""
        if self._items is None:
            if len(self.query) > MAX_QUERY:
                raise UriTooLong(f"The URL's parameters are longer than {MAX_QUERY} bytes; use POST _search.")
            self._items = parse_items(self.query) if self.query else []
        return self._items

    async def form(self) -> Items:
        """The parameters of a form body. Raises UnsupportedMedia, TooLarge, TooSlow and BadRequest."""
        kind = self.header(b"content-type").partition(";")[0].strip().lower()
        body = await self.body(MAX_FORM)
        if not body and not kind:
            return []
        if kind != "application/x-www-form-urlencoded":
            raise UnsupportedMedia("A search is posted as application/x-www-form-urlencoded.")
        return parse_items(body)

    async def body(self, limit: int) -> bytes:
        """The body as it came. Raises TooLarge (before any of it is read, if its length is told), TooSlow
        and BadRequest."""
        told = self.header(b"content-length")
        if told.isascii() and told.isdigit() and (len(told) > 18 or int(told) > limit):
            raise too_large(limit)
        parts: list[bytes] = []
        size, more = 0, True
        try:
            async with asyncio.timeout(BODY_SECONDS) as patience:
                end = patience.when()
                while more:
                    message = await self._receive()
                    if message["type"] == "http.disconnect":
                        raise BadRequest("The client left before its request was complete.")
                    parts.append(message.get("body", b""))
                    size += len(parts[-1])
                    more = message.get("more_body", False)
                    if size > limit:
                        raise too_large(limit)
                    if end is not None:
                        patience.reschedule(end + size / BODY_RATE)
        except TimeoutError:
            raise TooSlow(f"The body did not arrive within {BODY_SECONDS:g} seconds.") from None
        return b"".join(parts)

    def prefer(self) -> Prefer:
        """How the client would like its request to be done."""
        return parse_prefer(self.header(b"prefer"))

    def media(self) -> Media:
        """How the client wants its answer. Raises NotAcceptable."""
        return negotiate(self.header(b"accept"), self.items())


def _by_name(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        found[name] = found[name] + b", " + value if name in found else value
    return found


def parse_items(query: bytes) -> Items:
    """Decoded names and values; a value may be empty, an item without `=` too. Raises BadRequest."""
    try:
        parts = query.decode("ascii").split("&")
        if len(parts) > MAX_PARAMETERS:
            raise BadRequest(f"There are more than {MAX_PARAMETERS} parameters.")
        items = []
        for part in parts:
            name, _, value = part.partition("=")
            if part:
                items.append((_decoded(name), _decoded(value)))
    except UnicodeError:
        raise BadRequest("The parameters are not percent-encoded UTF-8.") from None
    if b"%00" in query or b"\0" in query:
        raise BadRequest("The parameters hold a NUL character.")
    return items


def _decoded(text: str) -> str:
    if "+" in text:
        text = text.replace("+", " ")
    return unquote_to_bytes(text).decode() if "%" in text else text
