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
    """Where one reading by pages stands. `places` are the positions of the ordering columns in a row.

    `exact`: values of these columns that the database takes for equal are equal here too. Not text: its
    collation may ignore case, accents or blanks, so all rows of a page are remembered, not the last only.
    """

    def __init__(self, rows: int, places: Sequence[int], *, exact: bool) -> None:
        self.limit = rows
        self.start: tuple[Any, ...] | None = None
        self._places, self._exact = tuple(places), exact
        self._given: Counter[int] = Counter()
        self._given_left = 0
        self._seen: Counter[int] = Counter()
        self._count = 0
        self._last: tuple[Any, ...] | None = None

    def new(self, rows: list[Any]) -> list[Any]:
        """The rows of this page that were not in the one before."""
        self._count += len(rows)
        readable = [row for row in rows if type(row) is not Unreadable]
        if readable:
            self._remember(readable)
        return [row for row in rows if not self._was_given(row)] if self._given_left else rows

    def turn(self) -> bool:
        """Go to the next page; False if this one was not full."""
        if self._count < self.limit:
            return False
        if self._last == self.start:
            self.limit *= GROWTH  # more rows share one place than a page holds
        self.start = self._last
        self._given, self._given_left = self._seen, self._seen.total()
        self._seen, self._count = Counter(), 0
        return True

    def _place(self, row: Any) -> tuple[Any, ...]:
        return tuple(row[place] for place in self._places)

    def _remember(self, rows: Sequence[Any]) -> None:
        last = self._place(rows[-1])
        if not self._exact:
            self._seen.update(hash(tuple(row)) for row in rows)
        else:
            if last != self._last:
                self._seen.clear()
            for row in reversed(rows):
                if self._place(row) != last:
                    break
                self._seen[hash(tuple(row))] += 1
        self._last = last

    def _was_given(self, row: Any) -> bool:
        if type(row) is Unreadable or not self._given_left:
            return False
        mark = hash(tuple(row))
        if self._given[mark] <= 0:
            return False
        self._given[mark] -= 1
        self._given_left -= 1
        return True
