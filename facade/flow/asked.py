"""Which of two reads that met one record is to be believed: the one whose source was asked later.

A scheduled read asks at its start and writes until its end; `raw_record.at` of what it writes is when it was
written. A live slice is asked and written within moments; `at` of what it writes is when it was asked, and a
microsecond beyond the whole millisecond marks it.
"""

from __future__ import annotations

SKEW = 60_000_000
"""Microseconds that a time may lie ahead: more, and the clock was set back since, so it tells nothing."""

_MARK = 1


def slice_at(asked: int) -> int:
    """What `raw_record.at` becomes when a slice that was asked at this time is written."""
    return asked - asked % 1000 + _MARK


def slice_since(at: int, started: int, now: int) -> bool:
    """Whether a slice wrote this that was asked since a read `started`: that read's row is older."""
    return at % 1000 == _MARK and started <= at <= now + SKEW


def slice_after(at: int, asked: int, now: int) -> bool:
    """Whether a slice that was asked after `asked` wrote this."""
    return at % 1000 == _MARK and slice_at(asked) < at <= now + SKEW


def sync_after(at: int, asked: int, now: int) -> bool:
    """Whether a scheduled read wrote this after a slice was asked: which saw the later row is not known."""
    return at % 1000 != _MARK and asked < at <= now + SKEW
