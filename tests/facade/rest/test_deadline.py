"""facade.rest.deadline: who says nothing, or without end, is let go; who speaks is served."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn

from facade.rest import deadline
from facade.rest.deadline import DeadlineProtocol

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def answer(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await asyncio.sleep(0.4 if scope["path"] == "/slow" else 0)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
async def connection(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Connection]:
    """A connection to a server that waits 0.2 seconds for a head of at most 1,000 bytes."""
    monkeypatch.setattr(deadline, "HEAD_SECONDS", 0.2)
    monkeypatch.setattr(deadline, "HEAD_BYTES", 1000)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(answer, http=DeadlineProtocol, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve([listener]))
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    yield reader, writer
    writer.close()
    server.should_exit = True
    await serving


async def closed(reader: asyncio.StreamReader, within: float = 2.0) -> bool:
    """Whether the server lets go, having said nothing more."""
    try:
        return await asyncio.wait_for(reader.read(), within) == b""
    except ConnectionError:
        return True


async def served(reader: asyncio.StreamReader) -> bool:
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 2)
    return head.startswith(b"HTTP/1.1 200 ") and await reader.readexactly(2) == b"ok"


async def test_silence(connection: Connection) -> None:
    assert await closed(connection[0])


async def test_half_a_head(connection: Connection) -> None:
    reader, writer = connection
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n")
    assert await closed(reader)


async def test_a_head_that_trickles(connection: Connection) -> None:
    reader, writer = connection
    ending = asyncio.create_task(closed(reader))
    for letter in b"GET / HTTP/1.1\r\nX: " + b"a" * 100:
        writer.write(bytes([letter]))
        await asyncio.sleep(0.02)
        if ending.done():
            break
    assert await ending


async def test_a_head_without_end(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = connection
    writer.write(b"GET / HTTP/1.1\r\nX: " + b"a" * 2000)
    assert await closed(reader, 0.15)


async def test_half_a_second_request(connection: Connection) -> None:
    reader, writer = connection
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert await served(reader)
    writer.write(b"GET / HT")
    assert await closed(reader)


async def test_a_body_that_was_answered_early_is_dropped(connection: Connection) -> None:
    reader, writer = connection
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n")
    assert await served(reader)
    writer.write(b"a" * 500_000)
    await writer.drain()
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert await served(reader)


async def test_a_body_that_was_answered_early_and_never_ends(connection: Connection) -> None:
    reader, writer = connection
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n")
    assert await served(reader)
    ending = asyncio.create_task(closed(reader))
    for _ in range(100):
        writer.write(b"a")
        await asyncio.sleep(0.02)
        if ending.done():
            break
    assert await ending


async def test_who_speaks_is_served_however_long_it_takes(connection: Connection) -> None:
    reader, writer = connection
    for path in (b"/slow", b"/", b"/slow"):
        writer.write(b"GET " + path + b" HTTP/1.1\r\n")
        await asyncio.sleep(0.05)
        writer.write(b"Host: x\r\n\r\n")
        assert await served(reader)
