"""Who wants which resource and which ones were let go, so that one that moves is not lost and found."""

from __future__ import annotations

from typing import NamedTuple

Name = tuple[str, str]
"""(type, id)."""


class Stored(NamedTuple):
    """A living resource of the store; `hash` is over the content that its source decides."""

    rid: int
    type: str
    id: str
    hash: bytes
    raw_id: int
    mapping: str


class Made(NamedTuple):
    """A resource that a record would make."""

    type: str
    id: str
    hash: bytes
    body: bytes


class Released(NamedTuple):
    """A resource that its record no longer makes; `reason` if its mapping is refused."""

    stream: str
    stored: Stored
    reason: str


class Claims:
    """What is not settled by looking at one record alone; holds differences only, so it stays small."""

    def __init__(self) -> None:
        self.wanted: dict[Name, list[Made]] = {}
        self.released: dict[Name, Released] = {}
        self._by_stream: dict[str, list[tuple[Name, Made]]] = {}

    def want(self, stream: str, made: Made) -> None:
        """A record would make a resource that is not its own yet."""
        name = (made.type, made.id)
        self.wanted.setdefault(name, []).append(made)
        self._by_stream.setdefault(stream, []).append((name, made))

    def release(self, stream: str, stored: Stored, reason: str) -> None:
        """A record would no longer make its own resource."""
        self.released[stored.type, stored.id] = Released(stream, stored, reason)

    def forget(self, stream: str) -> None:
        """A stream could not be compared to its end: it claims nothing and lets nothing go."""
        for name, made in self._by_stream.pop(stream, ()):
            self.wanted[name].remove(made)
            if not self.wanted[name]:
                del self.wanted[name]
        self.released = {name: one for name, one in self.released.items() if one.stream != stream}
