"""Reading a result by pages, for drivers that would hold it whole in memory.

A page begins at the last row of the one before, inclusive, so that rows that share its place in the order are
not lost; rows that were already given are recognised and left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from connectors.odbc.records import Unreadable

GROWTH = 4


class Pages:
    """Where one reading by pages stands. `places` are the positions of the ordering columns in a row."""

    def __init__(self, rows: int, places: Sequence[int]) -> None:
        self.limit = rows
        self.start: tuple[Any, ...] | None = None
        self._places = tuple(places)
        self._before: Counter[int] = Counter()
        self._page: Counter[int] = Counter()
        self._count = 0
        self._last: tuple[Any, ...] | None = None

    def new(self, rows: list[Any]) -> list[Any]:
        """The rows of this page that were not in the one before."""
        self._count += len(rows)
        fresh = []
        before = self._before
        for row in rows:
            if isinstance(row, Unreadable):
                fresh.append(row)
                continue
            mark = hash(tuple(row))
            self._page[mark] += 1
            if before and before[mark] > 0:
                before[mark] -= 1
            else:
                fresh.append(row)
        last = next((row for row in reversed(rows) if not isinstance(row, Unreadable)), None)
        if last is not None:
            self._last = tuple(last[place] for place in self._places)
        return fresh

    def turn(self) -> bool:
        """Go to the next page; False if this one was not full."""
        if not self.limit or self._count < self.limit:
            return False
        if self._last == self.start:
            self.limit *= GROWTH  # more rows share one place than a page holds
        self.start, self._before = self._last, self._page
        self._page, self._count = Counter(), 0
        return True
