"""Servers that misbehave on a real socket: each connection gets what a function makes of the request."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Answer = Callable[[str, socket.socket], None]
"""Of the request's first line; what it does not send is not sent."""


_HANDSHAKE = b"\x16"  # how TLS begins


@dataclass
class Wire:
    """`asked` are the first lines of the requests so far."""

    port: int
    scheme: str
    asked: list[str] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/fhir"


def http(body: bytes, status: str = "200 OK", kind: str = "application/fhir+json", **headers: str) -> bytes:
    """An answer that is whole, and ends the connection."""
    lines = [
        f"HTTP/1.1 {status}",
        f"content-type: {kind}",
        f"content-length: {len(body)}",
        "connection: close",
    ]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@contextlib.contextmanager
def serve(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[Wire]:
    """Listens until the block ends; a client that goes away is no error."""
    listener = socket.create_server(("127.0.0.1", 0))
    wire = Wire(listener.getsockname()[1], "https" if tls else "http")
    threads: list[threading.Thread] = []
    sockets: list[socket.socket] = []

    def one(connection: socket.socket) -> None:
        with (
            contextlib.suppress(OSError),
            connection,
            tls.wrap_socket(connection, server_side=True) if tls else connection as stream,
        ):
            sockets.append(stream)
            head = b""
            while b"\r\n\r\n" not in head and head[:1] != _HANDSHAKE:
                if not (part := stream.recv(65536)):
                    return
                head += part
            wire.asked.append(head.partition(b"\r\n")[0].decode(errors="replace"))
            answer(wire.asked[-1], stream)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threads.append(threading.Thread(target=one, args=(listener.accept()[0],), daemon=True))
                threads[-1].start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield wire
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for each in sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in (accepting, *threads):
            thread.join(10)


def closed_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
