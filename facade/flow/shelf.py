"""The profiles at hand: those of the implementation guides, and those that are stored as resources.

https://hl7.org/fhir/R4/profiling.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from facade.settings import SettingsError
from facade.store import Store
from facade.store.serialise import from_json
from facade.validation.library import KINDS, CannotRead, Library

MOST = 5000  # stored profiles, value sets and code systems that are looked at
_MARKS = ",".join("?" * len(KINDS))
_HELD = f"FROM resource WHERE type IN ({_MARKS}) AND deleted=0"
_STATE = f"SELECT COUNT(*), MAX(rid), SUM(version), MAX(updated) {_HELD}"
_ALL = f"SELECT body {_HELD} ORDER BY updated DESC, rid DESC LIMIT {MOST}"


class Shelf:
    """Reads what is stored again only when it has changed. They are rules, not data about anybody: every
    caller is told whether they are met, whatever it may read."""

    def __init__(self, packages: Library | None = None) -> None:
        self._packages = packages or Library()
        self._library = self._packages
        self._state: tuple[object, ...] = (0, None, None)
        self._lock = asyncio.Lock()

    async def library(self, store: Store) -> Library:
        """The library with what is stored now; a stored profile goes before a package's of the same URL."""
        state = tuple((await store.fetch(_STATE, KINDS))[0])
        if state != self._state:
            async with self._lock:
                rows = await store.fetch(_ALL, KINDS)
                self._library = await asyncio.to_thread(self._with, [body for (body,) in reversed(rows)])
                self._state = state
        return self._library

    def _with(self, bodies: Sequence[bytes]) -> Library:
        return Library(resources=map(from_json, bodies), base=self._packages)


def open_shelf(packages: Sequence[Path]) -> Shelf:
    """Raises SettingsError for a package that cannot be read."""
    try:
        return Shelf(Library(packages))
    except CannotRead as error:
        raise SettingsError((f"packages: {error}",)) from None
