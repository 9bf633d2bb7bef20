"""Which part of a search a source can answer by itself: a slice of each stream that makes the type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.base import Condition
from facade.search.model import Criterion, Search

if TYPE_CHECKING:
    from facade.mapping import Pack


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a stream. Every row whose resources may satisfy all of `pushed` satisfies all of `where`:
    so what the store holds for `pushed`, and a read of `where` does not give, has moved or vanished.

    `kept` are the criteria that are left to the store alone, each with the reason in one line.
    """

    stream: str
    where: tuple[Condition, ...]
    pushed: tuple[Criterion, ...]
    kept: tuple[tuple[Criterion, str], ...] = ()


def narrow(pack: Pack, stream: str, search: Search) -> Slice | None:
    """The slice of a stream for a search; None if the search names nothing that narrows it.

    Pure. Where several mappings of the stream make the type, the slice holds for all of them.
    """
    raise NotImplementedError


def narrow_id(pack: Pack, stream: str, type: str, id: str) -> Slice | None:
    """The slice in which the record of one resource lies (its `pushed` is `_id`); None if the id does not
    lead back to columns (it is a hash of the key, or made of an expression that has no inverse)."""
    raise NotImplementedError
