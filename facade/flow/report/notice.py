"""What the process that schedules leaves in the store: when each stream is read next, which sources rest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.base import Rest
from facade.store import Store

HERALD = 2.0
"""Seconds between two looks at whether there is something new to say."""

BEAT = timedelta(seconds=15)
"""How often it says at least that it lives."""

SILENCE = timedelta(seconds=60)
"""After so long, whoever spoke is gone."""

_FACT = "schedule"


@dataclass(frozen=True, slots=True)
class Next:
    """One stream: its header's mode, its interval in seconds, when it is read next (None: it is being read),
    and when all of it is."""

    source: str
    stream: str
    mode: str
    every: float
    due: datetime | None
    full: datetime | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """The word of the process that schedules, and when it was given."""

    at: datetime
    streams: tuple[Next, ...]
    rests: Mapping[str, Rest] = field(default_factory=dict)

    def differs(self, last: Notice) -> bool:
        """Whether it says something new: not the same some moments later."""
        if self.at - last.at >= BEAT or self.at < last.at or self.rests != last.rests:
            return True
        return any(not _alike(one, other) for one, other in zip(self.streams, last.streams, strict=True))


def _alike(one: Next, other: Next) -> bool:
    if replace(one, due=None, full=None) != replace(other, due=None, full=None):
        return False
    times = ((one.due, other.due), (one.full, other.full))
    return all(a == b or (a and b and abs(a - b) < timedelta(seconds=5)) for a, b in times)


async def put_notice(store: Store, notice: Notice) -> None:
    """Say it in the store; raises Unavailable."""
    streams = [
        (one.source, one.stream, one.mode, one.every, _micros(one.due), _micros(one.full))
        for one in notice.streams
    ]
    rests = {name: (rest.why, _micros(rest.until), rest.told) for name, rest in notice.rests.items()}
    text = json.dumps({"at": _micros(notice.at), "streams": streams, "rests": rests})
    sql = (
        "INSERT INTO store_fact (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value=excluded.value"
    )
    await store.write(lambda transaction: transaction.execute(sql, (_FACT, text)))


async def withdraw_notice(store: Store) -> None:
    """Say that nobody schedules any more."""
    sql = "DELETE FROM store_fact WHERE name=?"
    await store.write(lambda transaction: transaction.execute(sql, (_FACT,)))


def read_notice(store: Store) -> Notice | None:
    """The word of the process that schedules; None if there is none, or it has fallen silent."""
    rows = store.query("SELECT value FROM store_fact WHERE name=?", (_FACT,))
    if not rows:
        return None
    try:
        said = json.loads(rows[0][0])
        streams = tuple(_next(one) for one in said["streams"])
        rests = {name: Rest(why, _told(until), told) for name, (why, until, told) in said["rests"].items()}
        notice = Notice(_told(said["at"]), streams, rests)
    except (ValueError, TypeError, KeyError, IndexError):  # another version's
        return None
    return notice if abs(store.clock() - notice.at) < SILENCE else None


def _next(said: list[Any]) -> Next:
    source, stream, mode, every, due, full = said
    return Next(source, stream, mode, every, _moment(due), _moment(full))


def _micros(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp() * 1e6)


def _moment(micros: Any) -> datetime | None:
    return None if micros is None else _told(micros)


def _told(micros: int) -> datetime:
    return datetime.fromtimestamp(micros / 1e6, UTC)
