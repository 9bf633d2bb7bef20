"""What a placeholder of a template says, what it is filled from, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from facade.drafting.bind import Binder, Bound
from facade.drafting.classify import Match
from facade.drafting.codebook import Codebook
from facade.drafting.stream import StreamDraft
from facade.drafting.tree import Leaf

_HOLDER = re.compile(r"<(\w+)(?: as (\w+)(?:\(([^)]*)\))?)?(?: (else|over) (.+))?>")


@dataclass(frozen=True)
class Holder:
    """A placeholder, read."""

    concept: str
    reading: str
    arguments: tuple[str, ...]
    mode: str
    other: str


@dataclass(frozen=True)
class Made:
    """What a placeholder became: an expression (or a small tree), what must be there for it to say something,
    and the guesses behind it."""

    node: Any
    present: tuple[str, ...] = ()
    behind: tuple[Bound, ...] = ()


def holder(text: str) -> Holder | None:
    """The placeholder that a leaf is, or None for a constant or an expression."""
    found = _HOLDER.fullmatch(text)
    if found is None:
        return None
    arguments = tuple(one.strip() for one in (found[3] or "").split(",") if one.strip())
    return Holder(found[1], found[2] or "text", arguments, found[4] or "", found[5] or "")


def top(inner: str) -> str:
    """An expression as a value: it begins with `$`."""
    return inner if inner.startswith("$") else "$" + inner


@dataclass
class Context:
    """What the placeholders of one mapping are filled from."""

    match: Match
    stream: StreamDraft
    bound: Mapping[str, Bound]
    binder: Binder
    codebook: Codebook
    prefixes: Mapping[Any, str]
    id: str
    todo: list[str] = field(default_factory=list)
    used: list[tuple[str, Bound]] = field(default_factory=list)

    def path(self, one: Bound) -> str:
        """The record's path to a bound column."""
        return "$" + self.stream.use(
            one.col, one.through, one.through[-1].to.tab.table.name if one.through else ""
        )

    def get(self, name: str) -> Bound | None:
        """What a concept is bound to."""
        return self.bound.get(name)


def comment(one: Bound) -> str:
    """`0.92: name `lname`, text`."""
    return f"{one.confidence:.2f}: {one.reason}"


def leaf(inner: str, one: Bound, ctx: Context, present: str = "") -> Made:
    """An expression over one column, with its comment."""
    return Made(Leaf(top(inner), comment(one)), (present or ctx.path(one),), (one,))
