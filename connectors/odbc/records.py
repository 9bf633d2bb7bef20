"""Rows as Records: body, key, cursor, deleted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from connectors.base import Record, Stream
from connectors.odbc.keys import NO_KEY, hash_key, join_key, key_text
from connectors.odbc.values import ERROR

_NOT_DELETED = frozenset(("", "0", "N", "F", "FALSE"))


@dataclass(frozen=True)
class Unreadable:
    """A row that the driver could not give."""

    reason: str


@dataclass
class Recorder:
    """Makes the records of one read. `cursor` is None where a read must not move the watermark.

    A cursor after `latest` (in the future) is not believed, or it would hide all that comes before it: such a
    record carries the cursor of the one before, and is read again each time.
    """

    stream: Stream
    bodies: Callable[[Sequence[Any]], list[dict[str, Any]]]
    key: tuple[str, ...]
    cursor: str | None
    deleted: str | None
    latest: str | None
    high: str | None = None
    unreadable: int = 0

    def anew(self) -> Recorder:
        """The same for another read."""
        return Recorder(self.stream, self.bodies, self.key, self.cursor, self.deleted, self.latest)

    def records(self, rows: Sequence[Any]) -> list[Record]:
        """The records of some rows, in order."""
        if Unreadable not in set(map(type, rows)):
            return self._readable(rows)
        made: list[Record] = []
        for unreadable, group in groupby(rows, lambda row: type(row) is Unreadable):
            some = list(group)
            made += map(self._unreadable, some) if unreadable else self._readable(some)
        return made

    def _readable(self, rows: Sequence[Any]) -> list[Record]:
        name, deleted, cursor = self.stream.name, self.deleted, self.cursor
        trees = self.bodies(rows)
        if len(self.key) == 1:
            key = self.key[0]
            keys = [
                str(value) if type(value := tree[key]) is int else key_text(value) or hash_key(tree)
                for tree in trees
            ]
        else:
            keys = [join_key([tree[column] for column in self.key]) or hash_key(tree) for tree in trees]
        if cursor is None and deleted is None:
            return [Record(name, key, tree) for key, tree in zip(keys, trees, strict=True)]
        return [
            Record(
                name,
                key,
                tree,
                None if cursor is None else self._watermark(tree[cursor]),
                deleted is not None and is_deleted(tree[deleted]),
            )
            for key, tree in zip(keys, trees, strict=True)
        ]

    def _watermark(self, value: Any) -> str | None:
        if value is not None:
            text = str(value)
            if self.latest is None or text[4:5] != "-" or text[:10] <= self.latest:
                self.high = text
        return self.high

    def _unreadable(self, row: Unreadable) -> Record:
        self.unreadable += 1
        digest = hashlib.sha256(f"{self.stream.name} {self.unreadable}".encode()).hexdigest()[:32]
        return Record(
            self.stream.name, NO_KEY + digest, {ERROR: row.reason}, self.high if self.cursor else None
        )


def is_deleted(value: Any) -> bool:
    """Whether a plain value of a `deleted` column says so: anything but empty, 0, N, F, false."""
    if value is None or value is False:
        return False
    text = str(value).strip()
    if text.upper() in _NOT_DELETED or text in ("AA==", "\x00"):  # a binary zero, as BIT columns may come
        return False
    try:
        return float(text) != 0
    except ValueError:
        return True
