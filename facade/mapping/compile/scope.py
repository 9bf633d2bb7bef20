"""What a place in a mapping can see, and what compiling an expression gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from facade.mapping.concept_maps import ConceptMap
from facade.mapping.document import Map
from facade.mapping.errors import Problem
from facade.mapping.filters import Environment
from facade.mapping.syntax import (
    Path,
)

RESERVED = ("site", "codes", "record", "key", "stream")
Run = Callable[[Any, Any], Any]
"""(body, context) to a value, None if it is empty."""


class Always:
    """The closure of a constant; callers may take `value` and save the call. The value is shared: never
    changed."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __call__(self, row: Any, context: Any) -> Any:
        return self.value


@dataclass(frozen=True, slots=True)
class Code:
    """A compiled expression: how to run it, and what is known of it beforehand.

    `columns` are the record's columns that it reads, `paths` the same as written with their steps, `slots`
    the names of `for`, `let` and `with` that it reads. `column` is set if it is nothing but that column.
    `last` is the outermost filter and its constant first argument.
    """

    run: Run
    text: str = ""
    columns: tuple[str, ...] = ()
    paths: tuple[Path, ...] = ()
    slots: tuple[Variable, ...] = ()
    filters: tuple[str, ...] = ()
    constant: bool = False
    column: str | None = None
    last: str | None = None
    argument: str | None = None


@dataclass(frozen=True, slots=True)
class Variable:
    """A name of `for`, `let` or `with`: its place in the context, and the expression it stands for."""

    name: str
    slot: int
    code: Code


@dataclass(slots=True)
class Fragment:
    """A piece that mappings share."""

    name: str
    params: tuple[str, ...]
    map: Map
    file: str
    line: int


@dataclass(slots=True)
class Site:
    """What all mappings of a pack share while they are compiled."""

    values: Mapping[str, str]
    environment: Environment
    concept_maps: Mapping[str, ConceptMap]
    fragments: Mapping[str, Fragment]
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class Scope:
    """One place: the mapping's stream and columns, the names in sight, and what decided that we are here."""

    site: Site
    stream: str
    columns: frozenset[str] | None
    slots: SlotCounter
    traced: bool = False
    names: Mapping[str, Variable] = field(default_factory=dict)
    guard: Code | None = None
    fragments: tuple[str, ...] = ()

    def problem(self, file: str, line: int, message: str) -> None:
        """Note one thing that is wrong."""
        self.site.problems.append(Problem(file, line, message))

    def with_name(self, name: str, code: Code) -> tuple[Scope, int]:
        """The scope with one more name, and the place for its value."""
        slot = self.slots.next()
        return replace(self, names={**self.names, name: Variable(name, slot, code)}), slot

    def with_guard(self, code: Code) -> Scope:
        """The scope of what is there only because of an expression."""
        return replace(self, guard=code)


class SlotCounter:
    """Hands out places in the context: two for each name, its value and what was read for it."""

    def __init__(self, first: int) -> None:
        self.size = first
        self.read: set[str] = set()

    def next(self) -> int:
        """The first of two new places."""
        self.size += 2
        return self.size - 2
