"""uvicorn's protocol, with an end to its patience: a request's head must be whole in time, and not too long.

https://uvicorn.dev/settings/#http · https://httpwg.org/specs/rfc9110.html#status.408
"""

from __future__ import annotations

from asyncio import BaseTransport, TimerHandle, Transport
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
HEAD_BYTES = 64 * 1024


class DeadlineProtocol(HttpToolsProtocol):
    """Closes a connection that says nothing, or only half, for HEAD_SECONDS, or more than HEAD_BYTES.

    The rest of a body that was answered before it had all come is read and dropped for as long, so that the
    client sees its answer. Between requests uvicorn's own `timeout_keep_alive` holds. A body's deadline is
    facade.rest.request.call's.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._timer: TimerHandle | None = None
        self._head_whole = False
        self._body_whole = True
        self._head_bytes = 0

    def connection_made(self, transport: BaseTransport) -> None:
        assert isinstance(transport, Transport)
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        self._head_whole = False
        super().data_received(data)
        if self._head_whole or (self.cycle is not None and not self.cycle.response_complete):
            return
        if not self._body_whole:
            if self._timer is None:
                self._wait()
            return
        self._head_bytes += len(data)
        if self._head_bytes > HEAD_BYTES:
            self._give_up()
        elif self._timer is None:
            self._wait()

    def on_headers_complete(self) -> None:
        self._head_whole, self._body_whole = True, False
        self._head_bytes = 0
        self._stop_waiting()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._body_whole = True
        self._stop_waiting()
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._timer = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self._stop_waiting()
        self.transport.abort()
