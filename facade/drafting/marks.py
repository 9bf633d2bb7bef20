"""What a table says of its rows' lives: a mark of deletion, a time of the last change."""

from __future__ import annotations

from collections.abc import Mapping

from facade.drafting.bind import Bound
from facade.drafting.fits import fits
from facade.drafting.stream import StreamDraft

_MARKS = (frozenset({"deleted"}), frozenset({"deleted", "flag"}), frozenset({"deleted", "status"}))
_CHANGED = frozenset(["updated", "last", "date", "time"])


def deleted_mark(stream: StreamDraft, bound: Mapping[str, Bound]) -> str | None:
    """The column that says that a row is deleted, in the record's words."""
    if stream.deleted:
        return stream.deleted
    for col in stream.tab.cols:
        words = col.words - stream.tab.words
        if words in _MARKS and fits("flag", col) > 0:
            return stream.use(col)
    return None


def watermark(stream: StreamDraft, bound: Mapping[str, Bound]) -> None:
    """Read by the time of the last change only where the values leave no doubt: every row has one, and they
    differ. A stream that joins others is read whole, since a change there does not move it."""
    for col in stream.tab.cols:
        words = col.words - stream.tab.words
        if "updated" not in words or not words <= _CHANGED or col.kind != "timestamp":
            continue
        seen = col.evidence
        if seen.seen >= 20 and seen.filled == seen.seen and seen.distinct > 0.5 * seen.seen:
            stream.mode = "incremental"
            stream.cursor = stream.use(col)
            stream.comments.append(
                f"`{col.name}`: every sampled row has one; a full read finds what it misses"
            )
            return
        stream.comments.append(
            f"`{col.name}` may tell changes; mode: incremental and cursor: {col.name}, if it always moves"
        )
