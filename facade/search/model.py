"""The values that search is made of: from a query's words to the pieces of its SQL.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, Literal, Protocol

from facade.spec.definitions import SearchParameter
from facade.store.index import IndexRows

Leaf = Callable[[Any, IndexRows], None]
"""Adds the index rows of one value."""

LeafMaker = Callable[[tuple[int, ...], "Setting"], Leaf]
"""Makes the leaf that serves all these parameters' numbers."""

Leaves = Mapping[str, tuple[tuple[tuple[str, ...], LeafMaker], ...]]
"""FHIR type: the elements below it that are indexed, each with its leaf."""


Statement = tuple[str, tuple[Any, ...]]
"""SQL, or a piece of it, with `?` for values; and the values."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What indexing and parsing must agree on: the zone of times that have none, and our own base URL."""

    tz: tzinfo = UTC
    base_url: str = ""
    now: datetime | None = None  # for the prefix `ap`


@dataclass(frozen=True, slots=True)
class TokenValue:
    """`system` None: any; empty: none. `code` None: any."""

    system: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class StringValue:
    """What was asked for, folded and as it stood."""

    folded: str
    exact: str


@dataclass(frozen=True, slots=True)
class DateValue:
    """A prefix and the half-open interval that the value's precision implies, in microseconds."""

    prefix: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class ReferenceValue:
    """Every form in which the reference may be stored."""

    targets: tuple[str, ...]


Value = TokenValue | StringValue | DateValue | ReferenceValue


@dataclass(frozen=True, slots=True)
class Criterion:
    """One parameter of the query with its alternatives; `missing` is set when the modifier was that."""

    parameter: SearchParameter
    modifier: str | None
    values: tuple[Value, ...]
    missing: bool | None = None


@dataclass(frozen=True, slots=True)
class SortKey:
    """One key of `_sort`; `parameter` of `_id` and `_lastUpdated` live on the resource itself."""

    parameter: SearchParameter
    descending: bool


@dataclass(frozen=True, slots=True)
class Include:
    """`_include` or (reverse) `_revinclude`: these reference parameters, perhaps only to one type."""

    reverse: bool
    parameters: tuple[SearchParameter, ...]
    target: str | None


@dataclass(frozen=True, slots=True)
class Search:
    """A search that was understood. `accepted` are the items it was made of, for the self link;
    `ignored` the parameters that were skipped because the client asked for leniency."""

    type: str
    criteria: tuple[Criterion, ...] = ()
    sort: tuple[SortKey, ...] = ()
    count: int = 50
    total: Literal["none", "estimate", "accurate"] | None = None
    includes: tuple[Include, ...] = ()
    accepted: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """How a criterion is looked up in its index table, whose alias is `i`.

    A row is wanted if one of `tests` (SQL and its values) holds, any row if there is none. `cost` guesses
    how many there are (lower is fewer). `ordered`: the rows of each test come in the order of their
    resources, each resource once.
    """

    table: str
    tests: tuple[Statement, ...]
    cost: int
    ordered: bool = False
    negated: bool = False

    def either(self) -> Statement:
        """All tests as one, to append to a WHERE; empty if there is none."""
        if not self.tests:
            return "", ()
        values = tuple(value for _, values in self.tests for value in values)
        return f" AND {_any_of([sql for sql, _ in self.tests])}", values


def _any_of(tests: list[str]) -> str:
    """Halved again and again: SQLite bears an expression only a thousand levels deep."""
    if len(tests) == 1:
        return tests[0]
    middle = len(tests) // 2
    return f"(({_any_of(tests[:middle])}) OR ({_any_of(tests[middle:])}))"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the definitions say of the places that a parameter looks at."""

    types: frozenset[str]  # FHIR types found there
    single: bool  # at most one value in a resource
    systems: frozenset[str] = frozenset()  # of the value sets that codes there are bound to
    targets: tuple[str, ...] = ()  # resource types that a reference there may point to; empty: any


class Kind(Protocol):
    """One search parameter type: what each file of that name gives."""

    TABLE: str
    KEY: tuple[str, ...]  # the table's columns after `param` that tell its rows apart; the first is sorted by
    LEAVES: Leaves
    MODIFIERS: frozenset[str]

    def parse_value(
        self, text: str, modifier: str | None, parameter: SearchParameter, facts: Facts, setting: Setting
    ) -> Value:
        """One alternative of a parameter's value; raises BadRequest."""
        ...

    def match(self, criterion: Criterion, facts: Facts) -> Match:
        """The rows of the index that satisfy a criterion."""
        ...
