"""How old what the store holds is: for each FHIR type the streams that make it, and when each was asked last.

https://www.rfc-editor.org/rfc/rfc9111#section-5.1

Ages run on a monotonic clock: a machine's clock that is set back makes nothing look younger than it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Literal

from facade.errors import FacadeError
from facade.mapping.streams import max_age_of
from facade.store import Store
from facade.store.store import Clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from facade.mapping import Pack

LOOK = 1.0
"""Seconds between two looks at the book of runs: other processes may fill the same store."""

AHEAD = 5.0
"""Seconds that a time in the book may lie in the future; what is later was written before a clock was set."""

OURS = frozenset({"stopped before its end"})
"""Ends of a run that say nothing about the source."""

_BOOK = (
    "SELECT s.source, s.name, s.last_success, s.error,"
    " EXISTS (SELECT 1 FROM raw_record w WHERE w.stream_id=s.id) FROM stream_state s"
)


Code = Literal["transient", "timeout", "exception", "incomplete"]
"""FHIR's issue codes, as far as they are about a source."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a stream's part of an answer is not what its source holds now; `text` is a line for the client."""

    code: Code
    text: str


@dataclass(slots=True, eq=False)
class Known:
    """One stream of one source. `asked` is when the last read of all of it that ended well began, on the
    registry's clock; None if there was none. `holds`: the store has records of it, be they all or not.

    `max_age`: seconds for which a slice of it need not be asked again. `error` is what the book says of the
    last read of all of it, `unanswered` what became of the last slice, `failing_since` when either began;
    `down` is what another stream met since, when its source could not be reached at all.
    """

    source: str
    stream: str
    live: bool = False
    max_age: float = 0.0
    asked: float | None = None
    holds: bool = False
    error: str | None = None
    unanswered: str | None = None
    down: str | None = None
    failing_since: float | None = None
    _book: tuple[object, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.source}.{self.stream}"

    @property
    def failing(self) -> str | None:
        """Why its source cannot be read; None if it can, as far as is known."""
        return self.unanswered or self.error or self.down

    def settle(self, now: float) -> None:
        """Keep the moment at which its own trouble began."""
        if self.unanswered is None and self.error is None:
            self.failing_since = None
        elif self.failing_since is None:
            self.failing_since = now

    @property
    def source_fails(self) -> str | None:
        """Its trouble, if that is its source's as a whole: connectors begin such a line with the source."""
        own = self.unanswered or self.error
        return own if own is not None and own.startswith(f"source {self.source}: ") else None


@dataclass(slots=True, eq=False)
class Made:
    """What is known of a type: the streams that make it; none make what lives in the store alone, and is
    never old. `calm`: no live one, and no trouble with any.

    `shown` is for who tells the age again and again: what it last told, good until `until`.
    """

    streams: tuple[Known, ...] = ()
    live: tuple[Known, ...] = ()
    calm: bool = True
    asked: float | None = None
    shown: tuple[tuple[bytes, bytes], ...] = ()
    until: float = 0.0

    def settle(self, *, strict: bool) -> None:
        """Sum the streams up. Unless `strict`, what was never read is taken as it is."""
        if not self.streams:
            self.shown, self.until = ((b"age", b"0"),), inf
            return
        times = [one.asked for one in self.streams if one.asked is not None]
        self.asked = min(times) if len(times) == len(self.streams) else None
        self.shown, self.until = (), 0.0
        missing = strict and self.asked is None
        self.calm = not self.live and not missing and all(one.failing is None for one in self.streams)


@dataclass(slots=True, eq=False)
class Freshness:
    """The registry of one process. `strict` if the sources are read while it serves. `sourced` are the types
    that streams make: those of the others live in the store alone."""

    made: dict[str, Made] = field(default_factory=dict)
    known: dict[tuple[str, str], Known] = field(default_factory=dict)
    sourced: frozenset[str] = frozenset()
    strict: bool = True
    clock: Callable[[], float] = monotonic

    @classmethod
    def of(
        cls,
        packs: Mapping[str, Pack],
        local: Iterable[str] = (),
        *,
        strict: bool = True,
        clock: Callable[[], float] = monotonic,
    ) -> Freshness:
        """Of the sources' packs, by the sources' names, and of the types that live in the store alone;
        nothing was read yet."""
        fresh = cls(strict=strict, clock=clock)
        for source, pack in packs.items():
            for name, stream in pack.streams.items():
                fresh.known[source, name] = Known(source, name, stream.mode == "live", max_age_of(stream))
        by_type: dict[str, dict[Known, None]] = {}
        for source, pack in packs.items():
            for mapping in pack.mappings.values():
                by_type.setdefault(mapping.resource, {})[fresh.known[source, mapping.stream]] = None
        fresh.made.update({type: Made() for type in local})
        for type, streams in by_type.items():
            fresh.made[type] = Made(tuple(streams), tuple(one for one in streams if one.live))
        fresh.sourced = frozenset(by_type)
        fresh.settle()
        return fresh

    def age(self, type: str) -> int | None:
        """Whole seconds since the oldest stream of a type was asked; None if one never was."""
        made = self.made.get(type)
        if made is not None and not made.streams:
            return 0
        if made is None or made.asked is None:
            return None
        return int(self.clock() - made.asked)

    def settle(self) -> None:
        """Sum up after streams changed."""
        now = self.clock()
        downs: dict[str, tuple[float, str]] = {}
        for one in self.known.values():
            one.settle(now)
            if (told := one.source_fails) is not None and one.failing_since is not None:
                downs[one.source] = max(downs.get(one.source, (0.0, "")), (one.failing_since, told))
        for one in self.known.values():
            since, told = downs.get(one.source, (0.0, None))
            one.down = told if one.asked is None or one.asked < since else None
        for made in self.made.values():
            made.settle(strict=self.strict)

    def succeeded(self, one: Known, asked: float) -> None:
        """A read of all of a stream, asked for at that moment, is in the store."""
        one.asked, one.holds, one.error, one.unanswered = asked, True, None, None
        self.settle()

    def answered(self, one: Known) -> None:
        """The source gave a slice."""
        if one.unanswered is not None:
            one.unanswered = None
            self.settle()

    def unanswered(self, one: Known, error: str) -> None:
        """The source gave no slice, for a reason told in one line."""
        if one.unanswered != error:
            one.unanswered = error
            self.settle()

    def read_book(self, store: Store) -> None:
        """Look at the book of runs, blocking."""
        self._take(store.query(_BOOK), store.clock)

    async def watch(self, store: Store) -> None:
        """Look again and again; a store that cannot be read is looked at another time."""
        while True:
            await asyncio.sleep(LOOK)
            with suppress(FacadeError):
                await self.look(store)

    async def look(self, store: Store) -> None:
        """Look at the book of runs now."""
        self._take(await store.fetch(_BOOK), store.clock)

    def _take(self, rows: Iterable[tuple[object, ...]], clock: Clock) -> None:
        """Only what changed is believed: its time is turned into ours while the clocks agree."""
        now, wall = self.clock(), clock().timestamp()
        for source, name, success, error, holds in rows:
            one = self.known.get((str(source), str(name)))
            if one is None or one._book == (success, error, holds):
                continue
            before, one._book = one._book, (success, error, holds)
            one.holds = bool(holds)
            if isinstance(success, int) and (not before or before[0] != success):
                ago = wall - success / 1e6
                if ago > -AHEAD:
                    asked = now - max(0.0, ago)
                    one.asked = asked if one.asked is None else max(one.asked, asked)
            one.error = None if error is None or error in OURS else str(error)
            if one.error is None:
                one.unanswered = None
        self.settle()
