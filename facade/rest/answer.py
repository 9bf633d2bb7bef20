"""What goes back over HTTP: a status, headers, and bytes that are already in their final form."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Header = tuple[bytes, bytes]

COMMON: tuple[Header, ...] = (
    (b"cache-control", b"private, no-cache"),
    (b"vary", b"Accept, Accept-Encoding"),
    (b"x-content-type-options", b"nosniff"),
)


@dataclass(slots=True)
class Answer:
    """One response. Without a body (204, 304) there is no content type or length either."""

    status: int
    content_type: bytes = b""
    body: bytes = b""
    headers: tuple[Header, ...] = ()

    async def send(self, send: Send, *, head: bool) -> None:
        """To the client; a HEAD gets the headers that a GET would get."""
        headers = [*self.headers, *COMMON]
        if self.content_type:
            headers.append((b"content-type", self.content_type))
            headers.append((b"content-length", b"%d" % len(self.body)))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if head else self.body})
