"""A load generator that costs little: raw sockets, requests rendered beforehand, keep-alive, closed loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from math import inf


class WrongAnswer(AssertionError):
    """An answer that was not the one expected; a benchmark of errors is worth nothing."""


class _Client(asyncio.Protocol):
    """One connection: sends a request as soon as the last one is answered."""

    def __init__(
        self, requests: Sequence[bytes], first: int, until: float, most: float, done: asyncio.Future[int]
    ) -> None:
        self.requests, self.at, self.until, self.most, self.done = requests, first, until, most, done
        self.buffer = bytearray()
        self.count = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._send()

    def _send(self) -> None:
        self.at = (self.at + 1) % len(self.requests)
        self.transport.write(self.requests[self.at])

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        mark = self.buffer.find(b"content-length: ", 0, end)
        length = int(self.buffer[mark + 16 : self.buffer.find(b"\r\n", mark)])
        if len(self.buffer) < end + 4 + length:
            return
        if not self.buffer.startswith(b"HTTP/1.1 200 ") or mark < 0:
            self._finish(WrongAnswer(bytes(self.buffer[:500]).decode("latin-1")))
            return
        self.buffer.clear()
        self.count += 1
        if self.count < self.most and time.perf_counter() < self.until:
            self._send()
        else:
            self._finish(None)

    def connection_lost(self, error: Exception | None) -> None:
        self._finish(error or ConnectionError("the server closed the connection"))

    def _finish(self, error: Exception | None) -> None:
        if not self.done.done():
            if error:
                self.done.set_exception(error)
            else:
                self.done.set_result(self.count)
        self.transport.close()


def get(path: str) -> bytes:
    """A rendered GET."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/fhir+json\r\n\r\n".encode()


def post(path: str, body: bytes) -> bytes:
    """A rendered POST of a resource."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/fhir+json\r\n"
        f"Content-Type: application/fhir+json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def rate(port: int, requests: Sequence[bytes], seconds: float, connections: int = 16) -> float:
    """Requests per second over this many connections. Raises WrongAnswer for anything but a 200."""
    started = time.perf_counter()
    count = await _run(port, requests, started + seconds, inf, connections)
    return count / (time.perf_counter() - started)


async def once(port: int, requests: Sequence[bytes], connections: int = 16) -> None:
    """Each request once, or once more. Raises WrongAnswer as `rate` does."""
    await _run(port, requests, inf, len(requests) // connections + 1, connections)


async def _run(port: int, requests: Sequence[bytes], until: float, most: float, connections: int) -> int:
    """How many were answered: each connection ends at a time, or after so many."""
    loop = asyncio.get_running_loop()
    futures: list[asyncio.Future[int]] = []
    for number in range(connections):
        done: asyncio.Future[int] = loop.create_future()
        first = number * len(requests) // connections
        await loop.create_connection(
            lambda first=first, done=done: _Client(requests, first, until, most, done), "127.0.0.1", port
        )
        futures.append(done)
    return sum(await asyncio.gather(*futures))
