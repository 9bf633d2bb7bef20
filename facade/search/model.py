"""The values that search is made of: from a query's words to the pieces of its SQL.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any, Literal, Protocol

from facade.spec.definitions import SearchParameter
from facade.store.index import IndexRows

if TYPE_CHECKING:
    from facade.store import Store

Leaf = Callable[[Any, IndexRows], None]
"""Adds the index rows of one value."""

LeafMaker = Callable[[tuple[int, ...], "Setting"], Leaf]
"""Makes the leaf that serves all these parameters' numbers."""

Leaves = Mapping[str, tuple[tuple[tuple[str, ...], LeafMaker], ...]]
"""FHIR type: the elements below it that are indexed, each with its leaf."""


Statement = tuple[str, tuple[Any, ...]]
"""SQL, or a piece of it, with `?` for values; and the values."""


Terms = Mapping[tuple[str, str], Sequence[tuple[str, str]]]
"""The codes (system, code) that a modifier (in, above, below) and its value stand for."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What indexing and parsing must agree on: the zone of times that have none, and our own base URL."""

    tz: tzinfo = UTC
    base_url: str = ""
    now: datetime | None = None  # for the prefix `ap`
    custom: tuple[SearchParameter, ...] = ()  # parameters that the site defined, beside the official ones
    texts: bool = False  # whether the texts of coded values are wanted too

    @classmethod
    def of(cls, store: Store) -> Setting:
        """What a store's index is made for."""
        return cls(store.zone, store.base_url, None, store.parameters)


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


Value = Any
"""TokenValue, StringValue, DateValue, ReferenceValue, or what the parameter's kind makes of a text."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One parameter of the query with its alternatives; `missing` is set when the modifier was that."""

    parameter: SearchParameter
    modifier: str | None
    values: tuple[Value, ...]
    missing: bool | None = None


@dataclass(frozen=True, slots=True)
class Composite:
    """A composite parameter; each alternative holds, for each place where the parts are looked for together,
    one criterion for each part. `grouped`: the parts must hold of one and the same element of that place."""

    parameter: SearchParameter
    alternatives: tuple[tuple[Together, ...], ...]


@dataclass(frozen=True, slots=True)
class Together:
    """Criteria that must hold of one element (`grouped`), and others that must hold of the resource."""

    grouped: tuple[Criterion, ...]
    whole: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """`subject:Patient.name=x`: what a reference leads to, by type, with what must hold of it there."""

    parameter: SearchParameter
    inner: tuple[tuple[str, Clause], ...]


@dataclass(frozen=True, slots=True)
class Has:
    """`_has:Observation:patient:code=x`: a resource of that type that refers here, and what holds of it."""

    parameter: SearchParameter
    inner: Clause


@dataclass(frozen=True, slots=True)
class Within:
    """In the compartment of a resource: one of these references leads to it, or it is that itself."""

    parameters: tuple[SearchParameter, ...]
    target: str


@dataclass(frozen=True, slots=True)
class Listed:
    """`_list`: named by an entry of one of these List resources."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """`near` of Location: within some metres of one of these points, each (latitude, longitude, metres)."""

    parameter: SearchParameter
    points: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, slots=True)
class Words:
    """`_text` or `_content`: a full-text query, in the search engine's own form for each dialect."""

    narrative: bool
    query: WordQuery


@dataclass(frozen=True, slots=True)
class Junction:
    """Several clauses: all, any, or (`not`, of one) none of them hold."""

    op: Literal["and", "or", "not"]
    parts: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class WordQuery:
    """A word (`op` is "word"), or a combination of queries."""

    op: Literal["word", "and", "or", "not"]
    word: str = ""
    parts: tuple[WordQuery, ...] = ()


Clause = Criterion | Composite | Chain | Has | Within | Listed | Near | Words | Junction


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
    iterate: bool = False  # also from what was included before


@dataclass(frozen=True, slots=True)
class Search:
    """A search that was understood. `criteria` are those on single parameters, `clauses` all others.
    `accepted` are the items it was made of, for the self link; `ignored` the parameters that were skipped
    because the client asked for leniency. `limit` is the most matches of all pages together; `contained`
    whether contained resources are searched (too), and `container` whether what holds them is given."""

    type: str
    criteria: tuple[Criterion, ...] = ()
    clauses: tuple[Clause, ...] = ()
    sort: tuple[SortKey, ...] = ()
    count: int = 50
    total: Literal["none", "estimate", "accurate"] | None = None
    includes: tuple[Include, ...] = ()
    accepted: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()
    limit: int | None = None
    contained: Literal["false", "true", "both"] = "false"
    container: bool = True
    setting: Setting = field(default_factory=Setting)


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
    offset: int = 0  # of the index rows' number from the parameter's own

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
